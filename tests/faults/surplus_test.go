package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const foreign = 7_777_777 // the id of no call

// What follows a response is never the response to the next request.
func TestBytesAfterAResponseBelongToNoRequest(t *testing.T) {
	forEachClient(t, func(t *testing.T, s *suite) {
		for i, op := range operations {
			for j, first := range firstResponses(op) {
				for k, surplus := range surpluses(op) {
					for l, later := range []time.Duration{0, 4 * time.Millisecond} {
						if *all || (i+j+k+l)%2 == 0 {
							s.surplus(op, first, surplus, later)
						}
					}
				}
			}
		}
	})
}

// A first response is followed by surplus bytes.
type firstResponse struct {
	name     string
	response func(id int64) []byte
	outcome  string
	retries  int // the call goes on after it
}

func firstResponses(op *operation) []firstResponse {
	wait := func(id int64) []byte {
		return response{status: 429, headers: []string{"Retry-After: 1"}, body: op.refusal(id).body}.wire()
	}
	return []firstResponse{
		{name: "a success", response: op.success, outcome: op.done},
		{name: "a chunked success", response: func(id int64) []byte { return op.response(id, chunked).wire() }, outcome: op.done},
		{name: "a success after interim responses", outcome: op.done, response: func(id int64) []byte {
			return append([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), op.success(id)...)
		}},
		{name: "a refusal", response: func(id int64) []byte { return op.refusal(id).wire() }, outcome: "refused"},
		{name: "a refusal without a body", response: func(int64) []byte { return response{status: 400}.wire() }, outcome: "refused"},
		{name: "a server error", response: func(int64) []byte { return response{status: 500}.wire() }, outcome: "in_doubt"},
		{name: "a 429", response: wait, outcome: "refused"},
		{name: "a 429 before a retry", response: wait, outcome: op.done, retries: 1},
	}
}

func surpluses(op *operation) []string {
	return []string{
		string(op.success(foreign)), string(op.response(foreign, chunked).wire()), string(op.refusal(foreign).wire()),
		string(response{status: 429, headers: []string{"Retry-After: 1"}}.wire()), string(response{status: 500}.wire()),
		"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n" + string(op.success(foreign)), "HTTP/1.1 204 No Content\r\n\r\n",
		string(op.success(foreign)[:20]), "\r\n", "x", "0\r\n\r\n",
	}
}

func (s *suite) surplus(op *operation, first firstResponse, surplus string, later time.Duration) {
	if first.retries > 0 && surplus != string(op.success(foreign)) { // each of these waits a second
		return
	}
	a := ask{op: op, retries: first.retries, what: fmt.Sprintf("%s, and after %v %q", first.name, later, surplus)}
	t := turn{request: whole, response: first.response, surplus: []byte(surplus), later: later, refuses: first.outcome != op.done || first.retries > 0}
	report, c := s.ask(a, t, turn{request: whole})
	if report.Outcome != first.outcome {
		s.fail("%s: %s: want %s, got %s: %s", op.name, a.what, first.outcome, report.Outcome, tail(report.Printed))
	}
	if later == 0 {
		s.settle(a, report, c)
		a.what += ", then another call"
		s.done(a)
		return
	}
	// The bytes and the next call are there at once when the client runs again: what it sees first is chance.
	if s.looksFirst && s.pid != 0 {
		if err := stop(s.pid); err != nil {
			s.fail("%v", err)
		}
		time.AfterFunc(later+3*time.Millisecond, func() { goOn(s.pid) })
	}
	s.server.quiet()
	if !s.looksFirst {
		time.Sleep(50 * time.Millisecond)
	}
	s.settle(a, report, c)
	a.what += ", then another call"
	s.warm(a)
}

// A connection that ended while nobody used it is no harm to the next call.
func TestAConnectionMayEndWhileItIsIdle(t *testing.T) {
	forEachClient(t, func(t *testing.T, s *suite) {
		for _, op := range operations {
			for _, end := range []end{fin, rst} {
				for _, f := range []framing{length, chunked} {
					a := ask{op: op, what: fmt.Sprintf("%s after a whole response, %s", end, f)}
					t := turn{request: whole, end: end, response: func(id int64) []byte { return op.response(id, f).wire() }}
					report, c := s.ask(a, t)
					time.Sleep(50 * time.Millisecond) // a client may be slow to see it
					s.settle(a, report, c)
					s.done(a)
				}
			}
		}
	})
}

func TestAConnectionIsNotUsedAfter30IdleSeconds(t *testing.T) {
	if !*all {
		t.Skip("SKIPPED: it waits for 31 seconds; `make soak` plays it")
	}
	forEachClient(t, func(t *testing.T, s *suite) {
		for _, op := range operations {
			a := ask{op: op, what: "after 31 idle seconds"}
			s.done(a)
			opened := s.server.opened
			time.Sleep(31 * time.Second)
			s.done(a)
			require.Equal(t, opened+1, s.server.opened, op.name)
		}
	})
}
