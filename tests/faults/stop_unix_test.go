//go:build unix

package faults

import "syscall"

// stop keeps a process from running until it may go on.
func stop(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) }

func goOn(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) }
