package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"example.com/contacts/wrapper"
)

// A request is one for an operation, whose parameters keep the rules.
type request struct {
	exchange  *exchange
	operation *wrapper.Operation
	account   string
	url       *url.URL              // as it came
	values    []any                 // of the parameters, in the order of the operation's fields; nil: it is not there
	files     map[string][]filePart // by the parameter's name
	release   func()                // must be called when nothing of it is needed any more
	listAfter time.Duration         // a contact that it creates is in the list only that much later
	pageSize  int64                 // the most that a page has; 0: what PageSize asks for
}

// read authorizes a request, reads it, and checks its parameters.
func (s *Sandbox) read(x *exchange, r *http.Request, route *route) (*request, error) {
	x.operation = route.operation
	if x.denied != nil {
		return nil, x.denied
	}
	if account := r.PathValue("account"); account != "" && account != x.account {
		return nil, errForbidden
	}
	var err error
	if x.plan, err = s.misbehaviour.newPlan(r, x.Header(), route.operation, x.account); err != nil {
		return nil, err
	}
	p := newParameters(route.operation)
	x.parameters = p
	defer x.take(p)
	for name, wildcard := range route.wildcards {
		value := r.PathValue(wildcard)
		if field := p.operation.Field(name); !isOf(field, value) {
			return nil, noPath(field.WrongType)
		}
		p.add(wrapper.InPath, name, value)
	}
	if err := p.readQuery(r.URL.RawQuery); err != nil {
		return nil, err
	}
	p.readHeader(r.Header)
	release, err := s.readBody(x, r, p)
	if err != nil {
		return nil, err
	}
	values, err := p.check()
	if err != nil {
		release()
		return nil, err
	}
	return &request{
		exchange: x, operation: route.operation, account: x.account, url: r.URL, values: values, files: p.files,
		release: release,
	}, nil
}

// isOf tells whether text is of a field's kind.
func isOf(field *wrapper.Field, text string) bool {
	_, is := field.ParseText(text)
	return is
}

// readBody reads the body, in one of the encodings that the operation takes.
func (s *Sandbox) readBody(x *exchange, r *http.Request, p *parameters) (release func(), err error) {
	body, release := p.operation.Body, func() {}
	switch {
	case body == nil && r.ContentLength != 0:
		return nil, malformed("This request takes no body. Leave it out.")
	case body == nil, !body.Required && r.ContentLength == 0:
		return release, nil
	}
	encoding, boundary, err := mediaType(r.Header, body)
	if err != nil {
		return nil, err
	}
	if r.ContentLength > s.maxBody {
		return nil, tooLarge(s.maxBody)
	}
	if encoding != formType || r.ContentLength < 0 || r.ContentLength > maxText {
		if release, err = s.reserve(r); err != nil {
			return nil, err
		}
	}
	x.encoding = encoding
	reader := http.MaxBytesReader(x.ResponseWriter, r.Body, s.maxBody)
	if encoding == formType {
		p.text.Grow(int(min(max(r.ContentLength, 0), 1<<10)))
		err = p.readForm(reader)
	} else {
		err = p.readMultipart(reader, boundary, r.ContentLength, x.plan.strict(s.strict))
	}
	if err != nil {
		release()
		return nil, unreadable(err, s.maxBody)
	}
	return release, nil
}

// reserveTime is how long a large body waits for others to end.
const reserveTime = 5 * time.Second

// reserve keeps what large bodies hold in memory within maxHeld.
func (s *Sandbox) reserve(r *http.Request) (release func(), err error) {
	size := r.ContentLength
	if size < 0 {
		size = 2 * s.maxBody // a buffer that grows is copied
	}
	return s.hold(r.Context(), size)
}

// hold waits until there is room for so many bytes.
func (s *Sandbox) hold(ctx context.Context, size int64) (release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, reserveTime)
	defer cancel()
	if s.held.Acquire(ctx, size) != nil {
		return nil, &apiError{Status: http.StatusServiceUnavailable, Message: "Too many large requests come at once. Send again later."}
	}
	s.heldBytes.Add(size)
	return func() {
		s.heldBytes.Add(-size)
		s.held.Release(size)
	}, nil
}

func tooLarge(max int64) error {
	return &apiError{Status: http.StatusRequestEntityTooLarge, Message: "The body is larger than " + strconv.FormatInt(max, 10) + " bytes. Send less."}
}

// value is that of a parameter, or nil.
func (r *request) value(name string) any {
	for i := range r.operation.Fields {
		if r.operation.Fields[i].Name == name {
			return r.values[i]
		}
	}
	return nil
}

// number is a parameter that is an integer, or what the contract says the server takes without it.
func (r *request) number(name string) int64 {
	if n, is := r.value(name).(int64); is {
		return n
	}
	n, _ := strconv.ParseInt(r.operation.Field(name).Default, 10, 64)
	return n
}

// errorOf is the error of a response that is about one parameter.
func errorOf(field, says string) error {
	e := &apiError{Status: http.StatusBadRequest, Errors: []wrapper.Violation{{Field: field, Rule: ruleOfServer, Message: field + says}}}
	e.Message = countWrong(e.Errors)
	return e
}

func countWrong(errors []wrapper.Violation) string {
	if len(errors) == 1 {
		return "1 parameter is wrong. Nothing was changed."
	}
	return strconv.Itoa(len(errors)) + " parameters are wrong. Nothing was changed."
}
