package wrapper

import (
	"bytes"
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A script answers each request in turn, the last step all that follow. It counts them.
type script struct {
	steps    []http.HandlerFunc
	requests atomic.Int64
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	turn := int(s.requests.Add(1)) - 1
	s.steps[min(turn, len(s.steps)-1)](w, r)
}

func respondWith(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func dropConnection(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	panic(http.ErrAbortHandler)
}

func neverAnswer(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestWhatIsSentAgain(t *testing.T) {
	ok := respondWith(200, createdBody)
	limited := func(wait string) http.HandlerFunc { return respondWith(429, `{"Status":"ERROR"}`, "Retry-After", wait) }
	for name, test := range map[string]struct {
		steps    []http.HandlerFunc
		retries  int
		deadline time.Duration
		outcome  Outcome
		requests int
		atLeast  time.Duration
		atMost   time.Duration
	}{
		"created":                        {[]http.HandlerFunc{ok}, 2, 0, OutcomeCreated, 1, 0, 0},
		"429 once":                       {[]http.HandlerFunc{limited("30"), ok}, 2, 0, OutcomeCreated, 2, 30 * time.Second, 33 * time.Second},
		"429 twice":                      {[]http.HandlerFunc{limited("7"), limited("1"), ok}, 2, 0, OutcomeCreated, 3, 8 * time.Second, 8800 * time.Millisecond},
		"429 more often than asked":      {[]http.HandlerFunc{limited("1")}, 3, 0, OutcomeRefused, 4, 3 * time.Second, 3300 * time.Millisecond},
		"429 without retries":            {[]http.HandlerFunc{limited("1"), ok}, 0, 0, OutcomeRefused, 1, 0, 0},
		"429 with a long wait":           {[]http.HandlerFunc{limited("31"), ok}, 2, 0, OutcomeRefused, 1, 0, 0},
		"429 without a wait":             {[]http.HandlerFunc{respondWith(429, ""), ok}, 2, 0, OutcomeRefused, 1, 0, 0},
		"429 and no time for its wait":   {[]http.HandlerFunc{limited("20"), ok}, 2, 19 * time.Second, OutcomeRefused, 1, 0, 0},
		"429 and time for one wait only": {[]http.HandlerFunc{limited("10"), limited("10"), ok}, 2, 19 * time.Second, OutcomeRefused, 2, 10 * time.Second, 11 * time.Second},
		"429, then in doubt":             {[]http.HandlerFunc{limited("1"), respondWith(500, "")}, 2, 0, OutcomeInDoubt, 2, time.Second, 1100 * time.Millisecond},
		"400":                            {[]http.HandlerFunc{respondWith(400, "", "Retry-After", "1"), ok}, 2, 0, OutcomeRefused, 1, 0, 0},
		"402":                            {[]http.HandlerFunc{respondWith(402, ""), ok}, 2, 0, OutcomeInDoubt, 1, 0, 0},
		"408":                            {[]http.HandlerFunc{respondWith(408, ""), ok}, 2, 0, OutcomeInDoubt, 1, 0, 0},
		"503 with a wait":                {[]http.HandlerFunc{respondWith(503, "", "Retry-After", "1"), ok}, 2, 0, OutcomeInDoubt, 1, 0, 0},
		"queued":                         {[]http.HandlerFunc{respondWith(200, `{"Status":"QUEUED"}`), ok}, 2, 0, OutcomeQueued, 1, 0, 0},
		"connection dropped":             {[]http.HandlerFunc{dropConnection, ok}, 2, 0, OutcomeInDoubt, 1, 0, 0},
		"no answer":                      {[]http.HandlerFunc{neverAnswer, ok}, 2, 0, OutcomeInDoubt, 1, time.Minute, time.Minute},
		"no answer by the deadline":      {[]http.HandlerFunc{neverAnswer, ok}, 2, 3 * time.Second, OutcomeInDoubt, 1, 3 * time.Second, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{steps: test.steps}
				n := connect(t, server, WithRetries(test.retries))
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				begin := time.Now()
				_, err := n.client.CreateContact(ctx, 1000, wile())
				took := time.Since(begin) // of the bubble's own clock
				assert.Equal(t, test.outcome, outcomeOf(err), "%v", err)
				assert.EqualValues(t, test.requests, server.requests.Load())
				assert.GreaterOrEqual(t, took, test.atLeast)
				assert.LessOrEqual(t, took, test.atMost)
			})
		})
	}
}

func TestNotSentIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, nil, WithRetries(3))
		begin := time.Now()
		_, err := n.client.CreateContact(t.Context(), 1000, wile())
		took := time.Since(begin)
		assert.Equal(t, OutcomeNotSent, outcomeOf(err))
		assert.ErrorIs(t, err, errUnreachable)
		assert.EqualValues(t, 4, n.dials.Load())
		// 250 ms, 500 ms and 1 s, each half as long or half as long again
		assert.GreaterOrEqual(t, took, 875*time.Millisecond)
		assert.LessOrEqual(t, took, 2625*time.Millisecond)
	})
}

func TestNotSentIsLeftIfThereIsNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, nil, WithRetries(3))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		_, err := n.client.CreateContact(ctx, 1000, wile())
		assert.Equal(t, OutcomeNotSent, outcomeOf(err))
		assert.EqualValues(t, 1, n.dials.Load())
		assert.Zero(t, time.Since(begin))
	})
}

func TestCancelEndsAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []http.HandlerFunc{respondWith(429, "", "Retry-After", "30")}}
		n := connect(t, server)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		begin := time.Now()
		_, err := n.client.CreateContact(ctx, 1000, wile())
		assert.Equal(t, OutcomeRefused, outcomeOf(err), "what is known does not change because nobody waits")
		assert.Equal(t, 5*time.Second, time.Since(begin))
		assert.EqualValues(t, 1, server.requests.Load())
	})
}

func TestCancelOfASentRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []http.HandlerFunc{neverAnswer}}
		n := connect(t, server)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		_, err := n.client.CreateContact(ctx, 1000, wile())
		assert.Equal(t, OutcomeInDoubt, outcomeOf(err))
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func TestCancelBeforeTheSend(t *testing.T) {
	n := connect(t, &script{steps: []http.HandlerFunc{respondWith(200, createdBody)}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := n.client.CreateContact(ctx, 1000, wile())
	assert.Equal(t, OutcomeNotSent, outcomeOf(err))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, n.dials.Load())
}

func TestAnUploadHasMoreTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, &script{steps: []http.HandlerFunc{neverAnswer}}, WithTimeout(10*time.Second))
		input := wile()
		input.ProfileImageFile = FileFromReaderAt(bytes.NewReader(make([]byte, 1<<20)), 1<<20)
		begin := time.Now()
		_, err := n.client.CreateContact(t.Context(), 1000, input)
		assert.Equal(t, OutcomeInDoubt, outcomeOf(err))
		assert.Equal(t, 18*time.Second, time.Since(begin), "10 s, and 8 for as many times 128 KiB")
	})
}

func TestTheLongestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, &script{steps: []http.HandlerFunc{respondWith(200, createdBody)}}, WithTimeout(24*time.Hour), WithRetries(100))
		input := wile()
		input.ProfileImageFile = FileFromReaderAt(bytes.NewReader(make([]byte, 1<<20)), 1<<20)
		_, err := n.client.CreateContact(t.Context(), 1000, input)
		assert.NoError(t, err)
		input.ProfileImageFile = FileFromReaderAt(bytes.NewReader(make([]byte, 1<<20)), math.MaxInt64)
		_, err = n.client.CreateContact(t.Context(), 1000, input)
		assert.ErrorContains(t, err, "too large", "its time would overflow")
	})
}

// The server closes a connection that nobody uses, as every server does after a while. The client must
// neither use it, and be in doubt, nor send anything twice.
func TestIdleConnectionThatTheServerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &script{steps: []http.HandlerFunc{respondWith(200, createdBody)}}
		n := connect(t, server, WithRetries(0))
		for range 3 {
			_, err := n.client.CreateContact(t.Context(), 1000, wile())
			require.NoError(t, err)
			time.Sleep(10 * time.Second) // of the bubble; the server waits 5
		}
		assert.EqualValues(t, 3, server.requests.Load())
		assert.EqualValues(t, 3, n.dials.Load())
	})
}

// A brokenPipe is a connection that the client finds closed when it writes its second request: the server
// has closed it in the moment in which the client took it up.
type brokenPipe struct {
	net.Conn
	answered atomic.Bool
}

func (b *brokenPipe) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if n > 0 {
		b.answered.Store(true)
	}
	return n, err
}

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.answered.Load() {
		return 0, syscall.EPIPE
	}
	return b.Conn.Write(p)
}

func TestConnectionThatIsFoundClosed(t *testing.T) {
	for name, input := range map[string]CreateContactInput{"form": wile(), "upload": func() CreateContactInput {
		c := wile()
		c.ProfileImageFile = FileFromReaderAt(bytes.NewReader([]byte("GIF89a…")), 9)
		return c
	}()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{steps: []http.HandlerFunc{respondWith(200, createdBody)}}
				n := connect(t, server, WithRetries(0))
				n.wrap = func(c net.Conn) net.Conn { return &brokenPipe{Conn: c} }
				for range 3 {
					_, err := n.client.CreateContact(t.Context(), 1000, input)
					require.NoError(t, err)
				}
				assert.EqualValues(t, 3, server.requests.Load(), "one for each create")
				assert.EqualValues(t, 3, n.dials.Load())
			})
		})
	}
}
