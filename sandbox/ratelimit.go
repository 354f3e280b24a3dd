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
type rateLimit struct {
	now   func() time.Time
	mu    sync.Mutex
	began time.Time
	used  int
}

func newRateLimit(now func() time.Time) *rateLimit { return &rateLimit{now: now} }

// count counts one request and writes the three headers of its response.
func (l *rateLimit) count(h http.Header) {
	now := l.now()
	l.mu.Lock()
	passed := now.Sub(l.began)
	if passed < 0 || passed >= hour*time.Second {
		l.began, l.used, passed = now, 0, 0
	}
	if l.used < requestsAnHour {
		l.used++
	}
	remaining := requestsAnHour - l.used
	l.mu.Unlock()
	// The keys are in canonical form, so that Header.Get finds them.
	h["X-Ratelimit-Limit"] = number(requestsAnHour)
	h["X-Ratelimit-Remaining"] = number(remaining)
	h["X-Ratelimit-Reset"] = number(hour - int(passed/time.Second))
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
