package wrapper

import (
	"cmp"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxyOf finds the proxy for a server; nil if there is none. A loopback address never has one.
func (s *settings) proxyOf(server *url.URL) (*url.URL, error) {
	isLoopback := loopback().MatchString(strings.TrimSuffix(server.Host, ":"+server.Port()))
	switch {
	case s.ownProxy && s.proxy != nil && !isProxy(s.proxy):
		return nil, &UsageError{"proxy", notAProxy}
	case isLoopback:
		return nil, nil
	case s.ownProxy:
		return s.proxy, nil
	}
	return environmentProxy(server)
}

// environmentProxy reads the environment anew for each client, which net/http does once for a process.
func environmentProxy(server *url.URL) (*url.URL, error) {
	variable := "HTTPS_PROXY"
	if os.Getenv(variable) == "" {
		variable = strings.ToLower(variable)
	}
	text := os.Getenv(variable)
	if text == "" {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	proxy, err := url.Parse(text)
	if err != nil || !isProxy(proxy) {
		return nil, &UsageError{variable, notAProxy}
	}
	rules := httpproxy.Config{HTTPSProxy: text, NoProxy: cmp.Or(os.Getenv("NO_PROXY"), os.Getenv("no_proxy"))}
	return rules.ProxyFunc()(server)
}

// It does not hold the URL, which may have a password.
const notAProxy = "must be a proxy: http://host:port, https://host:port, socks5://host:port or socks5h://host:port"

func isProxy(proxy *url.URL) bool {
	return proxy.Hostname() != "" && !tooLarge(proxy.Port()) && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, proxy.Scheme)
}
