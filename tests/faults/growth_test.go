package faults

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
)

// After many calls that failed a client holds no more than after some.
func TestFailedCallsLeaveNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: what a process holds is read from /proc")
	}
	nothing, err := conformance.NewRefusingAddress()
	require.NoError(t, err)
	defer nothing.Close()
	forEachClient(t, func(t *testing.T, s *suite) {
		n := 0
		failUntil := func(end int) held {
			for ; n < end; n++ {
				s.failedCall(n, nothing.String())
			}
			s.server.settle(true)
			return heldBy(t, s.pid)
		}
		before := failUntil(part(300, 1000))
		after := failUntil(part(1500, 10_000))
		t.Log(before, after)
		for outcome, least := range map[string]int{"not_sent": 6, "in_doubt": 2, "refused": 6} {
			require.Greater(t, s.counts[outcome], n/least-n/20, outcome)
		}
		// A garbage collector may keep some megabytes; each call that leaves 8 KiB is seen.
		require.LessOrEqual(t, after.kilobytes, before.kilobytes+8*1024+part(8*1024, 16*1024), "memory")
		require.LessOrEqual(t, after.threads, before.threads+4, "threads")
		require.LessOrEqual(t, after.descriptors, before.descriptors+4, "files and sockets")
	})
}

// failedCall makes the nth of calls that fail in turn in every way.
func (s *suite) failedCall(n int, nothing string) {
	a := ask{op: operations[n/6%len(operations)], what: fmt.Sprintf("failed call %d", n)}
	switch n % 6 {
	case 0:
		a.baseURL = "http://" + nothing
		s.call(a)
	case 1:
		s.call(a, turn{request: 40, end: rst})
	case 2:
		s.call(a, turn{request: whole, end: fin, response: func(id int64) []byte { return a.op.success(id)[:50] }})
	case 3:
		s.call(a, turn{request: whole, response: func(int64) []byte { return response{status: 500, body: "{}"}.wire() }})
	case 4:
		s.call(a, turn{request: whole, response: func(id int64) []byte { return a.op.refusal(id).wire() }, refuses: true})
	case 5:
		s.call(a, turn{request: whole, end: rst, response: func(int64) []byte { return []byte("no response") }})
	}
}

// held is what a process holds.
type held struct{ kilobytes, threads, descriptors int }

func heldBy(t *testing.T, pid int) held {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	number := func(name string) int {
		match := regexp.MustCompile(name + `:\s+([0-9]+)`).FindSubmatch(status)
		require.NotNil(t, match, name)
		n, err := strconv.Atoi(string(match[1]))
		require.NoError(t, err)
		return n
	}
	descriptors, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	require.NoError(t, err)
	return held{number("VmRSS"), number("Threads"), len(descriptors)}
}
