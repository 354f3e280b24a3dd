//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package wrapper

import "syscall"

func init() { isReadable = hasInput }

func hasInput(fd uintptr) bool {
	var first [1]byte
	for {
		switch _, _, err := syscall.Recvfrom(int(fd), first[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT); err {
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			return true
		}
	}
}
