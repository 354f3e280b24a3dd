package faults

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// The time of a call runs out at any moment: before the connection, while the request is sent, between two bytes of
// the response. What comes after it is no response to the next call.
func TestTimeMayRunOutAtAnyMoment(t *testing.T) {
	forEachClient(t, func(t *testing.T, s *suite) {
		for n := range uint64(part(100, 3000)) {
			s.timed(rand.New(rand.NewPCG(*seed, n)), n)
		}
	})
}

func (s *suite) timed(random *rand.Rand, n uint64) {
	// Few timeouts, as an adapter keeps a client for each.
	timeouts := []time.Duration{time.Millisecond, 3 * time.Millisecond, 10 * time.Millisecond, 30 * time.Millisecond}
	a := ask{op: pick(random, append([]*operation{large}, operations...)), retries: random.IntN(5) / 4, timeout: pick(random, timeouts)}
	a.what = fmt.Sprintf("-seed %d, timeout %d", *seed, n)
	turn := turn{request: whole, delay: time.Duration(random.Int64N(int64(3 * a.timeout / 2))), pauseAt: random.IntN(300)}
	if random.IntN(4) == 0 {
		turn.request, turn.end = random.IntN(300), pick(random, []end{fin, rst})
	}
	if s.pid != 0 && random.IntN(3) == 0 { // and the client sleeps over it
		at := time.Duration(random.Int64N(int64(2 * a.timeout)))
		sleeps := time.AfterFunc(at, func() {
			stop(s.pid)
			time.Sleep(2 * a.timeout)
			goOn(s.pid)
		})
		defer sleeps.Stop()
	}
	s.call(a, turn)
	s.server.settle(true) // what still comes is of this call
}
