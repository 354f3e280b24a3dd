package wrapper

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where it is midnight of 2000-01-01 UTC
		for _, test := range []struct {
			headers map[string]string
			want    time.Duration
		}{
			{nil, time.Minute},
			{map[string]string{"Retry-After": "7"}, 7 * time.Second},
			{map[string]string{"Retry-After": " 7\t"}, 7 * time.Second},
			{map[string]string{"Retry-After": "0"}, time.Second},
			{map[string]string{"Retry-After": "007"}, 7 * time.Second},
			{map[string]string{"Retry-After": "3661"}, 3660 * time.Second},
			{map[string]string{"Retry-After": "999999999"}, 3660 * time.Second},
			{map[string]string{"Retry-After": "946684800"}, 3660 * time.Second}, // below 1e9: seconds
			{map[string]string{"X-RateLimit-Reset": "1000000000"}, 3660 * time.Second},
			{map[string]string{"X-RateLimit-Reset": "946684830000"}, 3660 * time.Second}, // below 1e12: a Unix time in seconds
			{map[string]string{"Retry-After": "999999999999999"}, 3660 * time.Second},
			{map[string]string{"Retry-After": "1000000000000000"}, time.Minute}, // 16 digits
			{map[string]string{"Retry-After": "Sat, 01 Jan 2000 00:00:30 GMT"}, 30 * time.Second},
			{map[string]string{"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, time.Second},
			{map[string]string{"X-RateLimit-Reset": "Sat, 01 Jan 2000 00:00:30 GMT"}, time.Minute},
			{map[string]string{"Retry-After": "soon", "X-RateLimit-Reset": "9"}, 9 * time.Second},
			{map[string]string{"Retry-After": "-1", "X-RateLimit-Reset-Hour": "8"}, 8 * time.Second},
			{map[string]string{"Retry-After": "+5", "RateLimit-Reset": "6"}, 6 * time.Second},
			{map[string]string{"Retry-After": "1.5"}, time.Minute},
			{map[string]string{"Retry-After": "1e3"}, time.Minute},
			{map[string]string{"Retry-After": "٣"}, time.Minute},
			{map[string]string{"Retry-After": ""}, time.Minute},
			{map[string]string{"Retry-After": "3", "X-RateLimit-Reset": "4", "X-RateLimit-Reset-Hour": "5", "RateLimit-Reset": "6"}, 3 * time.Second},
			{map[string]string{"X-RateLimit-Reset": "4", "X-RateLimit-Reset-Hour": "5", "RateLimit-Reset": "6"}, 4 * time.Second},
			{map[string]string{"X-RateLimit-Reset-Hour": "5", "RateLimit-Reset": "6"}, 5 * time.Second},
		} {
			header := http.Header{}
			for name, value := range test.headers {
				header.Set(name, value)
			}
			assert.Equal(t, test.want, retryAfter(header), "%v", test.headers)
		}
	})
}

// Unix times are of the real present, or a bubble's, whichever the clock says.
func TestRetryAfterOfAUnixTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Unix(1_800_000_000, 0)))
		for value, want := range map[string]time.Duration{
			"1800000045":    45 * time.Second,
			"1800000045500": 45500 * time.Millisecond,
			"1799999999":    time.Second,
			"1800009999":    3660 * time.Second,
		} {
			assert.Equal(t, want, retryAfter(http.Header{"X-Ratelimit-Reset": {value}}), value)
		}
	})
}

func FuzzWait(f *testing.F) {
	for _, seed := range []string{"", "0", "60", "-1", "1800000000", "1800000000000", "999999999999999", "Sun, 06 Nov 1994 08:49:37 GMT", "９"} {
		f.Add(seed, seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		header := http.Header{"Retry-After": {a}, "X-Ratelimit-Reset": {b}, "X-Ratelimit-Reset-Hour": {c}, "Ratelimit-Reset": {d}}
		wait := retryAfter(header)
		if wait < time.Second || wait > 3660*time.Second {
			t.Errorf("%v: %v", header, wait)
		}
	})
}
