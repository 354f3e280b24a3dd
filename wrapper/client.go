package wrapper

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// A Client sends requests for one account. It may be used by several goroutines at once.
type Client struct {
	account  string
	api      *apiClient
	settings settings
	closed   atomic.Bool
	own      *transport // nil: a custom client
	traced   bool       // the custom client
	// These are funcs so that fmt cannot print the credentials that they know.
	sign   func(http.Header)
	redact func(string) string
}

var errNilOption = &UsageError{"options", "an option must not be nil"}

// New makes a client of an account and its token. It returns a *UsageError if an argument, or a variable of the
// environment that names a proxy, cannot be used.
func New(account, token string, options ...Option) (*Client, error) {
	s := defaultSettings()
	for _, option := range options {
		if option == nil {
			return nil, errNilOption
		}
		if err := option.applyClient(&s); err != nil {
			return nil, err
		}
	}
	if err := s.calls.check(); err != nil {
		return nil, err
	}
	server, err := parseBaseURL(s.baseURL)
	if err != nil {
		return nil, &UsageError{"base URL", err.Error()}
	}
	switch {
	case !isSegment(account) || strings.ContainsFunc(account, isControl) || strings.Contains(account, ":"):
		return nil, &UsageError{"account", "must not be empty or dots, and must hold no colon or control character"}
	case token == "" || strings.ContainsFunc(token, isControl) || !utf8.ValidString(token):
		return nil, &UsageError{"token", "must be text that is not empty and holds no control character"}
	}
	credentials := base64.StdEncoding.EncodeToString([]byte(account + ":" + token))
	c := &Client{account: account, settings: s, redact: redactor(token, credentials)}
	authorization, userAgent := []string{"Basic " + credentials}, []string{packageName + "-go/" + Version}
	c.sign = func(header http.Header) {
		header["Authorization"], header["User-Agent"] = authorization, userAgent
	}
	var sender requestSender
	if s.http != nil {
		sender, c.traced = custom(s.http)
	} else {
		proxy, err := s.proxyOf(server)
		if err != nil {
			return nil, err
		}
		c.own = newTransport(proxy, s.tls)
		sender = c.own
	}
	c.api, err = newAPIClient(s.baseURL, sender)
	return c, err
}

// FromEnv makes a client from the environment: the package's name in capitals, followed by _ACCOUNT, _TOKEN,
// and, if it is set, _BASE_URL.
func FromEnv(options ...Option) (*Client, error) {
	prefix := strings.ToUpper(packageName)
	for _, name := range []string{prefix + "_ACCOUNT", prefix + "_TOKEN"} {
		if os.Getenv(name) == "" {
			return nil, &UsageError{name, "is not set"}
		}
	}
	if baseURL := os.Getenv(prefix + "_BASE_URL"); baseURL != "" {
		options = append([]Option{WithBaseURL(baseURL)}, options...)
	}
	return New(os.Getenv(prefix+"_ACCOUNT"), os.Getenv(prefix+"_TOKEN"), options...)
}

// Close closes the connections that are not in use. The client cannot be used after. A custom client keeps
// its connections.
func (c *Client) Close() {
	c.closed.Store(true)
	if c.own != nil {
		c.own.http.CloseIdleConnections()
	}
}

// A token that is shorter cannot be told from words.
const searchedToken = 8

// redactor replaces the token and the credentials wherever a server repeats them.
func redactor(token, credentials string) func(string) string {
	pairs := []string{credentials, "[redacted]"}
	if utf8.RuneCountInString(token) >= searchedToken {
		quoted := strconv.Quote(token) // as the errors of net/http spell it
		pairs = append(pairs, token, "[redacted]", quoted[1:len(quoted)-1], "[redacted]", url.QueryEscape(token), "[redacted]")
	}
	return strings.NewReplacer(pairs...).Replace
}

// isSegment tells whether text can be a segment of a path; dots lead to another path.
func isSegment(text string) bool {
	return text != "" && text != "." && text != ".." && utf8.ValidString(text)
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }
