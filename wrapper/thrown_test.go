package wrapper

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A stubBody is the body of a response, or of a file, of a caller.
type stubBody struct {
	read  func([]byte) (int, error)
	close func() error
}

func (b stubBody) Read(p []byte) (int, error) { return b.read(p) }
func (b stubBody) Close() error               { return b.close() }

func panics() error { panic("in what the caller gave") }

// Whatever a caller's transport throws after a send, there is an outcome.
func TestATransportThatThrowsLeavesAnOutcome(t *testing.T) {
	whole := func() func([]byte) (int, error) { return strings.NewReader(createdBody).Read }
	closes := func() error { return nil }
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		status  int
		body    io.ReadCloser
		outcome Outcome
	}{
		"a read that panics":                 {200, stubBody{func([]byte) (int, error) { return 0, panics() }, closes}, OutcomeInDoubt},
		"a read that panics, of a refusal":   {400, stubBody{func([]byte) (int, error) { return 0, panics() }, closes}, OutcomeRefused},
		"a read that fails":                  {200, stubBody{func([]byte) (int, error) { return 0, broken }, closes}, OutcomeInDoubt},
		"a read of more than there was room": {200, stubBody{func(p []byte) (int, error) { return len(p) + 1, io.EOF }, closes}, OutcomeInDoubt},
		"a read of less than nothing":        {200, stubBody{func([]byte) (int, error) { return -1, nil }, closes}, OutcomeInDoubt},
		"a close that panics":                {200, stubBody{whole(), panics}, OutcomeCreated},
		"a close that fails":                 {200, stubBody{whole(), func() error { return broken }}, OutcomeCreated},
		"nothing thrown":                     {200, stubBody{whole(), closes}, OutcomeCreated},
	} {
		t.Run(name, func(t *testing.T) {
			stub := &http.Client{Transport: roundTripFunc(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: test.status, Body: test.body, ContentLength: -1}, nil
			})}
			client, err := New("IRsandbox", "secret-token", WithBaseURL("http://localhost"), WithRetries(0), WithHTTPClient(stub))
			require.NoError(t, err)
			created, err := client.CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, test.outcome, outcomeOf(err), "%v", err)
			if err != nil {
				assert.Zero(t, created)
			}
		})
	}
	for name, client := range map[string]*http.Client{
		"a transport that panics":          {Transport: roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, panics() })},
		"a transport that returns nothing": {Transport: roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, nil })},
		"a cookie jar that panics":         {Jar: panickingJar{}, Transport: roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, broken })},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := New("IRsandbox", "secret-token", WithBaseURL("http://localhost"), WithRetries(3), WithHTTPClient(client))
			require.NoError(t, err)
			_, err = client.CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, OutcomeInDoubt, OutcomeOf(err), "%v", err)
		})
	}
}

type panickingJar struct{}

func (panickingJar) SetCookies(*url.URL, []*http.Cookie) { panics() }
func (panickingJar) Cookies(*url.URL) (_ []*http.Cookie) { panics(); return nil }

// The same of content, which is read after the call has returned.
func TestContentThatThrowsIsInDoubt(t *testing.T) {
	stub := &http.Client{Transport: roundTripFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: stubBody{func([]byte) (int, error) { return 0, panics() }, panics}, ContentLength: -1}, nil
	})}
	client, err := New("IRsandbox", "secret-token", WithBaseURL("http://localhost"), WithHTTPClient(stub))
	require.NoError(t, err)
	stream, err := client.GetProfileImage(t.Context(), 1000, "2750")
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, stream)
	assert.Equal(t, OutcomeInDoubt, OutcomeOf(err))
	assert.ErrorIs(t, err, errPanicked)
	assert.ErrorIs(t, stream.Close(), errPanicked)
}

// Whatever a file of the caller's throws, before or after the first byte, there is an outcome; and what it says
// of its own mistake is among the causes.
func TestAFileThatThrowsLeavesAnOutcome(t *testing.T) {
	broken := errors.New("broken")
	const size = 100_000
	content := func(read func([]byte) (int, error), close func() error) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return stubBody{read, close}, nil }
	}
	fill := func(p []byte) (int, error) { return len(p), nil }
	closes := func() error { return nil }
	for name, test := range map[string]struct {
		open     func() (io.ReadCloser, error)
		outcomes []Outcome
		cause    error
	}{
		"an open that panics":                {func() (io.ReadCloser, error) { return nil, panics() }, []Outcome{OutcomeNotSent}, errPanicked},
		"an open that fails":                 {func() (io.ReadCloser, error) { return nil, broken }, []Outcome{OutcomeNotSent}, broken},
		"an open of nothing":                 {func() (io.ReadCloser, error) { return nil, nil }, []Outcome{OutcomeNotSent, OutcomeInDoubt}, errPanicked},
		"a read that panics":                 {content(func([]byte) (int, error) { return 0, panics() }, closes), []Outcome{OutcomeNotSent, OutcomeInDoubt}, errPanicked},
		"a read that fails":                  {content(func([]byte) (int, error) { return 0, broken }, closes), []Outcome{OutcomeNotSent, OutcomeInDoubt}, broken},
		"a read of more than there was room": {content(func(p []byte) (int, error) { return len(p) + 1, nil }, closes), []Outcome{OutcomeNotSent, OutcomeInDoubt}, errBadReader},
		"a read of less than nothing":        {content(func([]byte) (int, error) { return -1, nil }, closes), []Outcome{OutcomeNotSent, OutcomeInDoubt}, errBadReader},
		"a read of nothing, for ever":        {content(func([]byte) (int, error) { time.Sleep(time.Millisecond); return 0, nil }, closes), []Outcome{OutcomeNotSent, OutcomeInDoubt}, context.DeadlineExceeded},
		"a read that waits for a close":      {func() (io.ReadCloser, error) { r, _ := io.Pipe(); return r, nil }, []Outcome{OutcomeNotSent, OutcomeInDoubt}, context.DeadlineExceeded},
		"a close that panics":                {content(fill, panics), []Outcome{OutcomeCreated}, nil},
		"a close that fails":                 {content(fill, func() error { return broken }), []Outcome{OutcomeCreated}, nil},
	} {
		for _, kind := range []string{"plain", "TLS", "a custom client"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				_, client := record(t, kind == "TLS", createEach)
				if kind == "a custom client" {
					own, err := &http.Transport{}, error(nil)
					t.Cleanup(own.CloseIdleConnections)
					client, err = New("IRsandbox", "secret-token", WithBaseURL(client.settings.baseURL), WithRetries(0), WithHTTPClient(&http.Client{Transport: own}))
					require.NoError(t, err)
				}
				opened := 0
				input := wile()
				input.ProfileImageFile = FileFromOpener(func() (io.ReadCloser, error) {
					if opened++; opened > 1 { // once for the check
						return test.open()
					}
					return stubBody{fill, closes}, nil
				}, size)
				_, err := client.CreateContact(t.Context(), 1000, input, WithTimeout(300*time.Millisecond))
				assert.Contains(t, test.outcomes, outcomeOf(err), "%v", err)
				if test.cause != nil {
					assert.ErrorIs(t, err, test.cause)
				}
			})
		}
		if test.cause == broken || test.cause == errPanicked {
			t.Run(name+", in the check", func(t *testing.T) {
				violations := UpdateContactInput{ProfileImageFile: FileFromOpener(test.open, size)}.Validate()
				require.Len(t, violations, 1)
				assert.Equal(t, RuleNeedsFile, violations[0].Rule)
			})
		}
	}
}

// A handler of slog that panics.
type panickingHandler struct{ slog.Handler }

func (panickingHandler) Enabled(context.Context, slog.Level) bool  { return true }
func (panickingHandler) Handle(context.Context, slog.Record) error { return panics() }

// Hooks and loggers change nothing about an outcome.
func TestHooksThatThrowChangeNoOutcome(t *testing.T) {
	for name, option := range map[string]Option{
		"on an attempt":  WithOnAttempt(func(context.Context, Attempt) { panics() }),
		"on an outcome":  WithOnOutcome(func(context.Context, Result) { panics() }),
		"in the logger":  WithLogger(slog.New(panickingHandler{slog.DiscardHandler})),
		"in its Enabled": WithLogger(slog.New(struct{ slog.Handler }{})),
	} {
		for status, outcome := range map[int]Outcome{200: OutcomeCreated, 400: OutcomeRefused, 500: OutcomeInDoubt} {
			t.Run(fmt.Sprint(name, status), func(t *testing.T) {
				stub := &http.Client{Transport: roundTripFunc(func(*http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(createdBody)), ContentLength: -1}, nil
				})}
				client, err := New("IRsandbox", "secret-token", WithBaseURL("http://localhost"), WithHTTPClient(stub), option, WithRules(RulesWarn))
				require.NoError(t, err)
				input := wile()
				input.Title = strings.Repeat("x", 256) // which is warned of
				_, err = client.CreateContact(t.Context(), 1000, input)
				assert.Equal(t, outcome, outcomeOf(err), "%v", err)
			})
		}
	}
}

// The functions of a TLS configuration run before anything is sent, also through a proxy.
func TestTLSFunctionsThatThrowAreNotSent(t *testing.T) {
	far := newFarServer(t)
	far.TLS.ClientAuth = tls.RequestClientCert
	proxy := httptest.NewServer(far.tunnel(t, &atomic.Int64{}))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	for name, config := range map[string]*tls.Config{
		"VerifyConnection panics":      {VerifyConnection: func(tls.ConnectionState) error { return panics() }},
		"VerifyConnection fails":       {VerifyConnection: func(tls.ConnectionState) error { return io.ErrNoProgress }},
		"VerifyPeerCertificate panics": {VerifyPeerCertificate: func([][]byte, [][]*x509.Certificate) error { return panics() }},
		"GetClientCertificate panics":  {GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return nil, panics() }},
	} {
		config.InsecureSkipVerify = true
		for _, server := range []string{far.URL, farURL} {
			t.Run(name+" "+server, func(t *testing.T) {
				client := far.client(t, WithBaseURL(server), WithTLSConfig(config))
				_, err := client.CreateContact(t.Context(), 1000, wile())
				assert.Equal(t, OutcomeNotSent, OutcomeOf(err), "%v", err)
			})
		}
	}
	assert.Zero(t, far.requests.Load())
}

// What a server sends in place of a response is in doubt, at once, and is not quoted.
func TestHostileResponsesAreInDoubt(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	chunked := ok + "Transfer-Encoding: chunked\r\n\r\n"
	half := fmt.Sprintf("%x\r\n%s\r\n", len(createdBody), createdBody)
	for _, length := range []string{"s3cret", "", "75, 75", "9223372036854775808", "99999999999999999999999", "-1", "+76", "0x4c", "7 6", "76.0", "76;", "٧٦"} {
		hostile(t, "Content-Length: "+length, ok+"Content-Length: "+length+"\r\n\r\n"+createdBody)
	}
	hostile(t, "two lengths", ok+"Content-Length: 76\r\nContent-Length: 77\r\n\r\n"+createdBody)
	hostile(t, "a length beyond the body", ok+"Content-Length: 1000\r\n\r\n"+createdBody)
	hostile(t, "a length of the largest number", ok+"Content-Length: 9223372036854775807\r\n\r\n"+createdBody)
	hostile(t, "101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: s3cret\r\nConnection: Upgrade\r\n\r\n"+createdBody)
	hostile(t, "101 without Upgrade", "HTTP/1.1 101 s3cret\r\nContent-Length: 0\r\n\r\n")
	for name, rest := range map[string]string{
		"no size": "s3cret\r\n", "a size below 0": "-1\r\n", "a size of 17 digits": "10000000000000000\r\n", "the largest size": "7fffffffffffffff\r\n" + createdBody,
		"no end of a chunk": strings.TrimSuffix(half, "\r\n") + "s3cret\r\n0\r\n\r\n", "no last chunk": half, "a long extension": half + "0;" + strings.Repeat("s3cret", 5000) + "\r\n\r\n",
		"half a trailer": half + "0\r\ns3cret", "no trailer": half + "0\r\ns3cret s3cret\r\n\r\n", "bare lines": strings.ReplaceAll(half, "\r\n", "\n") + "0\n\n", "an empty size": "\r\n",
	} {
		hostile(t, "chunks: "+name, chunked+rest)
	}
	for name, response := range map[string]string{
		"nothing": "", "a blank line": "\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n", "no HTTP": "s3cret\r\n\r\n", "HTTP/0.9": createdBody, "HTTP/2": "HTTP/2.0 200 OK\r\n\r\n", "an SSH server": "SSH-2.0-s3cret\r\n",
		"a coding": ok + "Transfer-Encoding: s3cret\r\n\r\n" + createdBody, "two codings": ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + half + "0\r\n\r\n",
		"no status": "HTTP/1.1 s3cret OK\r\n\r\n", "a status of 2 digits": "HTTP/1.1 20 OK\r\n\r\n", "a status of 4 digits": "HTTP/1.1 2000 OK\r\n\r\n", "a status below 0": "HTTP/1.1 -20 OK\r\n\r\n",
		"status 999": "HTTP/1.1 999 s3cret\r\nContent-Length: 0\r\n\r\n", "a field without a colon": ok + "s3cret\r\n\r\n", "a field without a name": ok + ": s3cret\r\n\r\n",
		"NUL": ok + "X: s3cret\x00\r\n\r\n", "interim responses without end": strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: s3cret\r\n\r\n", 5000),
		"a header without end": ok + strings.Repeat("X: s3cret\r\n", 20_000), "a folded first field": ok + " s3cret\r\n\r\n",
	} {
		hostile(t, name, response)
	}
}

func hostile(t *testing.T, name, response string) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("%s, TLS %t", name, secure), func(t *testing.T) {
			_, client := record(t, secure, func(_ *recorder, conn net.Conn) {
				conn.Read(make([]byte, 4096))
				io.WriteString(conn, response)
			})
			begin := time.Now()
			_, err := client.CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, OutcomeInDoubt, OutcomeOf(err), "%v", err)
			assert.Less(t, time.Since(begin), 5*time.Second)
			for ; err != nil; err = errors.Unwrap(err) {
				assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "s3cret")
			}
		})
	}
}
