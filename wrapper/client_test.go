package wrapper_test

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

const (
	accountSID = "IRsandbox"
	authToken  = "s3cret-t0ken"
	created    = `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`
)

func wile() wrapper.CreateContactInput {
	return wrapper.CreateContactInput{FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"}}
}

// outcomeOf is the outcome of a create.
func outcomeOf(err error) wrapper.Outcome {
	if err == nil {
		return wrapper.OutcomeCreated
	}
	return wrapper.OutcomeOf(err)
}

// clientOf makes a client that sends each request once.
func clientOf(t *testing.T, baseURL string, opts ...wrapper.Option) *wrapper.Client {
	client, err := wrapper.New(accountSID, authToken, append([]wrapper.Option{wrapper.WithBaseURL(baseURL), wrapper.WithRetries(0)}, opts...)...)
	require.NoError(t, err)
	return client
}

// answer serves one and the same answer.
func answer(t *testing.T, status int, body string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestNewRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		accountSID, authToken string
		option                wrapper.Option
		says                  string
	}{
		"no account":                 {"", "t", nil, "account"},
		"account with a colon":       {"a:b", "t", nil, "account"},
		"account with a newline":     {"a\n", "t", nil, "account"},
		"account that is no UTF-8":   {"\xff", "t", nil, "account"},
		"no token":                   {"a", "", nil, "token"},
		"token with a newline":       {"a", "t\r\nX: y", nil, "token"},
		"token with DEL":             {"a", "t\x7f", nil, "token"},
		"timeout of 0":               {"a", "t", wrapper.WithTimeout(0), "timeout"},
		"timeout of less than 0":     {"a", "t", wrapper.WithTimeout(-time.Second), "timeout"},
		"fewer than 0 retries":       {"a", "t", wrapper.WithRetries(-1), "retries"},
		"base URL that is not https": {"a", "t", wrapper.WithBaseURL("http://example.com"), "base URL"},
		"a mode that is none":        {"a", "t", wrapper.WithRules("loose"), "rules"},
		"a timeout too long":         {"a", "t", wrapper.WithTimeout(24*time.Hour + 1), "timeout"},
		"a timeout without end":      {"a", "t", wrapper.WithTimeout(math.MaxInt64), "timeout"},
		"more than 100 retries":      {"a", "t", wrapper.WithRetries(101), "retries"},
		"no logger":                  {"a", "t", wrapper.WithLogger(nil), "logger"},
		"no HTTP client":             {"a", "t", wrapper.WithHTTPClient(nil), "HTTP client"},
		"no TLS configuration":       {"a", "t", wrapper.WithTLSConfig(nil), "TLS configuration"},
		"no hook of attempts":        {"a", "t", wrapper.WithOnAttempt(nil), "hook"},
		"no hook of outcomes":        {"a", "t", wrapper.WithOnOutcome(nil), "hook"},
	} {
		t.Run(name, func(t *testing.T) {
			option := test.option
			if option == nil {
				option = wrapper.WithRetries(0)
			}
			client, err := wrapper.New(test.accountSID, test.authToken, option)
			assert.Nil(t, client)
			var usage *wrapper.UsageError
			require.ErrorAs(t, err, &usage)
			assert.Equal(t, test.says, usage.Argument)
		})
	}
}

func TestNewTakes(t *testing.T) {
	for _, accountSID := range []string{"IRaBcDeFgHiJ", "a b", "ü", "a/b"} {
		for _, authToken := range []string{"token", "with:colon", "with blank", "ключ", `"quoted"`} {
			_, err := wrapper.New(accountSID, authToken)
			assert.NoError(t, err, "%q %q", accountSID, authToken)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for url, good := range map[string]bool{
		wrapper.DefaultBaseURL:       true,
		"https://example.com":        true,
		"https://example.com/":       true,
		"https://example.com:8443/a": true,
		"HTTPS://example.com":        true,
		"http://localhost":           true,
		"http://localhost:8080/base": true,
		"http://127.0.0.1":           true,
		"http://127.9.9.9:1":         true,
		"http://[::1]:8080":          true,

		"":                             false,
		"example.com":                  false,
		"//example.com":                false,
		"https:example.com":            false,
		"https://":                     false,
		"https://:443":                 false,
		"https:///path":                false,
		"http://example.com":           false,
		"http://localhost.example.com": false,
		"http://127.0.0.1.example.com": false,
		"http://128.0.0.1":             false,
		"http://0.0.0.0":               false,
		"http://[::2]":                 false,
		"ftp://localhost":              false,
		"https://user@example.com":     false,
		"https://user:pw@example.com":  false,
		"https://example.com?":         false,
		"https://example.com/?a=b":     false,
		"https://example.com#":         false,
		"https://example.com/#a":       false,
		"https://exa mple.com":         false,
		"https://[1:2]":                false,
		"https://example.com/%zz":      false,
		"https://example.com\n":        false,
	} {
		_, err := wrapper.New(accountSID, authToken, wrapper.WithBaseURL(url))
		if good {
			assert.NoError(t, err, url)
		} else if assert.Error(t, err, url) {
			assert.Contains(t, err.Error(), "base URL")
			assert.NotContains(t, err.Error(), "pw", "a password in a URL is nobody's business")
		}
	}
}

func TestPath(t *testing.T) {
	var path string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.RequestURI
		io.WriteString(w, created)
	}))
	defer server.Close()
	for base, prefix := range map[string]string{"": "", "/": "", "/base": "/base", "/base/": "/base", "/a/b": "/a/b", "/a%2Fb": "/a%2Fb"} {
		for sid, escaped := range map[string]string{"IRsandbox": "IRsandbox", "a/b": "a%2Fb", "a?b#c d": "a%3Fb%23c%20d", "é%": "%C3%A9%25"} {
			client, err := wrapper.New(sid, authToken, wrapper.WithBaseURL(server.URL+base))
			require.NoError(t, err)
			_, err = client.CreateContact(t.Context(), 9007199254740993, wile())
			require.NoError(t, err)
			assert.Equal(t, prefix+"/Advertisers/"+escaped+"/Campaigns/9007199254740993/Contacts", path)
		}
	}
}

func TestRequestHeaders(t *testing.T) {
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		io.WriteString(w, created)
	}))
	defer server.Close()
	input := wile()
	for _, contentType := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary="} {
		_, err := clientOf(t, server.URL).CreateContact(t.Context(), 1000, input)
		require.NoError(t, err)
		user, password, _ := got.BasicAuth()
		assert.Equal(t, accountSID, user)
		assert.Equal(t, authToken, password)
		assert.Equal(t, "application/json", got.Header.Get("Accept"))
		assert.True(t, strings.HasPrefix(got.Header.Get("Content-Type"), contentType), got.Header.Get("Content-Type"))
		assert.Positive(t, got.ContentLength)
		assert.Empty(t, got.TransferEncoding)
		for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "Expect", "Cookie", "Referer", "Accept-Encoding"} {
			assert.NotContains(t, got.Header, name)
		}
		input.ProfileImageFile = wrapper.FileFromReaderAt(strings.NewReader("GIF89a"), 6)
	}
}

// A caller's client is used as it is, but for redirects.
func TestCallersClient(t *testing.T) {
	server := answer(t, 200, created)
	var through int
	theirs := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		through++
		return http.DefaultTransport.RoundTrip(r)
	})}
	_, err := clientOf(t, server.URL, wrapper.WithHTTPClient(theirs)).CreateContact(t.Context(), 1000, wile())
	require.NoError(t, err)
	assert.Equal(t, 1, through)
	assert.Nil(t, theirs.CheckRedirect, "a caller's client is not changed")
}

func TestTheEnvironment(t *testing.T) {
	for _, name := range []string{"CONTACTS_ACCOUNT", "CONTACTS_TOKEN", "CONTACTS_BASE_URL"} {
		t.Setenv(name, "")
	}
	_, err := wrapper.FromEnv()
	assert.EqualError(t, err, "CONTACTS_ACCOUNT: is not set")
	t.Setenv("CONTACTS_ACCOUNT", accountSID)
	_, err = wrapper.FromEnv()
	assert.EqualError(t, err, "CONTACTS_TOKEN: is not set")
	t.Setenv("CONTACTS_TOKEN", authToken)
	_, err = wrapper.FromEnv()
	assert.NoError(t, err)
	t.Setenv("CONTACTS_BASE_URL", "http://example.com")
	_, err = wrapper.FromEnv()
	assert.ErrorContains(t, err, "https")
	server := answer(t, 200, created)
	client, err := wrapper.FromEnv(wrapper.WithBaseURL(server.URL))
	require.NoError(t, err, "an option goes before the environment")
	_, err = client.CreateContact(t.Context(), 1000, wile())
	assert.NoError(t, err)
}

// A caller's mistake is a usage error at once, and never an outcome: nothing is sent, whatever the call.
func TestWhatACallRefuses(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { requests.Add(1) }))
	defer server.Close()
	client, closed := clientOf(t, server.URL), clientOf(t, server.URL)
	closed.Close()
	var noContext context.Context
	var noClient *wrapper.Client
	for name, test := range map[string]struct {
		client   *wrapper.Client
		ctx      context.Context
		option   wrapper.CallOption
		argument string
	}{
		"a timeout of 0":         {client, t.Context(), wrapper.WithTimeout(0), "timeout"},
		"a timeout below 0":      {client, t.Context(), wrapper.WithTimeout(-1), "timeout"},
		"a timeout too long":     {client, t.Context(), wrapper.WithTimeout(24*time.Hour + 1), "timeout"},
		"retries below 0":        {client, t.Context(), wrapper.WithRetries(-1), "retries"},
		"too many retries":       {client, t.Context(), wrapper.WithRetries(101), "retries"},
		"no mode":                {client, t.Context(), wrapper.WithRules(""), "rules"},
		"no info":                {client, t.Context(), wrapper.WithInfo(nil), "info"},
		"no option":              {client, t.Context(), nil, "options"},
		"no context":             {client, noContext, wrapper.WithRetries(0), "context"},
		"a closed client":        {closed, t.Context(), wrapper.WithRetries(0), "client"},
		"no client":              {noClient, t.Context(), wrapper.WithRetries(0), "client"},
		"a client without New":   {&wrapper.Client{}, t.Context(), wrapper.WithRetries(0), "client"},
		"a client without New's": {new(wrapper.Client), noContext, nil, "client"},
	} {
		t.Run(name, func(t *testing.T) {
			first := func(_ wrapper.Contact, err error) error { return err }
			path := wrapper.Draft{"CampaignId": 1, "ContactId": "1"}
			for call, err := range map[string]error{
				"create": func() error { _, err := test.client.CreateContact(test.ctx, 1, wile(), test.option); return err }(),
				"delete": func() error { _, err := test.client.DeleteContact(test.ctx, 1, "1", test.option); return err }(),
				"get":    first(test.client.GetContact(test.ctx, 1, "1", test.option)),
				"image":  func() error { _, err := test.client.GetProfileImage(test.ctx, 1, "1", test.option); return err }(),
				"list": func() (last error) {
					for _, err := range test.client.ListContacts(test.ctx, 1, wrapper.ListContactsInput{}, test.option) {
						last = err
					}
					return last
				}(),
				"draft": func() error {
					_, err := test.client.Call(test.ctx, "deleteContact", path, nil, test.option)
					return err
				}(),
			} {
				var usage *wrapper.UsageError
				require.ErrorAs(t, err, &usage, call)
				assert.Equal(t, test.argument, usage.Argument, call)
				assert.Empty(t, wrapper.OutcomeOf(usage))
			}
		})
	}
	for _, operation := range []string{"", "makeCoffee", "CreateContact"} {
		_, err := client.Call(t.Context(), operation, nil, nil)
		var usage *wrapper.UsageError
		require.ErrorAs(t, err, &usage)
		assert.Equal(t, "operation", usage.Argument)
	}
	assert.Zero(t, requests.Load())
}

// A parameter of the path is a parameter: what is wrong with it is a violation, in each mode, and nothing is sent.
func TestPathParametersAreChecked(t *testing.T) {
	client := clientOf(t, "http://127.0.0.1:1")
	for _, id := range []string{"", ".", "..", "\xff", "a\xed\xa0\xbd"} {
		for _, mode := range []wrapper.RulesMode{wrapper.RulesEnforce, wrapper.RulesWarn, wrapper.RulesOff} {
			_, err := client.GetContact(t.Context(), 1000, id, wrapper.WithRules(mode))
			var invalid *wrapper.InvalidError
			require.ErrorAs(t, err, &invalid, "%q %s", id, mode)
			assert.Equal(t, "ContactId", invalid.Violations[0].Field)
		}
	}
	for _, id := range []any{nil, true, 1.5, "1", "abc/../x", 1e30, json.Number("1.5"), json.Number("1180591620717411303424"), []int{1}, map[string]any{}} {
		_, err := client.Call(t.Context(), "getContact", wrapper.Draft{"CampaignId": id, "ContactId": "1"}, nil)
		var invalid *wrapper.InvalidError
		require.ErrorAs(t, err, &invalid, "%v", id)
		assert.Equal(t, "CampaignId", invalid.Violations[0].Field)
	}
}

func TestAClosedClient(t *testing.T) {
	client := clientOf(t, answer(t, 200, created).URL)
	_, err := client.CreateContact(t.Context(), 1000, wile())
	require.NoError(t, err)
	client.Close()
	_, err = client.CreateContact(t.Context(), 1000, wile())
	assert.EqualError(t, err, "client: is closed")
}

func TestCallersTimeoutAndCookies(t *testing.T) {
	release := make(chan struct{})
	var cookies []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if strings.Contains(r.URL.Path, "/Campaigns/1/") {
			<-release
			return
		}
		cookies = append(cookies, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "route", Value: "7"})
		io.WriteString(w, created)
	}))
	defer server.Close()
	defer close(release)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := clientOf(t, server.URL, wrapper.WithHTTPClient(&http.Client{Jar: jar}))
	for range 2 {
		_, err = client.CreateContact(t.Context(), 1000, wile())
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"", "route=7"}, cookies)

	client = clientOf(t, server.URL, wrapper.WithHTTPClient(&http.Client{Timeout: 10 * time.Millisecond}))
	_, err = client.CreateContact(t.Context(), 1, wile())
	assert.NotEqual(t, wrapper.OutcomeCreated, outcomeOf(err))
	var timeout interface{ Timeout() bool }
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
