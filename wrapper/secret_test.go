package wrapper_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// printed is all that Go can be made to print of a value, and of the errors inside of it.
func printed(value any) string {
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&b, verb+"\n", value)
	}
	marshalled, _ := json.Marshal(value)
	b.Write(marshalled)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(handler).Error("it", "value", value)
	}
	if err, is := value.(error); is {
		if inner := errors.Unwrap(err); inner != nil {
			b.WriteString(printed(inner))
		}
	}
	return b.String()
}

// disclosures are the spellings in which a token may get out.
func disclosures(token string) []string {
	quoted, ascii := strconv.Quote(token), strconv.QuoteToASCII(token)
	marshalled, _ := json.Marshal(token)
	var all []string
	for _, spelling := range []string{
		token, quoted[1 : len(quoted)-1], ascii[1 : len(ascii)-1], string(marshalled[1 : len(marshalled)-1]),
		base64.StdEncoding.EncodeToString([]byte(accountSID + ":" + token)),
	} {
		all = append(all, spelling, fmt.Sprintf("%x", spelling))
	}
	return all
}

func assertSecret(t *testing.T, token, text string, about string) {
	t.Helper()
	for _, spelling := range disclosures(token) {
		if strings.Contains(text, spelling) {
			t.Errorf("%s: discloses %q", about, spelling)
		}
	}
}

func TestTheCheckForTokensFindsThem(t *testing.T) {
	token := `t"ö`
	for name, value := range map[string]any{
		"error":         errors.New("it is " + token),
		"quoted":        fmt.Errorf("it is %q", token),
		"wrapped":       fmt.Errorf("no: %w", errors.New(token)),
		"unexported":    struct{ secret string }{token},
		"authorization": http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(accountSID+":"+token))}},
	} {
		failed := &testing.T{}
		assertSecret(failed, token, printed(value), name)
		assert.True(t, failed.Failed(), name)
	}
}

var tokens = []string{authToken, `quo"te\s`, "ключ-ключ 🔑", "with:colon &=%"}

func TestTheTokenIsNotInWhatIsPrintedOfAClient(t *testing.T) {
	for _, token := range tokens {
		client, err := wrapper.New(accountSID, token)
		require.NoError(t, err)
		for _, value := range []any{client, []any{client}, wrapper.WithRetries(1), struct{ C *wrapper.Client }{client}} {
			assertSecret(t, token, printed(value), token)
		}
	}
}

func TestAProxysPasswordIsNotInWhatIsPrintedOfAClient(t *testing.T) {
	client, err := wrapper.New(accountSID, authToken, wrapper.WithRetries(0), wrapper.WithProxy(&url.URL{
		Scheme: "http", Host: "127.0.0.1:1", User: url.UserPassword("user", "pass-w0rd"),
	}))
	require.NoError(t, err)
	assert.NotContains(t, printed(client), "pass-w0rd")
	_, err = client.CreateContact(t.Context(), 1000, wile())
	require.Equal(t, wrapper.OutcomeNotSent, wrapper.OutcomeOf(err))
	assert.NotContains(t, printed(err), "pass-w0rd")
}

func TestTheTokenIsNotInAnErrorOfNew(t *testing.T) {
	for _, token := range []string{"s3cret\n", "s3cret\x7f"} {
		_, err := wrapper.New(accountSID, token)
		require.Error(t, err)
		assertSecret(t, "s3cret", printed(err), token)
	}
	_, err := wrapper.New("a:b", authToken, wrapper.WithTimeout(-1), wrapper.WithBaseURL("ftp://x"))
	assertSecret(t, authToken, printed(err), "")
}

// A server that sends back what it was sent, wherever it can.
func TestTheTokenIsNotInWhatIsPrintedOfAnAnswer(t *testing.T) {
	for _, token := range tokens {
		basic := base64.StdEncoding.EncodeToString([]byte(accountSID + ":" + token))
		for _, secret := range []string{token, basic, "Basic " + basic, token + basic + token} {
			text, _ := json.Marshal(secret)
			envelope := fmt.Sprintf(`{"Status":"ERROR","Message":%s,"Errors":[{"Field":%s,"Message":%s}]}`, text, text, text)
			answers := map[string]string{
				"status line":        "HTTP/1.1 400 " + secret + "\r\nContent-Length: 0\r\n\r\n",
				"broken status line": "HTTP/1.1 " + secret + "\r\nContent-Length: 0\r\n\r\n",
				"no HTTP":            secret + "\r\n\r\n",
				"version":            "HTTP/" + secret + " 200 OK\r\n\r\n",
				"header name":        "HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n",
				"header":             "HTTP/1.1 429 No\r\nRetry-After: " + secret + "\r\nX-RateLimit-Reset: " + secret + "\r\nContent-Length: 0\r\n\r\n",
				"length":             "HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n",
				"two lengths":        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2" + secret + "\r\n\r\n",
				"coding":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + secret + "\r\n\r\n",
				"chunk":              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + secret + "\r\n",
				"trailer":            "HTTP/1.1 200 OK\r\nTrailer: " + secret + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
				"broken trailer":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + secret + "\r\n\r\n",
				"surplus":            "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n" + secret,
				"place":              "HTTP/1.1 302 Found\r\nLocation: ://" + secret + "\r\nContent-Length: 0\r\n\r\n",
				"place on a host":    "HTTP/1.1 307 Found\r\nLocation: http://[" + secret + "\r\nContent-Length: 0\r\n\r\n",
				"refusal":            "HTTP/1.1 400 No\r\nContent-Length: " + fmt.Sprint(len(envelope)) + "\r\n\r\n" + envelope,
				"refusal with 200":   "HTTP/1.1 200 OK\r\nContent-Length: " + fmt.Sprint(len(envelope)) + "\r\n\r\n" + envelope,
				"failure":            "HTTP/1.1 500 No\r\nContent-Length: " + fmt.Sprint(len(envelope)) + "\r\n\r\n" + envelope,
				"broken JSON":        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{" + string(text),
				"JSON of a type":     "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"Status\":{" + string(text) + ":1}}",
				"no UTF-8":           "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\xff" + secret,
				"queued":             "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"Status\":\"QUEUED\",\"QueuedUri\":" + string(text) + "}",
			}
			for name, raw := range answers {
				t.Run(name, func(t *testing.T) {
					var logged bytes.Buffer
					logger := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
					log.SetOutput(&logged) // of net/http
					defer log.SetOutput(os.Stderr)
					for _, options := range [][]wrapper.Option{nil, {wrapper.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}})}} {
						client, err := wrapper.New(accountSID, token, append(options, wrapper.WithBaseURL(raws(t, raw)), wrapper.WithRetries(0), wrapper.WithLogger(logger))...)
						require.NoError(t, err)
						_, err = client.CreateContact(t.Context(), 1000, wile())
						require.Error(t, err)
						assertSecret(t, token, printed(err), name)
						_, err = client.GetContact(t.Context(), 1000, "1")
						require.Error(t, err)
						assertSecret(t, token, printed(err), name)
						client.Close()
					}
					assertSecret(t, token, logged.String(), name)
				})
			}
		}
	}
}

// A leak is an error of a caller's transport that holds what it should not.
type leak struct{ token string }

func (l leak) Error() string            { return "it was " + l.token }
func (l leak) Timeout() bool            { return true }
func (l leak) Temporary() bool          { return true }
func (l leak) Read([]byte) (int, error) { return 0, l }
func (l leak) Close() error             { return l }

type hidden struct{ leak }

func (hidden) Error() string   { return "hidden" }
func (h hidden) Unwrap() error { return h.leak }

func TestTheTokenIsNotInTheErrorsOfACallersTransport(t *testing.T) {
	for name, transport := range map[string]roundTripper{
		"an error":         func(*http.Request) (*http.Response, error) { return nil, leak{authToken} },
		"an error wrapped": func(*http.Request) (*http.Response, error) { return nil, fmt.Errorf("no: %w", leak{authToken}) },
		"a hidden cause":   func(*http.Request) (*http.Response, error) { return nil, &hidden{leak{authToken}} },
		"an error of a body": func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: leak{authToken}, ContentLength: -1}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			client := clientOf(t, "http://localhost", wrapper.WithHTTPClient(&http.Client{Transport: transport}))
			_, err := client.CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, wrapper.OutcomeInDoubt, wrapper.OutcomeOf(err))
			assertSecret(t, authToken, printed(err), name)
			stream, err := client.GetProfileImage(t.Context(), 1000, "1")
			if err == nil {
				_, err = stream.ReadAll()
			}
			require.Error(t, err)
			assertSecret(t, authToken, printed(err), name)
		})
	}
}

// raws is a server that reads a request and answers with these bytes.
func raws(t *testing.T, answer string) (url string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			request, err := http.ReadRequest(bufio.NewReader(conn))
			if err == nil {
				request.ParseForm()
				conn.Write([]byte(answer))
			}
			conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

// Words that hold a short token stay words, but the credentials do not get out.
func TestAShortToken(t *testing.T) {
	for _, token := range []string{"wrong", "a", "ключ"} {
		basic := base64.StdEncoding.EncodeToString([]byte(accountSID + ":" + token))
		server := answer(t, 400, fmt.Sprintf(`{"Status":"ERROR","Message":"The token is missing or wrong: %s"}`, basic))
		client, err := wrapper.New(accountSID, token, wrapper.WithBaseURL(server.URL))
		require.NoError(t, err)
		_, err = client.CreateContact(t.Context(), 1000, wile())
		var refused *wrapper.RefusedError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "The token is missing or wrong: [redacted]", refused.Message)
	}
}

// What is logged is listed here, so that nothing is logged by the way.
func TestLog(t *testing.T) {
	server := answer(t, 200, created)
	var logged bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	input := wile()
	input.Title = strings.Repeat("x", 256)
	_, err := clientOf(t, server.URL, wrapper.WithLogger(logger), wrapper.WithRules(wrapper.RulesWarn)).CreateContact(t.Context(), 1000, input)
	require.NoError(t, err)

	var events []map[string]any
	for line := range strings.Lines(logged.String()) {
		var event map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		delete(event, "time")
		if event["msg"] != "violation" {
			assert.IsType(t, 0.0, event["duration"])
			delete(event, "duration")
		}
		events = append(events, event)
	}
	assert.Equal(t, []map[string]any{
		{"level": "WARN", "msg": "violation", "operation": "createContact", "field": "Title", "rule": "too_long"},
		{"level": "DEBUG", "msg": "attempt", "operation": "createContact", "method": "POST", "status": 200.0, "outcome": "created", "number": 1.0, "wait": 0.0,
			"path": "/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts"},
		{"level": "DEBUG", "msg": "outcome", "operation": "createContact", "outcome": "created", "attempts": 1.0},
	}, events)
}
