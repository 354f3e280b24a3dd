package faults

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/tests/conformance/clients"
)

// After many calls that failed a client holds no more than after some.
func TestFailedCallsLeaveNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: what a process holds is read from /proc")
	}
	nothing, err := conformance.NewRefusingAddress()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, nothing.Close()) })
	forEachOf(t, clients.All(t, "../.."), littleMemory, func(t *testing.T, s *suite) {
		n := 0
		failUntil := func(end int) held {
			for ; n < end; n++ {
				s.failedCall(n, nothing.String())
			}
			s.server.settle(true)
			return heldBy(t, s.pid)
		}
		before := failUntil(part(300, 1000))
		failUntil(part(1500, 10_000))
		requireHeld(t, s.pid, before)
		for outcome, least := range map[string]int{"not_sent": 7, "in_doubt": 2, "refused": 7} {
			require.Greater(t, s.counts[outcome], n/least-n/20, outcome)
		}
	})
}

// littleMemory makes garbage collectors work that would rather take more.
var littleMemory = map[string]string{"JAVA_TOOL_OPTIONS": "-Xmx24m", "NODE_OPTIONS": "--max-old-space-size=32 --max-semi-space-size=1"}

// failedCall makes the nth of calls that fail in turn in every way.
func (s *suite) failedCall(n int, nothing string) {
	a := ask{op: operations[n/7%len(operations)], what: fmt.Sprintf("failed call %d", n)}
	switch n % 7 {
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
	case 6:
		if s.canBeCancelled {
			a.cancel = 2 * time.Millisecond
			s.call(a, turn{request: 40})
			s.server.settle(true) // what still comes is of this call
		}
	}
}

// held is what a process holds.
type held struct{ kilobytes, threads, descriptors int }

// fits tells whether it is no more than before, but for what a garbage collector or a pool may keep.
func (h held) fits(before held) bool {
	return h.kilobytes <= before.kilobytes+16*1024 && h.threads <= before.threads+8 && h.descriptors <= before.descriptors+8
}

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

// requireHeld requires that a process soon holds no more than before.
func requireHeld(t *testing.T, pid int, before held) {
	t.Helper()
	after := heldBy(t, pid)
	for range 100 { // what ends is not gone at once
		if after.fits(before) {
			break
		}
		time.Sleep(100 * time.Millisecond)
		after = heldBy(t, pid)
	}
	t.Logf("%+v %+v", before, after)
	require.True(t, after.fits(before), "%+v before, %+v at the end", before, after)
}

func TestGrowthIsSeen(t *testing.T) {
	before := held{kilobytes: 50_000, threads: 10, descriptors: 10}
	require.True(t, before.fits(before))
	require.False(t, held{70_000, 10, 10}.fits(before))
	require.False(t, held{50_000, 20, 10}.fits(before))
	require.False(t, held{50_000, 10, 20}.fits(before))
}
