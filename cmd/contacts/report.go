package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"example.com/contacts/wrapper"
)

// A report is an outcome as a program reads it. What does not apply to an outcome is absent.
type report struct {
	Outcome           string
	Response          json.RawMessage      `json:",omitempty"`
	Violations        []wrapper.Violation  `json:",omitempty"`
	HttpStatus        int                  `json:",omitempty"`
	Message           string               `json:",omitempty"`
	Errors            []wrapper.FieldError `json:",omitempty"`
	RetryAfterSeconds int                  `json:",omitempty"`
	Reason            string               `json:",omitempty"`
	File              string               `json:",omitempty"`
	ContentType       string               `json:",omitempty"`
}

// line is the report as a line of JSON.
func (r report) line() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(r))
	return escaped(b.Bytes())
}

// explain says what is known after a request that did not succeed.
func (in *invocation) explain(err error) (report, *failure) {
	r := report{Outcome: string(wrapper.OutcomeOf(err))}
	fill := func(response wrapper.ErrorResponse) {
		r.HttpStatus, r.Message, r.Errors = response.Status, response.Message, response.Errors
	}
	var (
		invalid *wrapper.InvalidError
		refused *wrapper.RefusedError
		doubt   *wrapper.InDoubtError
		notSent *wrapper.NotSentError
		queued  *wrapper.QueuedError
	)
	switch {
	case errors.As(err, &invalid):
		r.Violations = invalid.Violations
		return r, &failure{exitUsage, in.input.violations(invalid.Violations)}
	case errors.As(err, &refused):
		fill(refused.ErrorResponse)
		r.RetryAfterSeconds = int(math.Ceil(refused.RetryAfter.Seconds()))
		return r, &failure{exitRefused, "refused, nothing was changed: " + in.said(refused.ErrorResponse) + "\n" + in.remedy(r)}
	case errors.As(err, &doubt):
		fill(doubt.ErrorResponse)
		r.Reason = "the response does not tell what became of the request"
		if doubt.Err != nil {
			r.Reason = doubt.Err.Error()
		}
		text := "in doubt: it is not known whether the request was carried out: " + plain(r.Reason)
		if in.operation.Retry == wrapper.RetrySafe {
			text = "no result came back: " + plain(r.Reason)
		}
		if doubt.Status != 0 {
			text += "\nThe server responded: " + in.said(doubt.ErrorResponse)
		}
		return r, &failure{exitInDoubt, text + "\n" + in.advice()}
	case errors.As(err, &notSent):
		r.Reason = notSent.Err.Error()
		return r, &failure{exitNotSent, "not sent, nothing was changed: " + plain(r.Reason) + "\nIt is safe to run the command again."}
	case errors.As(err, &queued):
		text := "queued: the server took the request and will carry it out later. Do not send it again."
		if body, err := json.Marshal(queued.Body); err == nil {
			r.Response = escaped(body)
			text += "\nThe server responded: " + string(r.Response)
		}
		return r, &failure{exitOther, text}
	}
	return report{}, &failure{exitUsage, plain(err.Error())} // an argument that the wrapper does not take
}

// violations has a line for each violation, with what to change.
func (in *input) violations(violations []wrapper.Violation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "the input breaks %s; nothing was sent", count(len(violations), "rule"))
	for _, v := range violations {
		b.WriteString("\n")
		if v.Field != "" {
			b.WriteString(plain(in.label(v.Field)) + ": ")
		}
		b.WriteString(plain(v.Message))
		if v.Rule == wrapper.RuleNeedsFile {
			if problem := fileProblem(in.files[v.Field]); problem != nil {
				fmt.Fprintf(&b, " (%s)", plain(problem.Error()))
			}
		}
	}
	return b.String()
}

// said is what the server said, with a line for each parameter that it named.
func (in *invocation) said(response wrapper.ErrorResponse) string {
	var b strings.Builder
	fmt.Fprintf(&b, "status %d", response.Status)
	if response.Message != "" {
		b.WriteString(": " + plain(response.Message))
	}
	for _, e := range response.Errors {
		b.WriteString("\n")
		if e.Field != "" {
			b.WriteString(plain(in.input.label(e.Field)) + ": ")
		}
		b.WriteString(plain(e.Message))
	}
	return b.String()
}

// advice is what to do if a request is in doubt.
func (in *invocation) advice() string {
	switch in.operation.Retry {
	case wrapper.RetrySafe:
		return "Nothing was changed; it is safe to run the command again."
	case wrapper.RetryIdempotent:
		return "It is safe to run the command again: it has the same effect, however often the request is carried out."
	}
	text := "Look before you run the command again: the request would be carried out twice."
	for i := range wrapper.Operations {
		o := &wrapper.Operations[i]
		if o.Pages != nil && o.Path == in.operation.Path {
			text += "\nTo look: " + program + " " + commandName(o)
			for _, parameter := range in.at.parameters {
				text += fmt.Sprintf(" --%s %v", flagName(parameter.Field), in.path[parameter.Name])
			}
		}
	}
	return text
}

// remedy is what to do if the server refused a request.
func (in *invocation) remedy(r report) string {
	switch r.HttpStatus {
	case 401:
		return "Check " + accountVariable + " and the token."
	case 403:
		return "Check that " + accountVariable + " and the token are of this account, and may do this."
	case 404:
		text := "Check "
		for _, parameter := range in.at.parameters {
			text += in.input.label(parameter.Name) + ", "
		}
		return strings.TrimSuffix(text, ", ") + " and --base-url."
	case 429:
		return fmt.Sprintf("Run the command again in %s.", count(r.RetryAfterSeconds, "second"))
	}
	return "The server will refuse the same again; change what it names."
}
