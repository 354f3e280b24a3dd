package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"example.com/contacts/gen"
)

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
)

// readContact reads the body of a create, in either encoding, and checks it.
func (s *Sandbox) readContact(w http.ResponseWriter, r *http.Request) (Record, error) {
	encoding, boundary, err := mediaType(r.Header)
	if err != nil {
		return Record{}, err
	}
	if r.ContentLength > s.maxBody {
		return Record{}, s.tooLarge()
	}
	var names [maxParameters]string // on the stack
	p := parameters{seen: names[:0]}
	body := http.MaxBytesReader(w, r.Body, s.maxBody)
	if encoding == formType {
		p.body = new(gen.ContactForm)
		p.text.Grow(int(min(max(r.ContentLength, 0), 1<<10)))
		err = readForm(body, &p)
	} else {
		p.body = new(gen.ContactUpload)
		err = readMultipart(body, boundary, &p, s.strict)
	}
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return Record{}, s.unreadable(err)
	}
	buffer := buffers.Get().(*[]byte)
	*buffer = p.appendContact((*buffer)[:0])
	record := Record{Contact: string(*buffer), Image: p.file.image}
	buffers.Put(buffer)
	return record, nil
}

// mediaType says which of the two encodings a body has, and the boundary of multipart/form-data.
func mediaType(h http.Header) (encoding, boundary string, err error) {
	values := h["Content-Type"]
	if len(values) > 1 {
		return "", "", malformed("There is more than one Content-Type. Send one.")
	}
	if len(h["Content-Encoding"]) > 0 {
		return "", "", &refusal{Status: http.StatusUnsupportedMediaType, Message: "The body has a Content-Encoding. Send it as it is, without one."}
	}
	if len(values) == 1 && values[0] == formType {
		return formType, "", nil
	}
	value, ok := parseHeader(strings.Join(values, ""))
	if value.essence != formType && value.essence != multipartType {
		return "", "", errMediaType
	}
	if !ok {
		return "", "", malformed("The Content-Type cannot be read. Write each of its parameters once, as name=value.")
	}
	if charset, ok := value.parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return "", "", &refusal{Status: http.StatusUnsupportedMediaType, Message: "The charset of the Content-Type must be utf-8, or left out."}
	}
	if value.essence == formType {
		return formType, "", nil
	}
	boundary = value.parameters["boundary"]
	if !isBoundary(boundary) {
		return "", "", malformed("The Content-Type has no proper boundary. Let your HTTP library write multipart/form-data; its boundary has 1 to 70 characters.")
	}
	return multipartType, boundary, nil
}

var errMediaType = &refusal{
	Status:  http.StatusUnsupportedMediaType,
	Message: "The Content-Type must be " + formType + " or " + multipartType + ".",
}

// isBoundary says whether s is a boundary as RFC 2046 has it.
func isBoundary(s string) bool {
	const others = " '()+_,-./:=?"
	return 1 <= len(s) && len(s) <= 70 && s[len(s)-1] != ' ' && !strings.ContainsFunc(s, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || strings.ContainsRune(others, r))
	})
}

func (s *Sandbox) tooLarge() error {
	return &refusal{Status: http.StatusRequestEntityTooLarge, Message: "The body is larger than " + strconv.FormatInt(s.maxBody, 10) + " bytes. Send less."}
}

// unreadable turns the error of a body that could not be read to its end into a refusal.
func (s *Sandbox) unreadable(err error) error {
	var refused *refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &tooLarge):
		return s.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &refusal{Status: http.StatusRequestTimeout, Message: "The body did not come in time. Send it faster."}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return malformed("The body ends too early. Send all of it.")
	}
	return malformed("The body cannot be read as its headers say. Check its encoding, and the header of each part.")
}
