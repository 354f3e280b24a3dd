package wrapper

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// An Option changes a client in the making.
type Option interface{ applyClient(*settings) }

// A CallOption changes one call.
type CallOption interface{ applyCall(*callSettings) }

// A SharedOption is for a client, or for one call of it.
type SharedOption interface {
	Option
	CallOption
}

type settings struct {
	baseURL   string
	http      *http.Client
	proxy     func(*http.Request) (*url.URL, error)
	tls       *tls.Config
	logger    *slog.Logger
	onAttempt func(context.Context, Attempt)
	onOutcome func(context.Context, Result)
	calls     callSettings
}

type callSettings struct {
	timeout time.Duration
	retries int
	rules   RulesMode
	info    *ResponseInfo
}

func defaultSettings() settings {
	return settings{
		baseURL: DefaultBaseURL, proxy: http.ProxyFromEnvironment, logger: slog.New(slog.DiscardHandler),
		calls: callSettings{timeout: 60 * time.Second, retries: 2, rules: RulesEnforce},
	}
}

type clientOption func(*settings)

func (o clientOption) applyClient(s *settings) { o(s) }

type callOption func(*callSettings)

func (o callOption) applyCall(s *callSettings) { o(s) }

type sharedOption func(*callSettings)

func (o sharedOption) applyClient(s *settings)   { o(&s.calls) }
func (o sharedOption) applyCall(s *callSettings) { o(s) }

// WithBaseURL sets another server than DefaultBaseURL; a path in it is kept. It must be https, unless the
// host is a loopback address, and hold no user, query or fragment.
func WithBaseURL(url string) Option { return clientOption(func(s *settings) { s.baseURL = url }) }

// WithHTTPClient sets what sends the requests, with its proxies, certificates and cookies. Redirects are not
// followed, whatever the client says. That a request was not sent can be told less often: with an
// *http.Transport, if there was no connection; with any other RoundTripper, never.
func WithHTTPClient(client *http.Client) Option {
	return clientOption(func(s *settings) { s.http = client })
}

// WithProxy sets how the proxy of a request is chosen, by default http.ProxyFromEnvironment. An https request
// that goes through a proxy has a connection of its own.
func WithProxy(proxy func(*http.Request) (*url.URL, error)) Option {
	return clientOption(func(s *settings) { s.proxy = proxy })
}

// WithTLSConfig sets the configuration of TLS, such as certificates of one's own. It must not be changed
// afterwards.
func WithTLSConfig(config *tls.Config) Option {
	return clientOption(func(s *settings) { s.tls = config })
}

// WithLogger logs each attempt and each outcome at the level Debug, and violations in the mode RulesWarn at
// the level Warn. No header, body or value is logged.
func WithLogger(logger *slog.Logger) Option {
	return clientOption(func(s *settings) { s.logger = logger })
}

// WithOnAttempt sets what is called after each attempt to send a request. A panic of it is ignored.
func WithOnAttempt(hook func(context.Context, Attempt)) Option {
	return clientOption(func(s *settings) { s.onAttempt = hook })
}

// WithOnOutcome sets what is called after each call. A panic of it is ignored.
func WithOnOutcome(hook func(context.Context, Result)) Option {
	return clientOption(func(s *settings) { s.onOutcome = hook })
}

// WithTimeout sets how long one attempt may take, to the end of the response: 60 s by default. An upload has
// one second more for each 128 KiB. For all attempts together, give the context a deadline.
func WithTimeout(timeout time.Duration) SharedOption {
	return sharedOption(func(s *callSettings) { s.timeout = timeout })
}

// WithRetries sets how often a request is sent again: 2 by default; 0 is never. One that was not sent is, and
// one that was refused with 429 and a wait of at most 30 s. One that is in doubt is only if it acts once
// however often it is sent: never a POST.
func WithRetries(retries int) SharedOption {
	return sharedOption(func(s *callSettings) { s.retries = retries })
}

// WithRules sets what becomes of violations: RulesEnforce by default.
func WithRules(mode RulesMode) SharedOption {
	return sharedOption(func(s *callSettings) { s.rules = mode })
}

// A RulesMode says what becomes of violations. What cannot be sent is refused in each.
type RulesMode string

// The modes.
const (
	RulesEnforce RulesMode = "enforce" // a request with violations is not sent
	RulesWarn    RulesMode = "warn"    // they are logged and given to the hook, and the request is sent
	RulesOff     RulesMode = "off"     // the rules are not checked
)

// WithInfo fills info with what the last response of the call says beside its body.
func WithInfo(info *ResponseInfo) CallOption {
	return callOption(func(s *callSettings) { s.info = info })
}

func (s *settings) check() (*url.URL, error) {
	switch {
	case s.logger == nil:
		return nil, &UsageError{"logger", "must not be nil"}
	case s.proxy == nil:
		s.proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	server, err := parseBaseURL(s.baseURL)
	if err != nil {
		return nil, &UsageError{"base URL", err.Error()}
	}
	return server, s.calls.check()
}

func (s *callSettings) check() error {
	switch {
	case s.timeout <= 0:
		return &UsageError{"timeout", fmt.Sprintf("must be more than 0, not %v", s.timeout)}
	case s.retries < 0:
		return &UsageError{"retries", fmt.Sprintf("must be 0 or more, not %d", s.retries)}
	case s.rules != RulesEnforce && s.rules != RulesWarn && s.rules != RulesOff:
		return &UsageError{"rules", fmt.Sprintf("must be enforce, warn or off, not %q", string(s.rules))}
	}
	return nil
}
