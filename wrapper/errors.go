package wrapper

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// An Outcome is what is known after a call. It decides whether the request may be sent again.
type Outcome string

// The outcomes. The first four are successes; each of the others comes as an error of the type that is named
// behind it.
const (
	OutcomeCreated Outcome = "created"
	OutcomeUpdated Outcome = "updated"
	OutcomeDeleted Outcome = "deleted"
	OutcomeFound   Outcome = "found"
	OutcomeQueued  Outcome = "queued"   // the server will do it later: do not send it again (QueuedError)
	OutcomeInvalid Outcome = "invalid"  // a rule refused it, nothing was sent: change it (InvalidError)
	OutcomeNotSent Outcome = "not_sent" // not one byte of the request was written: send it again (NotSentError)
	OutcomeRefused Outcome = "refused"  // the server said no: wait, or change it (RefusedError)
	OutcomeInDoubt Outcome = "in_doubt" // it may have acted, or not: look before you send it again (InDoubtError)
)

// An Error is what a call returns if it is no success: an *InvalidError, *NotSentError, *RefusedError,
// *QueuedError or *InDoubtError. Use it with errors.As.
type Error interface {
	error
	Outcome() Outcome
	Operation() string // the operation's ID
}

// OutcomeOf tells the outcome of a call from its error. It is empty for nil, whose outcome is the operation's
// Done, and for an error that says nothing about a request, such as a *UsageError.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return ""
	}
	var known Error
	if errors.As(err, &known) {
		return known.Outcome()
	}
	return ""
}

// A UsageError says that an argument cannot be used. Nothing was sent.
type UsageError struct {
	Argument string
	Problem  string
}

func (e *UsageError) Error() string { return e.Argument + ": " + e.Problem }

// A Violation is a rule that an input breaks.
type Violation struct {
	Field   string   `json:"Field"` // the parameter's name on the wire; empty if it is about all of them
	Rule    RuleKind `json:"Rule"`
	Message string   `json:"Message"` // an English sentence, without the value
}

// An InvalidError says that an input breaks rules. Nothing was sent.
type InvalidError struct {
	OperationID string
	Violations  []Violation // at least one, in the contract's order, one for each parameter
	Err         error       // why a file cannot be read, if that is among them
}

// Outcome is OutcomeInvalid.
func (e *InvalidError) Outcome() Outcome { return OutcomeInvalid }

// Operation is the operation's ID.
func (e *InvalidError) Operation() string { return e.OperationID }
func (e *InvalidError) Unwrap() error     { return e.Err }
func (e *InvalidError) Error() string {
	var b strings.Builder
	b.WriteString(e.OperationID + ": invalid, nothing was sent:")
	for _, v := range e.Violations {
		b.WriteString(" " + v.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

// A NotSentError says that no byte of a request was written, and that none will be.
type NotSentError struct {
	OperationID string
	Err         error // why
}

// Outcome is OutcomeNotSent.
func (e *NotSentError) Outcome() Outcome { return OutcomeNotSent }

// Operation is the operation's ID.
func (e *NotSentError) Operation() string { return e.OperationID }
func (e *NotSentError) Unwrap() error     { return e.Err }
func (e *NotSentError) Error() string {
	return fmt.Sprintf("%s: not sent, may be sent again: %v", e.OperationID, e.Err)
}

// An ErrorResponse is what a server said. It is empty where the server said nothing that could be read.
type ErrorResponse struct {
	Status  int // of HTTP; 0 if there was none
	Message string
	Errors  []FieldError
}

// A FieldError is what a server says of one parameter.
type FieldError struct {
	Field   string `json:"Field"` // may be empty
	Message string `json:"Message"`
}

func (r ErrorResponse) String() string {
	var b strings.Builder
	if r.Status != 0 {
		fmt.Fprintf(&b, "status %d", r.Status)
	}
	if r.Message != "" {
		b.WriteString(": " + r.Message)
	}
	for _, e := range r.Errors {
		fmt.Fprintf(&b, " [%s: %s]", e.Field, e.Message)
	}
	return b.String()
}

// A RefusedError says that the server refused a request and changed nothing.
type RefusedError struct {
	OperationID string
	ErrorResponse
	// RetryAfter is how long to wait before the request may be sent again; 0: never as it is. Only a
	// 429 has it, from 1 s to 3,660 s, and 60 s if the server names none.
	RetryAfter time.Duration
}

// Outcome is OutcomeRefused.
func (e *RefusedError) Outcome() Outcome { return OutcomeRefused }

// Operation is the operation's ID.
func (e *RefusedError) Operation() string { return e.OperationID }
func (e *RefusedError) Error() string {
	if e.RetryAfter > 0 {
		return fmt.Sprintf("%s: refused with %v; may be sent again in %v", e.OperationID, e.ErrorResponse, e.RetryAfter.Round(time.Second))
	}
	return fmt.Sprintf("%s: refused with %v", e.OperationID, e.ErrorResponse)
}

// A QueuedError says that the server accepted the request and will work on it later: it must not be sent
// again.
type QueuedError struct {
	OperationID string
	Body        any // the response, of the operation's type
}

// Outcome is OutcomeQueued.
func (e *QueuedError) Outcome() Outcome { return OutcomeQueued }

// Operation is the operation's ID.
func (e *QueuedError) Operation() string { return e.OperationID }
func (e *QueuedError) Error() string {
	return e.OperationID + ": queued, must not be sent again: the server will do it later"
}

// An InDoubtError says that a request was sent, at least in part, and that it is not known whether the server
// acted on it: there was no response, or one that does not tell.
type InDoubtError struct {
	OperationID string
	ErrorResponse
	Err error // why there is no response that can be read
}

// Outcome is OutcomeInDoubt.
func (e *InDoubtError) Outcome() Outcome { return OutcomeInDoubt }

// Operation is the operation's ID.
func (e *InDoubtError) Operation() string { return e.OperationID }
func (e *InDoubtError) Unwrap() error     { return e.Err }
func (e *InDoubtError) Error() string {
	reason := "the response does not tell, " + e.ErrorResponse.String()
	switch {
	case e.Err != nil && e.Status != 0:
		reason = fmt.Sprintf("%v: %v", e.ErrorResponse, e.Err)
	case e.Err != nil:
		reason = e.Err.Error()
	}
	return e.OperationID + ": in doubt, look before you send it again: " + reason
}

// A localError is about this side, or about the way to the server. Its text holds nothing that the server sent.
type localError struct {
	what string
	err  error // why; may be nil
}

func (e *localError) Unwrap() error { return e.err }
func (e *localError) Error() string {
	if e.err == nil {
		return e.what
	}
	return e.what + ": " + e.err.Error()
}
