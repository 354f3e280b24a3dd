package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// A report is an outcome as a program reads it. What does not apply to an outcome is absent.
type report struct {
	Outcome           string               `json:"Outcome,omitempty"`
	Status            string               `json:"Status,omitempty"`
	Uri               string               `json:"Uri,omitempty"`
	Id                string               `json:"Id,omitempty"`
	QueuedUri         string               `json:"QueuedUri,omitempty"`
	Violations        []wrapper.Violation  `json:"Violations,omitempty"`
	HttpStatus        int                  `json:"HttpStatus,omitempty"`
	Message           string               `json:"Message,omitempty"`
	Errors            []wrapper.FieldError `json:"Errors,omitempty"`
	RetryAfterSeconds int                  `json:"RetryAfterSeconds,omitempty"`
	Reason            string               `json:"Reason,omitempty"`
}

// An output is where a command's result goes: JSON to standard output, words to standard error.
type output struct{ format string }

func (o *output) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.format, "output", "text", "`FORMAT`: text, or json to have errors on standard output too")
	must(cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"json", "text"}, cobra.ShellCompDirectiveNoFileComp)))
}

func (o *output) check() error {
	if o.format != "text" && o.format != "json" {
		return usagef("--output must be text or json, not %q", o.format)
	}
	return nil
}

// created prints a created contact.
func (o *output) created(cmd *cobra.Command, created wrapper.Created) error {
	r := report{Status: "OK", Uri: created.Uri, Id: created.Id}
	if o.format == "json" {
		r.Outcome = string(wrapper.OutcomeCreated)
	}
	if err := printJSON(cmd.OutOrStdout(), r, ""); err != nil {
		return fmt.Errorf("the contact was created, do not send it again: %s; but the result cannot be written: %w", plain(created.Uri), err)
	}
	return nil
}

// failed prints what is known after a request that did not succeed, and returns it as a failure. Where
// is the place to look for a contact, label the thing to change for a parameter.
func (o *output) failed(cmd *cobra.Command, err error, where string, label func(parameter string) string) error {
	r, f := explain(err, where, label)
	if o.format == "json" && r.Outcome != "" {
		if err := printJSON(cmd.OutOrStdout(), r, ""); err != nil {
			f.message += fmt.Sprintf("\nThe result cannot be written: %v", err)
		}
	}
	return f
}

func explain(err error, where string, label func(string) string) (report, *failure) {
	r := report{Outcome: string(wrapper.OutcomeOf(err))}
	fill := func(reply wrapper.Reply) {
		r.HttpStatus, r.Message, r.Errors = reply.Status, reply.Message, reply.Errors
	}
	var (
		invalid     *wrapper.InvalidError
		refused     *wrapper.RefusedError
		doubt       *wrapper.InDoubtError
		notSent     *wrapper.NotSentError
		queued      *wrapper.QueuedError
		unavailable *wrapper.UnavailableError
	)
	switch {
	case errors.As(err, &invalid):
		r.Violations = invalid.Violations
		return r, &failure{exitUsage, violations(invalid, label)}
	case errors.As(err, &refused):
		fill(refused.Reply)
		r.RetryAfterSeconds = int(math.Ceil(refused.RetryAfter.Seconds()))
		return r, &failure{exitRefused, "refused, nothing was changed: " + said(refused.Reply, label) + "\n" + remedy(r)}
	case errors.As(err, &doubt):
		fill(doubt.Reply)
		r.Reason = "the answer does not tell whether the contact was created"
		if doubt.Err != nil {
			r.Reason = doubt.Err.Error()
		}
		return r, &failure{exitInDoubt, "in doubt: the request was sent, and the contact may have been created, or not: " + plain(r.Reason) +
			answered(doubt.Reply, label) +
			"\nDo not just run the command again, for the API would create a second contact. Look first whether " + where +
			" has a contact with this e-mail address, and run it again only if there is none."}
	case errors.As(err, &notSent):
		r.Reason = notSent.Err.Error()
		return r, &failure{exitNotSent, "not sent, nothing was changed: " + plain(r.Reason) +
			"\nIt is safe to run the command again. If that does not help, check the network, the proxy and --base-url."}
	case errors.As(err, &queued):
		r.QueuedUri = queued.QueuedUri
		text := "queued: the server took the contact and will create it later. Do not send it again."
		if queued.QueuedUri != "" {
			text += "\nThe server tells how it stands at " + plain(queued.QueuedUri)
		}
		return r, &failure{exitOther, text}
	case errors.As(err, &unavailable):
		fill(unavailable.Reply)
		r.Outcome, r.Reason = "failed", "the answer is not a contact"
		if unavailable.Err != nil {
			r.Reason = unavailable.Err.Error()
		}
		return r, &failure{exitOther, "no contact came back: " + plain(r.Reason) + answered(unavailable.Reply, label) +
			"\nNothing was changed; it is safe to run the command again."}
	}
	return report{}, &failure{exitUsage, plain(err.Error())} // an argument that the wrapper will not send
}

// violations has a line for each violation, with what to change.
func violations(invalid *wrapper.InvalidError, label func(string) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "the contact breaks %s; nothing was sent", count(len(invalid.Violations), "rule"))
	for _, v := range invalid.Violations {
		fmt.Fprintf(&b, "\n%s: %s", label(v.Field), v.Message)
		if v.Field == "ProfileImageFile" && invalid.Err != nil {
			fmt.Fprintf(&b, " (%s)", plain(invalid.Err.Error()))
		}
	}
	return b.String()
}

// said is what the server said, with a line for each parameter that it named.
func said(reply wrapper.Reply, label func(string) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "status %d", reply.Status)
	if reply.Message != "" {
		b.WriteString(": " + plain(reply.Message))
	}
	for _, e := range reply.Errors {
		b.WriteString("\n")
		if e.Field != "" {
			b.WriteString(plain(label(e.Field)) + ": ")
		}
		b.WriteString(plain(e.Message))
	}
	return b.String()
}

func answered(reply wrapper.Reply, label func(string) string) string {
	if reply.Status == 0 {
		return ""
	}
	return "\nThe server answered: " + said(reply, label)
}

// remedy is what to do after a refusal.
func remedy(r report) string {
	switch r.HttpStatus {
	case 401:
		return "Check CONTACTS_ACCOUNT_SID and the AuthToken."
	case 403:
		return "Check that CONTACTS_ACCOUNT_SID and the AuthToken are of this account, and may do this."
	case 404:
		return "Check the campaign, the contact's id and --base-url."
	case 429:
		return fmt.Sprintf("Run the command again in %s.", count(r.RetryAfterSeconds, "second"))
	}
	return "The server will refuse the same again; change what it names."
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// plain keeps what came from outside from steering a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

func printJSON(w io.Writer, value any, indent string) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	return encoder.Encode(value)
}
