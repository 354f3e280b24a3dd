package faults

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A call is cancelled while its connection is made, which takes for ever: nothing was sent, and nothing is left.
func TestCallsMayBeCancelledWhileTheyConnect(t *testing.T) {
	silent := newFullAddress(t)
	forEachOf(t, cancellable(t), nil, func(t *testing.T, s *suite) {
		var before held
		some := part(30, 60)
		for n := range 2 * some {
			if n == some {
				before = heldBy(t, s.pid)
				before.kilobytes = 1 << 30 // TestFailedCallsLeaveNothing looks at these
				before.threads += 32       // a pool may still grow
			}
			a := ask{op: operations[n%len(operations)], retries: 1, baseURL: "http://" + silent, cancel: time.Duration(1+n%5) * time.Millisecond}
			a.what = fmt.Sprintf("cancelled after %v while it connects", a.cancel)
			if report, _ := s.call(a); report.Outcome != "not_sent" && report.Outcome != "cancelled" {
				s.fail("%s: %s: want not_sent, got %s: %s", a.op.name, a.what, report.Outcome, tail(report.Printed))
			}
		}
		if *all { // net/http goes on with a connection for 10 s, for the next call
			requireHeld(t, s.pid, before)
		}
	})
}

// newFullAddress is one at which nobody accepts, and no connection fits into the queue any more: Linux lets others
// wait for it.
func newFullAddress(t *testing.T) string {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() { syscall.Close(socket) })
	require.NoError(t, syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, syscall.Listen(socket, 0))
	name, err := syscall.Getsockname(socket)
	require.NoError(t, err)
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 10 {
		conn, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Skip("SKIPPED: this system takes connections beyond the length of a queue")
	return ""
}
