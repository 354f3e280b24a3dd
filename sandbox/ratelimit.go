package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// The documented number of requests, and the time for which it holds (F4).
const (
	requestsAnHour = 1000
	hour           = 3600 // seconds
)

// writeRequests writes the three headers of F4 that every response has, of a window of an hour.
func writeRequests(h http.Header, w Window) {
	// The keys are in canonical form, so that Header.Get finds them.
	h["X-Ratelimit-Limit"] = number(requestsAnHour)
	h["X-Ratelimit-Remaining"] = number(int(w.Remaining))
	h["X-Ratelimit-Reset"] = number(seconds(w.Rest))
}

// number is n, from 0 to hour, as the value of a header. The values are made once: these three headers are
// on every response.
func number(n int) []string { return numbers[n : n+1 : n+1] }

var numbers = func() (all [hour + 1]string) {
	for n := range all {
		all[n] = strconv.Itoa(n)
	}
	return
}()

// seconds is a time in whole seconds, none of which has passed.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// The names of the headers that tell of a limit, in each of their spellings. Any may be empty.
type limitHeaders struct {
	limit, remaining, reset string
	unix                    bool // reset is a Unix time, not seconds
}

var limitSpellings = map[string][]limitHeaders{
	"x-ratelimit":      {xRateLimit},
	"x-ratelimit-unix": {{xRateLimit.limit, xRateLimit.remaining, xRateLimit.reset, true}},
	"x-ratelimit-hour": {xRateLimitHour},
	"ratelimit-reset":  {{reset: "Ratelimit-Reset"}},
	"retry-after":      {{reset: retryAfter}},
	"all":              {xRateLimit, xRateLimitHour, {reset: "Ratelimit-Reset"}, {reset: retryAfter}},
}

var (
	xRateLimit     = limitHeaders{limit: "X-Ratelimit-Limit", remaining: "X-Ratelimit-Remaining", reset: "X-Ratelimit-Reset"}
	xRateLimitHour = limitHeaders{limit: "X-Ratelimit-Limit-Hour", remaining: "X-Ratelimit-Remaining-Hour", reset: "X-Ratelimit-Reset-Hour"}
)

const retryAfter = "Retry-After"

// writeLimit writes the headers in a spelling, in place of the usual ones.
func writeLimit(h http.Header, spelling string, limit int64, now time.Time, w Window) {
	for _, name := range []string{xRateLimit.limit, xRateLimit.remaining, xRateLimit.reset} {
		h.Del(name)
	}
	if spelling == "" {
		spelling = "x-ratelimit"
	}
	set := func(name string, n int64) {
		if name != "" {
			h.Set(name, strconv.FormatInt(n, 10))
		}
	}
	for _, names := range limitSpellings[spelling] {
		if names.reset == retryAfter && w.Within {
			continue
		}
		set(names.limit, limit)
		set(names.remaining, w.Remaining)
		if names.unix {
			set(names.reset, now.Add(w.Rest).Add(time.Second-1).Unix())
		} else {
			set(names.reset, int64(seconds(w.Rest)))
		}
	}
}
