package wrapper

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// An answer is a response whose body was read. The body is empty if it cannot be read; err says why.
type answer struct {
	status int
	header http.Header
	body   []byte
	raw    []byte // of what can be read and what cannot
	err    error
}

const maxResponseBytes = 1 << 20

var (
	errCut      = &localError{"the response did not come whole", nil}
	errTooLong  = &localError{"the response is longer than 1 MiB", nil}
	errNoUTF8   = &localError{"the response is not UTF-8", nil}
	errNotHTTP  = &localError{"what came is not HTTP that can be read", nil}
	errContract = &localError{"the response is not the JSON that the contract describes", nil}
)

// readBody reads a response, if it is not too long.
func readBody(response *http.Response) answer {
	a := answer{status: response.StatusCode, header: response.Header}
	if response.StatusCode == http.StatusSwitchingProtocols {
		return a // the connection has no more HTTP
	}
	if response.ContentLength > maxResponseBytes {
		a.err = errTooLong
		return a
	}
	a.raw, a.err = readAll(response.Body)
	switch {
	case a.err != nil:
		if !isKnown(a.err) || errors.Is(a.err, io.ErrUnexpectedEOF) {
			a.err = errCut
		}
	case len(a.raw) > maxResponseBytes:
		a.raw, a.err = a.raw[:maxResponseBytes], errTooLong
	case !utf8.Valid(a.raw):
		a.err = errNoUTF8
	default:
		a.body = a.raw
	}
	return a
}

// readAll reads to the end of a body, or one byte more than may be. The body may be a caller's.
func readAll(body io.Reader) (raw []byte, err error) {
	defer catch(&err)
	return io.ReadAll(io.LimitReader(body, maxResponseBytes+1))
}

// classify tells from a response what became of the request.
func (p *performance) classify(a answer) error {
	if p.settings.info != nil {
		p.settings.info.Body = a.raw
	}
	o := p.operation
	switch {
	case isSuccess(a.status):
		return p.succeeded(a)
	case o.Method == http.MethodDelete && a.status == http.StatusNotFound && p.inDoubt != nil:
		return nil // the attempt before deleted it
	case isRefusal(a.status):
		return p.refused(a)
	}
	return p.doubtful(a, nil)
}

func (p *performance) succeeded(a answer) error {
	expected := p.operation.Response
	if expected.Object == nil {
		if a.err != nil && a.err != errNoUTF8 {
			return p.doubtful(a, a.err)
		}
		return nil
	}
	if a.err != nil {
		return p.doubtful(a, a.err)
	}
	decoded := reflect.ValueOf(p.response).Elem()
	if !decodeObject(a.body, expected.Object, decoded) {
		return p.doubtful(a, errContract)
	}
	if expected.Outcome == nil {
		return nil
	}
	value := expected.Object.member(decoded, expected.Outcome.Member).String()
	switch {
	case slices.Contains(expected.Outcome.Done, value) && p.complete(decoded, value):
		return nil
	case slices.Contains(expected.Outcome.Queued, value):
		p.client.redactTexts(decoded)
		return &QueuedError{OperationID: p.operation.ID, Body: decoded.Interface()}
	case slices.Contains(expected.Outcome.Refused, value):
		return p.refused(a)
	}
	return p.doubtful(a, nil)
}

// complete tells whether the members are there that go with a value of the outcome.
func (p *performance) complete(decoded reflect.Value, value string) bool {
	object := p.operation.Response.Object
	for _, name := range p.operation.Response.Outcome.Requires[value] {
		if isAbsent(object.member(decoded, name)) {
			return false
		}
		for _, derived := range object.Members {
			if derived.LastSegmentOf == name && isAbsent(object.member(decoded, derived.Name)) {
				return false
			}
		}
	}
	return true
}

// isRefusal tells whether a status says that the server did not act. 402 does not (D9 of docs/api-facts.md), and 408 may
// come from a gateway that has passed the request on.
func isRefusal(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusPaymentRequired && status != http.StatusRequestTimeout
}

func (p *performance) refused(a answer) error {
	refused := &RefusedError{OperationID: p.operation.ID, ErrorResponse: p.client.errorResponse(a)}
	if a.status == http.StatusTooManyRequests {
		refused.RetryAfter = retryAfter(a.header)
	}
	return refused
}

func (p *performance) doubtful(a answer, err error) error {
	if err != nil {
		err = p.client.cause(err)
	}
	return &InDoubtError{OperationID: p.operation.ID, ErrorResponse: p.client.errorResponse(a), Err: err}
}

// errorResponse reads the words of an error, from where the contract says they stand: all of them, or none.
func (c *Client) errorResponse(a answer) ErrorResponse {
	said := ErrorResponse{Status: a.status}
	words := decodeError(a.body)
	said.Message = c.redact(words.Message)
	for _, e := range words.Errors {
		said.Errors = append(said.Errors, FieldError{Field: c.redact(e.Field), Message: c.redact(e.Message)})
	}
	return said
}

// redactTexts takes the credentials out of all texts of a response that an error holds.
func (c *Client) redactTexts(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(c.redact(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			c.redactTexts(v.Field(i))
		}
	case reflect.Slice:
		if raw, is := v.Interface().(jsonText); is {
			v.SetBytes([]byte(c.redact(string(raw))))
			return
		}
		for i := range v.Len() {
			c.redactTexts(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			c.redactTexts(v.Elem())
		}
	}
}

// cause is why there is no response, without what a server sent and without credentials.
func (c *Client) cause(err error) error {
	if c.own != nil && !isKnown(err) {
		return errNotHTTP
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		if text := cause.Error(); c.redact(text) != text {
			return errors.New(c.redact(err.Error()))
		}
	}
	return err
}

// isKnown tells whether an error is about the connection or the caller; the others of net/http quote what the
// server sent.
func isKnown(err error) bool {
	if errors.As(err, new(net.Error)) || errors.As(err, new(*tls.CertificateVerificationError)) ||
		errors.As(err, new(*localError)) || errors.As(err, new(*fs.PathError)) {
		return true
	}
	for _, known := range []error{context.Canceled, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, known) {
			return true
		}
	}
	return strings.Contains(err.Error(), "server closed idle connection")
}

// read takes the status, the header and the rate limit of a response.
func (i *ResponseInfo) read(response *http.Response) {
	*i = ResponseInfo{Status: response.StatusCode, Header: response.Header}
	i.Limit = rateLimit(response.Header, "Limit")
	i.Remaining = rateLimit(response.Header, "Remaining")
	for _, name := range waitHeaders[1:] {
		if wait, usable := parseWait(headerValue(response.Header, name)); usable {
			wait = max(wait, 0).Round(time.Second)
			i.Reset = &wait
			break
		}
	}
}
