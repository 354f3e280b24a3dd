package main

import "fmt"

// The exit codes of everything that is not a success. `contacts --help` explains them.
const (
	exitOther   = 1
	exitUsage   = 2 // also of a contact that breaks a rule
	exitRefused = 3
	exitInDoubt = 4
	exitNotSent = 5
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
