package wrapper

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers that name a wait, in the order in which they are believed (F4 of docs/api-facts.md).
var waitHeaders = []string{"Retry-After", "X-Ratelimit-Reset", "X-Ratelimit-Reset-Hour", "Ratelimit-Reset"}

func headerValue(header http.Header, name string) string {
	return strings.Trim(header.Get(name), " \t")
}

// retryAfter is how long a 429 asks to wait: 1 s to 3,660 s, or 60 s if it does not say.
func retryAfter(header http.Header) time.Duration {
	for _, name := range waitHeaders {
		value := headerValue(header, name)
		wait, usable := parseWait(value)
		// time.Parse takes any day of the week.
		if date, err := time.Parse(http.TimeFormat, value); err == nil && date.Format(http.TimeFormat) == value && name == "Retry-After" {
			wait, usable = time.Until(date), true
		}
		if usable {
			return min(max(wait, time.Second), 3660*time.Second)
		}
	}
	return time.Minute
}

// parseWait reads seconds, or a Unix time in seconds or milliseconds.
func parseWait(value string) (time.Duration, bool) {
	n, ok := digits(value)
	switch {
	case !ok:
		return 0, false
	case n >= 1e12:
		return time.Until(time.UnixMilli(n)), true
	case n >= 1e9:
		return time.Until(time.Unix(n, 0)), true
	}
	return time.Duration(n) * time.Second, true
}

// digits reads 1 to 15 digits.
func digits(value string) (int64, bool) {
	if len(value) > 15 || strings.Trim(value, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(value, 10, 64)
	return n, err == nil
}

// rateLimit reads a number of the account's rate limit; nil if there is none that is usable.
func rateLimit(header http.Header, what string) *int64 {
	for _, name := range []string{"X-Ratelimit-" + what, "X-Ratelimit-" + what + "-Hour", "Ratelimit-" + what} {
		if n, ok := digits(headerValue(header, name)); ok {
			return &n
		}
	}
	return nil
}
