package wrapper

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

var (
	baseURLForm = compiled(`(?i)^(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?` +
		`(?:/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?$`)
	loopback = compiled(`(?i)^(?:localhost|\[::1\]|127(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3})$`)
)

// compiled compiles a pattern when it is asked for: a program that only starts does not wait for it.
func compiled(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// parseBaseURL sees to it that the credentials go over https alone, or stay on this machine. It is strict,
// as parsers do not agree on what else a URL may be.
func parseBaseURL(text string) (*url.URL, error) {
	parts := baseURLForm().FindStringSubmatch(text)
	parsed, err := url.Parse(text)
	if parts == nil || tooLarge(parts[3]) || err != nil {
		// Not the text itself: it may hold a password.
		return nil, errors.New("must have the form https://host or https://host/path, without user, query and fragment")
	}
	if scheme, host := parts[1], parts[2]; !strings.EqualFold(scheme, "https") && !loopback().MatchString(host) {
		return nil, fmt.Errorf("%s must begin with https://; http:// is for loopback addresses only", text)
	}
	return parsed, nil
}

func tooLarge(port string) bool {
	n, _ := strconv.Atoi(port) // 0 if there is none
	return n > 65535
}
