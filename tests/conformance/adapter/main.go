// Command adapter speaks the protocol of the conformance runner for the Go client: JSON lines in, JSON lines
// out. It names no operation and no parameter.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/contacts/wrapper"
)

type request struct {
	ID       string  `json:"id"`
	Call     string  `json:"call"`
	Validate bool    `json:"validate"`
	Pages    bool    `json:"pages"`
	CancelMs float64 `json:"cancelMs"`
	BaseURL  string  `json:"baseUrl"`
	Account  string  `json:"account"`
	Token    string  `json:"token"`
	Options  struct {
		Retries   int    `json:"retries"`
		TimeoutMs int    `json:"timeoutMs"`
		Rules     string `json:"rules"`
	} `json:"options"`
	Path  json.RawMessage `json:"path"`
	Input json.RawMessage `json:"input"`
}

type report struct {
	ID         string               `json:"id"`
	Outcome    wrapper.Outcome      `json:"outcome"`
	Violations []wrapper.Violation  `json:"violations,omitempty"`
	Status     int                  `json:"status,omitempty"`
	Message    string               `json:"message,omitempty"`
	Errors     []wrapper.FieldError `json:"errors,omitempty"`
	WaitMs     int64                `json:"waitMs,omitempty"`
	Response   any                  `json:"response,omitempty"`
	Items      []any                `json:"items,omitempty"`
	Bytes      *content             `json:"bytes,omitempty"`
	Info       *info                `json:"info,omitempty"`
	Printed    string               `json:"printed"`
}

type content struct {
	SHA256      string `json:"sha256"`
	Length      int    `json:"length"`
	ContentType string `json:"contentType"`
}

type info struct {
	Status       int      `json:"status"`
	Limit        *int64   `json:"limit,omitempty"`
	Remaining    *int64   `json:"remaining,omitempty"`
	ResetSeconds *float64 `json:"resetSeconds,omitempty"`
}

func main() {
	clients := map[string]*wrapper.Client{}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) == 0 {
			return
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			fail(err)
		}
		if err := out.Encode(answer(clients, r)); err != nil {
			fail(err)
		}
		if err != nil {
			return
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "adapter:", err)
	os.Exit(1)
}

func answer(clients map[string]*wrapper.Client, r request) report {
	client, input, answered, err := perform(clients, r)
	answered.ID = r.ID
	if err != nil {
		explain(err, &answered)
	}
	answered.Printed = printed(client) + printed(input)
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		answered.Printed += printed(cause)
	}
	return answered
}

// printed is all that Go can be made to print of a value.
func printed(value any) string {
	marshalled, _ := json.Marshal(value)
	return fmt.Sprintf("%v %+v %#v %s\n", value, value, value, marshalled)
}

func perform(clients map[string]*wrapper.Client, r request) (*wrapper.Client, wrapper.Draft, report, error) {
	misconfigured := report{Outcome: "misconfigured"}
	key := fmt.Sprintf("%q %q %q %v", r.BaseURL, r.Account, r.Token, r.Options)
	client := clients[key]
	if client == nil {
		var err error
		client, err = wrapper.New(r.Account, r.Token, wrapper.WithBaseURL(r.BaseURL), wrapper.WithRetries(r.Options.Retries),
			wrapper.WithTimeout(time.Duration(r.Options.TimeoutMs)*time.Millisecond), wrapper.WithRules(wrapper.RulesMode(r.Options.Rules)))
		if err != nil {
			return nil, nil, misconfigured, err
		}
		clients[key] = client
	}
	operation := wrapper.OperationByID(r.Call)
	if operation == nil {
		return client, nil, misconfigured, errors.New("there is no operation " + r.Call)
	}
	path, _, err := draft(operation, r.Path)
	if err != nil {
		return client, nil, misconfigured, err
	}
	input, violations, err := draft(operation, r.Input)
	if err != nil {
		return client, nil, misconfigured, err
	}
	if len(violations) > 0 {
		return client, input, report{Outcome: wrapper.OutcomeInvalid, Violations: violations}, nil
	}
	if r.Validate {
		if violations := operation.CheckDraft(nil, input); len(violations) > 0 {
			return client, input, report{Outcome: wrapper.OutcomeInvalid, Violations: violations}, nil
		}
		return client, input, report{Outcome: "valid"}, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if r.CancelMs > 0 {
		time.AfterFunc(time.Duration(r.CancelMs*float64(time.Millisecond)), cancel)
	}
	answered, err := call(ctx, client, operation, path, input, r.Pages)
	return client, input, answered, err
}

// draft reads a draft, with {"Path": …, "Name": …} for a file and, in the path, text for a whole number.
func draft(operation *wrapper.Operation, text json.RawMessage) (wrapper.Draft, []wrapper.Violation, error) {
	if len(text) == 0 || string(text) == "null" {
		return wrapper.Draft{}, nil, nil
	}
	draft, violations, err := wrapper.ParseDraft(text)
	for name, value := range draft {
		field := operation.Field(name)
		if field == nil {
			continue
		}
		if digits, is := value.(string); is && field.In == wrapper.InPath && field.Kind == wrapper.KindInteger {
			if number, ok := field.ParseText(digits); ok {
				draft[name] = number
			}
		}
		if field.File != nil {
			draft[name] = files(value)
		}
	}
	return draft, violations, err
}

func files(value any) any {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			value[i] = files(item)
		}
	case map[string]any:
		if path, is := value["Path"].(string); is {
			name, _ := value["Name"].(string)
			return wrapper.FileFromPath(path).Named(name)
		}
	}
	return value
}

func call(ctx context.Context, client *wrapper.Client, operation *wrapper.Operation, path, input wrapper.Draft, pages bool) (report, error) {
	var said wrapper.ResponseInfo
	answered := report{}
	if pages {
		for item, err := range client.CallPages(ctx, operation.ID, path, input, wrapper.WithInfo(&said)) {
			if err != nil {
				return answered, err
			}
			answered.Items = append(answered.Items, item)
		}
	} else {
		response, err := client.Call(ctx, operation.ID, path, input, wrapper.WithInfo(&said))
		if err != nil {
			return answered, err
		}
		if stream, is := response.(*wrapper.ByteStream); is {
			bytes, err := stream.ReadAll()
			if err != nil {
				return answered, err
			}
			sum := sha256.Sum256(bytes)
			answered.Bytes = &content{hex.EncodeToString(sum[:]), len(bytes), stream.ContentType}
		} else {
			answered.Response = response
		}
	}
	answered.Outcome = operation.Done
	answered.Info = &info{Status: said.Status, Limit: said.Limit, Remaining: said.Remaining}
	if said.Reset != nil {
		seconds := said.Reset.Seconds()
		answered.Info.ResetSeconds = &seconds
	}
	return answered, nil
}

// explain fills a report from an error.
func explain(err error, answered *report) {
	var usage *wrapper.UsageError
	var invalid *wrapper.InvalidError
	var queued *wrapper.QueuedError
	var refused *wrapper.RefusedError
	var doubt *wrapper.InDoubtError
	answered.Outcome = wrapper.OutcomeOf(err)
	var said wrapper.ErrorResponse
	switch {
	case errors.As(err, &usage), answered.Outcome == "":
		answered.Outcome = "misconfigured"
	case errors.As(err, &invalid):
		answered.Violations = invalid.Violations
	case errors.As(err, &queued):
		answered.Response = queued.Body
	case errors.As(err, &refused):
		said, answered.WaitMs = refused.ErrorResponse, refused.RetryAfter.Milliseconds()
	case errors.As(err, &doubt):
		said = doubt.ErrorResponse
	}
	answered.Status, answered.Message, answered.Errors = said.Status, said.Message, said.Errors
}
