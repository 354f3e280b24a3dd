package wrapper

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// An Outcome is what is known after CreateContact. There is no idempotency key (FACTS F5), so that it
// decides whether a contact may be sent again.
type Outcome string

// The outcomes. Each but the first comes as an error, of the type that is named behind it.
const (
	OutcomeCreated Outcome = "created"  // the contact is there: do not send it again
	OutcomeQueued  Outcome = "queued"   // the server will create it later: do not send it again (QueuedError)
	OutcomeInvalid Outcome = "invalid"  // a rule refused it and nothing was sent: change it (InvalidError)
	OutcomeNotSent Outcome = "not_sent" // not one byte of the request was written: send it again (NotSentError)
	OutcomeRefused Outcome = "refused"  // the server said no: wait, or change it (RefusedError)
	OutcomeInDoubt Outcome = "in_doubt" // it may be there, or not: look before you send it again (InDoubtError)
)

// OutcomeOf tells the outcome of a create from the error that CreateContact returned; nil is
// OutcomeCreated. It is empty for an error that CreateContact does not return.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeCreated
	}
	var known interface{ Outcome() Outcome }
	if errors.As(err, &known) {
		return known.Outcome()
	}
	return ""
}

// An InvalidError says that a contact breaks rules. Nothing was sent.
type InvalidError struct {
	Violations []Violation // at least one, in the contract's order, one for each parameter
	Err        error       // why the image file cannot be read, if that is among them
}

// Outcome is OutcomeInvalid.
func (e *InvalidError) Outcome() Outcome { return OutcomeInvalid }
func (e *InvalidError) Unwrap() error    { return e.Err }
func (e *InvalidError) Error() string {
	var b strings.Builder
	b.WriteString("the contact is invalid, nothing was sent:")
	for _, v := range e.Violations {
		b.WriteString(" " + v.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

// A NotSentError says that no byte of a request was written: there was no connection, or one that broke
// before.
type NotSentError struct {
	Err error // why
}

// Outcome is OutcomeNotSent.
func (e *NotSentError) Outcome() Outcome { return OutcomeNotSent }
func (e *NotSentError) Unwrap() error    { return e.Err }
func (e *NotSentError) Error() string    { return fmt.Sprintf("not sent, may be sent again: %v", e.Err) }

// A Reply is what a server said. It is empty where the server said nothing that could be read.
type Reply struct {
	Status  int // of HTTP; 0 if there was none
	Message string
	Errors  []FieldError
}

// A FieldError is what a server says of one parameter (FACTS F3).
type FieldError struct {
	Field   string `json:"Field"` // may be empty
	Message string `json:"Message"`
}

func (r Reply) String() string {
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

// A RefusedError says that the server refused a request and created nothing: it answered with a 4xx other
// than 402 and 408, or with 2xx and the Status ERROR.
type RefusedError struct {
	Reply
	// RetryAfter is how long to wait before the request may be sent again; 0, never as it is. Only a
	// 429 has it, from 1 s to 3,660 s, and 60 s if the server names none (FACTS F4).
	RetryAfter time.Duration
}

// Outcome is OutcomeRefused.
func (e *RefusedError) Outcome() Outcome { return OutcomeRefused }
func (e *RefusedError) Error() string {
	if e.RetryAfter > 0 {
		return fmt.Sprintf("refused with %v; may be sent again in %v", e.Reply, e.RetryAfter.Round(time.Second))
	}
	return fmt.Sprintf("refused with %v", e.Reply)
}

// A QueuedError says that the server took the request and will work on it later (FACTS F2): the contact is
// not there yet, and must not be sent again.
type QueuedError struct {
	QueuedUri string // where to ask, as a path without a host; may be empty
}

// Outcome is OutcomeQueued.
func (e *QueuedError) Outcome() Outcome { return OutcomeQueued }
func (e *QueuedError) Error() string {
	return fmt.Sprintf("queued, must not be sent again: the server will create the contact later (%s)", e.QueuedUri)
}

// An InDoubtError says that a request was sent, at least in part, and that it is not known whether the
// contact was created: there was no answer, or one that does not tell (FACTS D9 for 402 and 5xx).
type InDoubtError struct {
	Reply
	Err error // why there is no answer, if there is none
}

// Outcome is OutcomeInDoubt.
func (e *InDoubtError) Outcome() Outcome { return OutcomeInDoubt }
func (e *InDoubtError) Unwrap() error    { return e.Err }
func (e *InDoubtError) Error() string {
	return "in doubt, look for the contact before you send it again: " + reason(e.Reply, e.Err)
}

// An InvalidUriError says that a Uri is not that of a contact. Nothing was sent.
type InvalidUriError struct{ Uri string }

func (e *InvalidUriError) Error() string {
	return fmt.Sprintf("the Uri %q must have the form /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}", e.Uri)
}

// An UnavailableError says that GetContact got no answer that tells anything. It may be asked again.
type UnavailableError struct {
	Reply
	Err error // why there is no answer, if there is none
}

func (e *UnavailableError) Unwrap() error { return e.Err }
func (e *UnavailableError) Error() string { return "no usable answer: " + reason(e.Reply, e.Err) }

func reason(reply Reply, err error) string {
	switch {
	case err == nil:
		return "the answer does not tell, " + reply.String()
	case reply.Status != 0:
		return fmt.Sprintf("%v: %v", reply, err)
	}
	return err.Error()
}
