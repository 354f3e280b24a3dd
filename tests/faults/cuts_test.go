package faults

import (
	"fmt"
	"net/http"
	"testing"
)

// The conversation is broken off after each of its bytes, in the request or in the response, on a connection that is
// new and on one that was used before.
func TestEveryByteMayBeTheLast(t *testing.T) {
	forEachClient(t, func(t *testing.T, s *suite) {
		for i, op := range operations {
			for _, end := range []end{fin, rst} {
				for _, kept := range []bool{false, true} {
					s.cut(ask{op: op}, end, kept, i, part(41, 1))
				}
			}
		}
	})
}

// As above, and the client may try again. What is not idempotent is carried out once all the same.
func TestEveryByteMayBeTheLastOfAnAttempt(t *testing.T) {
	forEachClient(t, func(t *testing.T, s *suite) {
		for i, op := range operations {
			for _, end := range []end{fin, rst} {
				s.cut(ask{op: op, retries: 1}, end, true, i, part(499, 5))
			}
		}
	})
}

// The connection of a later attempt ends before a byte of it is read: what was in doubt stays so.
func TestAnAttemptThatIsNotSentUndoesNoDoubt(t *testing.T) {
	forEachClient(t, func(t *testing.T, s *suite) {
		for i, op := range operations {
			for j, first := range []turn{{request: whole, end: rst, response: nothing}, {request: whole, response: serverError}, {request: 40, end: fin}} {
				for k, end := range []end{fin, rst} {
					if !*all && (i+j+k)%2 == 0 {
						continue
					}
					s.call(ask{op: op, retries: 1, what: "a doubt, and then " + end.String() + " at once"}, first, turn{request: 0, end: end})
				}
			}
		}
	})
}

func nothing(int64) []byte { return nil }

func serverError(int64) []byte {
	return response{status: 500, headers: []string{"Connection: close"}, body: "{}"}.wire()
}

func (s *suite) cut(a ask, end end, kept bool, from, step int) {
	request := len(s.warm(a).request)
	play := func(t turn) {
		if kept {
			s.warm(a)
		}
		t.end = end
		turns := []turn{t}
		if a.retries > 0 {
			turns = append(turns, turn{request: whole})
		}
		report, _ := s.call(a, turns...)
		// Content that has begun to stream is not asked for again.
		if a.retries > 0 && a.op.method != http.MethodPost && !a.op.isContent && report.Outcome != a.op.done {
			s.fail("%s: %s: the second attempt is fine, and the client reported %s", a.op.name, a.what, report.Outcome)
		}
	}
	for cut := from % step; cut < request; cut += step {
		a.what = fmt.Sprintf("%s after %d bytes of the request, connection used before: %t", end, cut, kept)
		play(turn{request: cut})
	}
	for _, f := range []framing{length, chunked, toTheEnd} {
		response := func(id int64) []byte { return a.op.response(id, f).wire() }
		for cut := from % step; cut <= len(response(firstID)); cut += step {
			a.what = fmt.Sprintf("%s after %d bytes of the response, connection used before: %t", end, cut, kept)
			play(turn{request: whole, response: func(id int64) []byte { return response(id)[:cut] }})
		}
		a.what = "a whole response"
		s.warm(a) // the connection before may have ended
		last := turn{request: whole, response: response}
		if f == toTheEnd {
			last.end = fin
		}
		s.done(a, last)
	}
}
