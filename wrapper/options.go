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
type Option interface{ applyClient(*settings) error }

// A CallOption changes one call.
type CallOption interface{ applyCall(*callSettings) error }

// A SharedOption is for a client, or for one call of it.
type SharedOption interface {
	Option
	CallOption
}

type settings struct {
	baseURL   string
	http      *http.Client
	proxy     *url.URL
	ownProxy  bool // the proxy is not that of the environment
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
		baseURL: DefaultBaseURL, logger: slog.New(slog.DiscardHandler),
		calls: callSettings{timeout: 60 * time.Second, retries: 2, rules: RulesEnforce},
	}
}

type clientOption func(*settings) error

func (o clientOption) applyClient(s *settings) error { return o(s) }

type callOption func(*callSettings) error

func (o callOption) applyCall(s *callSettings) error { return o(s) }

type sharedOption func(*callSettings)

func (o sharedOption) applyClient(s *settings) error   { return o.applyCall(&s.calls) }
func (o sharedOption) applyCall(s *callSettings) error { o(s); return nil }

func notNil(argument string, isNil bool) error {
	if isNil {
		return &UsageError{argument, "must not be nil"}
	}
	return nil
}

// WithBaseURL sets another server than DefaultBaseURL; a path in it is kept. It must be https, unless the
// host is a loopback address, and hold no user, query or fragment.
func WithBaseURL(url string) Option {
	return clientOption(func(s *settings) error { s.baseURL = url; return nil })
}

// WithHTTPClient sets what sends the requests, with its proxies, certificates and cookies. Redirects are not
// followed, whatever the client says. The rest is its own: that a request was not sent can be told only with an
// *http.Transport, and only if there was no connection; bytes that a server sends after a response are what it
// makes of them, and net/http logs them.
func WithHTTPClient(client *http.Client) Option {
	return clientOption(func(s *settings) error { s.http = client; return notNil("HTTP client", client == nil) })
}

// WithProxy sets the proxy, in place of what HTTPS_PROXY and NO_PROXY say when the client is made; nil is none. It is
// http, https, socks5 or socks5h. A loopback address is never asked for through a proxy. Each request through
// one has a connection of its own.
func WithProxy(proxy *url.URL) Option {
	return clientOption(func(s *settings) error { s.proxy, s.ownProxy = proxy, true; return nil })
}

// WithTLSConfig sets the configuration of TLS, such as certificates of one's own. It must not be changed
// afterwards.
func WithTLSConfig(config *tls.Config) Option {
	return clientOption(func(s *settings) error { s.tls = config; return notNil("TLS configuration", config == nil) })
}

// WithLogger logs each attempt and each outcome at the level Debug, and violations in the mode RulesWarn at
// the level Warn. No header, body or value is logged.
func WithLogger(logger *slog.Logger) Option {
	return clientOption(func(s *settings) error { s.logger = logger; return notNil("logger", logger == nil) })
}

// WithOnAttempt sets what is called after each attempt to send a request. A panic of it is ignored.
func WithOnAttempt(hook func(context.Context, Attempt)) Option {
	return clientOption(func(s *settings) error { s.onAttempt = hook; return notNil("hook", hook == nil) })
}

// WithOnOutcome sets what is called after each call, also one that sent nothing. A panic of it is ignored.
func WithOnOutcome(hook func(context.Context, Result)) Option {
	return clientOption(func(s *settings) error { s.onOutcome = hook; return notNil("hook", hook == nil) })
}

// WithTimeout sets how long one attempt may take, to the end of the response: 60 s by default, 24 h at most. An
// upload has one second more for each 128 KiB. For all attempts together, give the context a deadline.
func WithTimeout(timeout time.Duration) SharedOption {
	return sharedOption(func(s *callSettings) { s.timeout = timeout })
}

// WithRetries sets how often a request is sent again: 2 by default, 100 at most; 0 is never. One that was not sent
// is, and one that was refused with 429 and a wait of at most 30 s. One that is in doubt is sent again only if it
// acts once however often it is sent: a GET, PUT or DELETE, unless the contract says otherwise, never a POST.
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
	return callOption(func(s *callSettings) error { s.info = info; return notNil("info", info == nil) })
}

const (
	maxTimeout = 24 * time.Hour
	maxRetries = 100
)

func (s *callSettings) check() error {
	switch {
	case s.timeout <= 0 || s.timeout > maxTimeout:
		return &UsageError{"timeout", fmt.Sprintf("must be more than 0 and at most %v, not %v", maxTimeout, s.timeout)}
	case s.retries < 0 || s.retries > maxRetries:
		return &UsageError{"retries", fmt.Sprintf("must be 0 to %d, not %d", maxRetries, s.retries)}
	case s.rules != RulesEnforce && s.rules != RulesWarn && s.rules != RulesOff:
		return &UsageError{"rules", fmt.Sprintf("must be enforce, warn or off, not %q", string(s.rules))}
	}
	return nil
}
