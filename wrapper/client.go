// Package wrapper is the client of the Contacts API: it creates a contact, and says what is known after.
//
// It sends through the client that is generated from the contract (package gen) and adds what the
// contract cannot say: which encoding to use, that the image file is there and under which name it goes,
// that the items of a list hold no comma, and what an answer, or the lack of one, means.
//
// CreateContact returns an error for every outcome but a created contact. Its types are told apart with
// errors.As, or by OutcomeOf.
package wrapper

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/contacts/gen"
	"example.com/contacts/internal/transport"
)

// DefaultBaseURL is the API's own host (FACTS F1).
const DefaultBaseURL = "https://api.impact.com"

// A Client creates contacts for one account. It may be used by several goroutines at once.
type Client struct {
	accountSID string
	api        *gen.Client
	retries    int
	logger     *slog.Logger
	// redact takes the credentials out of text. As a func it also keeps them out of what fmt prints.
	redact func(string) string
}

// An Option changes a Client in the making.
type Option func(*options)

type options struct {
	baseURL string
	http    *http.Client
	timeout time.Duration
	retries int
	logger  *slog.Logger
}

// WithBaseURL sets another server than DefaultBaseURL; a path in it is kept. It must be https, unless the
// host is a loopback address, and hold no user, query or fragment.
func WithBaseURL(url string) Option { return func(o *options) { o.baseURL = url } }

// WithHTTPClient sets what sends the requests. Redirects are not followed whatever client says. That a
// request was not sent can be told less often: with an *http.Transport, if there was no connection; with
// any other RoundTripper, never.
func WithHTTPClient(client *http.Client) Option { return func(o *options) { o.http = client } }

// WithTimeout sets how long one attempt may take, to the end of the answer. It is 60 s by default. An upload
// has one second more for each 128 KiB.
func WithTimeout(timeout time.Duration) Option { return func(o *options) { o.timeout = timeout } }

// WithRetries sets how often a request is sent again if it was not sent, or if it was refused with 429
// and a wait of at most 30 s. It is 2 by default; 0 is never. What is in doubt is never sent again.
func WithRetries(retries int) Option { return func(o *options) { o.retries = retries } }

// WithLogger logs each attempt: method, path template, status, outcome, duration, and its number. No
// header, body or identifier is logged.
func WithLogger(logger *slog.Logger) Option { return func(o *options) { o.logger = logger } }

// New makes a client of an account. The AccountSID and the AuthToken are those of the account's settings
// (FACTS F1). It returns an error that names the argument if one cannot be used.
func New(accountSID, authToken string, opts ...Option) (*Client, error) {
	o := options{baseURL: DefaultBaseURL, timeout: 60 * time.Second, retries: 2, logger: slog.New(slog.DiscardHandler)}
	for _, option := range opts {
		option(&o)
	}
	switch {
	case !isSegment(accountSID) || strings.ContainsFunc(accountSID, isControl) || strings.Contains(accountSID, ":"):
		return nil, errors.New("the AccountSID must not be empty or dots, and must hold no colon or control character")
	case authToken == "" || strings.ContainsFunc(authToken, isControl):
		return nil, errors.New("the AuthToken must not be empty, and must hold no control character")
	case o.timeout <= 0:
		return nil, fmt.Errorf("the timeout must be more than 0, not %v", o.timeout)
	case o.retries < 0:
		return nil, fmt.Errorf("the number of retries must be 0 or more, not %d", o.retries)
	}
	server, err := parseBaseURL(o.baseURL)
	if err != nil {
		return nil, err
	}

	timeout := func(length int64) time.Duration {
		return max(o.timeout, o.timeout+time.Duration(length>>17)*time.Second) // the sum may overflow
	}
	var sender gen.HttpRequestDoer = transport.New(server, timeout)
	if o.http != nil {
		sender = transport.Borrow(o.http, timeout)
	}
	credentials := base64.StdEncoding.EncodeToString([]byte(accountSID + ":" + authToken))
	api, err := gen.NewClient(o.baseURL, gen.WithHTTPClient(sender), gen.WithRequestEditorFn(headers(credentials)))
	if err != nil {
		return nil, err
	}
	quoted := strconv.Quote(authToken) // as the errors of net/http spell it
	return &Client{
		accountSID: accountSID, api: api, retries: o.retries, logger: o.logger,
		redact: strings.NewReplacer(
			authToken, "[redacted]", quoted[1:len(quoted)-1], "[redacted]", credentials, "[redacted]").Replace,
	}, nil
}

// isSegment tells whether text can be a segment of a path; dots lead to another path.
func isSegment(text string) bool {
	return text != "" && text != "." && text != ".." && utf8.ValidString(text)
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }
