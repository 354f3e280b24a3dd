package sandbox

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// An Observation is a request for the API that has ended, as Config.Observe is told of it, for metrics and logs. It
// holds no value of the request: no parameter, path, account or address.
type Observation struct {
	Operation string // its ID; empty if the request is for none
	Method    string // one of HTTP's own, or "OTHER"
	Encoding  string // of the body that was read: "urlencoded" or "multipart"; empty if there was none
	Status    int    // 0: there was no response
	Duration  time.Duration
	Faults    []string // the kinds of those that happened
	Created   int      // contacts
	// StoreError is what the store failed with.
	StoreError error
}

var errPanicked = &apiError{Status: http.StatusInternalServerError, Message: "The sandbox failed; see its log."}

// end tells of a request whose handler has returned or panicked.
func (s *Sandbox) end(x *exchange, r *http.Request) {
	// net/http would log the address of the client, too.
	p := recover()
	if p != nil && p != http.ErrAbortHandler {
		slog.Error("sandbox: a request panicked", "panic", p, "stack", string(debug.Stack()))
		if x.status == 0 {
			respondError(x, errPanicked)
			p = nil
		} else {
			p = http.ErrAbortHandler
		}
	}
	if s.observe != nil {
		s.observe(x.observation(r))
	}
	read := x.parameters
	s.record.end(x, r)
	if read != nil {
		read.recycle()
	}
	if p != nil {
		panic(p)
	}
}

func (x *exchange) observation(r *http.Request) Observation {
	o := Observation{
		Method: knownMethod(r.Method), Encoding: encodingNames[x.encoding], Status: x.status, Duration: time.Since(x.began),
		Created: x.created, StoreError: x.storeError,
	}
	if x.operation != nil {
		o.Operation = x.operation.ID
	}
	if x.plan != nil {
		for _, text := range x.plan.happened {
			kind, _, _ := strings.Cut(text, "=")
			o.Faults = append(o.Faults, kind)
		}
	}
	return o
}

var encodingNames = map[string]string{formType: "urlencoded", multipartType: "multipart"}

// knownMethod is a method, unless a client made it up.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return method
	}
	return "OTHER"
}

// Usage is what a sandbox holds at a moment.
type Usage struct {
	HeldBytes int64 // of large bodies
	Streams   int64 // of the control API
}

// Usage tells what the sandbox holds now.
func (s *Sandbox) Usage() Usage {
	return Usage{HeldBytes: s.heldBytes.Load(), Streams: s.streams.Load()}
}
