package sandbox

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// The documented number of requests, and the time for which it holds (F4).
const (
	requestsAnHour = 1000
	hour           = 3600 // seconds
)

// rateLimit counts the requests of an hour, which begins with its first request, for the headers of F4. It
// refuses nothing: with all requests used up, Remaining stays at 0 until the next hour.
type rateLimit struct{ window window }

// count counts one request and writes the three headers of its response.
func (l *rateLimit) count(h http.Header, now time.Time) {
	remaining, rest, _ := l.window.count(now, requestsAnHour, time.Hour)
	// The keys are in canonical form, so that Header.Get finds them.
	h["X-Ratelimit-Limit"] = number(requestsAnHour)
	h["X-Ratelimit-Remaining"] = number(int(remaining))
	h["X-Ratelimit-Reset"] = number(seconds(rest))
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

// A window counts the requests of a time that begins with its first request.
type window struct {
	mu    sync.Mutex
	began time.Time
	used  int64
}

// count counts one request. It returns how many more there may be, for how long, and whether this one is
// within the limit.
func (w *window) count(now time.Time, limit int64, length time.Duration) (remaining int64, rest time.Duration, within bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	passed := now.Sub(w.began)
	if passed < 0 || passed >= length {
		w.began, w.used, passed = now, 0, 0
	}
	if within = w.used < limit; within {
		w.used++
	}
	return limit - w.used, length - passed, within
}

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
func writeLimit(h http.Header, spelling string, limit, remaining int64, now time.Time, rest time.Duration, within bool) {
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
		if names.reset == retryAfter && within {
			continue
		}
		set(names.limit, limit)
		set(names.remaining, remaining)
		if names.unix {
			set(names.reset, now.Add(rest).Add(time.Second-1).Unix())
		} else {
			set(names.reset, int64(seconds(rest)))
		}
	}
}
