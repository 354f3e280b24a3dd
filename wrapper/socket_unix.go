//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package wrapper

import (
	"io"
	"os"
	"syscall"
)

func init() { tryRead = tryReadUnix }

func tryReadUnix(fd uintptr, into []byte) (n int, has bool, err error) {
	for {
		n, err := syscall.Read(int(fd), into)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return 0, false, nil
		case err != nil:
			return 0, true, os.NewSyscallError("read", err)
		case n == 0:
			return 0, true, io.EOF
		default:
			return n, true, nil
		}
	}
}
