package faults

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"example.com/contacts/tests/conformance/clients"
)

// A call is cancelled at any moment, by what its language has for it. What it reports is true; the next call gets its
// own response, at its first attempt; no attempt of the one that was cancelled follows; and nothing of it is held.
func TestCallsMayBeCancelledAtAnyMoment(t *testing.T) {
	forEachOf(t, cancellable(t), nil, func(t *testing.T, s *suite) {
		var before held
		some := uint64(part(60, 300)) // as many as fill pools of threads
		for n := range uint64(part(120, 3000)) {
			if n == some && runtime.GOOS == "linux" {
				before = heldBy(t, s.pid)
				before.kilobytes = 1 << 30 // TestFailedCallsLeaveNothing looks at these
				before.threads += 32       // the pools of two clients may still grow
			}
			s.cancelled(rand.New(rand.NewPCG(*seed, n)), n)
		}
		s.noneFollows()
		if runtime.GOOS == "linux" { // elsewhere there is no /proc
			requireHeld(t, s.pid, before)
		}
	})
}

// cancellable are the clients that can be cancelled, each in every way it can.
func cancellable(t *testing.T) (found []clients.Client) {
	for _, c := range clients.All(t, "../..") {
		switch c.Name {
		case "python":
			continue // it has nothing for that
		case "java": // an interrupt, and CompletableFuture.cancel
			found = append(found, clients.Client{Name: "java (async)", Command: append(slices.Clone(c.Command), "--async")})
		}
		found = append(found, c)
	}
	return found
}

// A moment is a time in the life of a call, in which it is cancelled.
type moment struct {
	name  string
	after time.Duration // at most
	ask   func(*rand.Rand) (ask, []turn)
}

var moments = []moment{
	{"before there is a connection", 500 * time.Microsecond, func(r *rand.Rand) (ask, []turn) {
		return ask{op: pick(r, operations)}, nil
	}},
	{"while the request is written", 20 * time.Millisecond, func(r *rand.Rand) (ask, []turn) {
		return ask{op: large}, []turn{{request: whole, stallAt: 1 + r.IntN(1<<20), stall: 20 * time.Millisecond}}
	}},
	{"while a response is awaited", 10 * time.Millisecond, func(r *rand.Rand) (ask, []turn) {
		return ask{op: pick(r, operations)}, []turn{{request: whole, delay: time.Duration(r.Int64N(int64(15 * time.Millisecond)))}}
	}},
	{"while none comes", 10 * time.Millisecond, func(r *rand.Rand) (ask, []turn) {
		return ask{op: pick(r, operations), retries: r.IntN(2)}, []turn{{request: 40}}
	}},
	{"while a response comes", 20 * time.Millisecond, func(r *rand.Rand) (ask, []turn) {
		return ask{op: pick(r, operations)}, []turn{{request: whole, delay: 8 * time.Millisecond, pauseAt: 1 + r.IntN(200)}}
	}},
	{beforeAskedRetry, 30 * time.Millisecond, func(r *rand.Rand) (ask, []turn) {
		op := pick(r, operations)
		return ask{op: op, retries: 1}, []turn{{request: whole, refuses: true, response: tooMany}, {request: whole}}
	}},
	{"before a retry after a doubt", 150 * time.Millisecond, func(r *rand.Rand) (ask, []turn) {
		return ask{op: pick(r, []*operation{update, remove, get, download}), retries: 1}, []turn{{request: whole, response: serverFailure}, {request: whole}}
	}},
}

const beforeAskedRetry = "before a retry that was asked for"

func tooMany(int64) []byte {
	return response{status: http.StatusTooManyRequests, headers: []string{"Retry-After: 1"}}.wire()
}

// closing is the success, after which the connection ends.
func (op *operation) closing(id int64) response {
	success := op.response(id, length)
	success.headers = append(success.headers, "Connection: close")
	return success
}

func serverFailure(int64) []byte { return response{status: 500, body: "{}"}.wire() }

// cancelled cancels a call, and makes another with the same client.
func (s *suite) cancelled(random *rand.Rand, n uint64) {
	m := moments[n%uint64(len(moments))]
	a, turns := m.ask(random)
	a.timeout = 4 * time.Second
	a.cancel = time.Microsecond + time.Duration(random.Int64N(int64(m.after)))
	a.what = fmt.Sprintf("-seed %d, cancelled %d, %s, after %v", *seed, n, m.name, a.cancel)
	next := ask{op: form, retries: a.retries, timeout: a.timeout, what: a.what + ", then another call"}
	if a.retries == 0 { // a second attempt would hide what befell the first
		next.op = pick(random, operations)
	}
	first := turn{request: whole}
	if random.IntN(2) == 0 { // the call that is cancelled has a new connection
		first.end, first.response = fin, func(id int64) []byte { return next.op.closing(id).wire() }
	}
	s.warm(ask{op: next.op, retries: a.retries, timeout: a.timeout, what: "a call before one that is cancelled"}, first)
	report, c := s.ask(a, turns...)
	if report.Outcome == "not_sent" {
		time.Sleep(20 * time.Millisecond) // for what was sent all the same
	}
	after, d := s.ask(next)
	s.server.settle(true)
	s.verify(a, report, c)
	s.verify(next, after, d)
	if m.name == beforeAskedRetry && len(c.responses) > 1 { // which comes a second later
		s.fail("%s: %s: it was sent again after its cancellation", a.op.name, a.what)
	}
	if after.Outcome != next.op.done {
		s.fail("%s: %s: nothing was wrong with the call, and the client reported %s %d %s", next.op.name, next.what, after.Outcome, after.Status, tail(after.Printed))
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	c.isOver, d.isOver = true, true
}

// noneFollows waits longer than before any retry, and checks that there is none.
func (s *suite) noneFollows() {
	time.Sleep(1200 * time.Millisecond)
	s.done(ask{op: form, what: "a call after all that were cancelled"})
}
