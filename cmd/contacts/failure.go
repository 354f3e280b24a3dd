package main

import "fmt"

// The exit codes of everything that is not a success. `contacts --help` explains them. 2 is what Go ends a
// program with that panics or is told to quit.
const (
	exitOther   = 1
	exitRefused = 3
	exitInDoubt = 4
	exitNotSent = 5
	exitUsage   = 6 // also of an input that breaks a rule
)

// A failure is an error with the exit code that it ends the process with. An error without one is
// exitOther.
type failure struct {
	code    int
	message string
}

func (f *failure) Error() string { return f.message }

func usagef(format string, args ...any) error {
	return &failure{exitUsage, fmt.Sprintf(format, args...)}
}
