package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"example.com/contacts/wrapper"
)

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
)

// mediaType says which of the encodings that are taken a body has, and the boundary of multipart/form-data.
func mediaType(h http.Header, body *wrapper.Body) (encoding, boundary string, err error) {
	values := h["Content-Type"]
	if len(values) > 1 {
		return "", "", malformed("There is more than one Content-Type. Send one.")
	}
	if len(h["Content-Encoding"]) > 0 {
		return "", "", &apiError{Status: http.StatusUnsupportedMediaType, Message: "The body has a Content-Encoding. Send it as it is, without one."}
	}
	if len(values) == 1 && values[0] == formType && body.Form {
		return formType, "", nil
	}
	value, ok := parseHeader(strings.Join(values, ""))
	if !(value.essence == formType && body.Form) && !(value.essence == multipartType && body.Multipart) {
		return "", "", wrongMediaType(body)
	}
	if !ok {
		return "", "", malformed("The Content-Type cannot be read. Write each of its parameters once, as name=value.")
	}
	if charset, ok := value.parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return "", "", &apiError{Status: http.StatusUnsupportedMediaType, Message: "The charset of the Content-Type must be utf-8, or left out."}
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

func wrongMediaType(body *wrapper.Body) error {
	var types []string
	if body.Form {
		types = append(types, formType)
	}
	if body.Multipart {
		types = append(types, multipartType)
	}
	return &apiError{Status: http.StatusUnsupportedMediaType, Message: "The Content-Type must be " + strings.Join(types, " or ") + "."}
}

// isBoundary says whether s is a boundary as RFC 2046 has it.
func isBoundary(s string) bool {
	const others = " '()+_,-./:=?"
	return 1 <= len(s) && len(s) <= 70 && s[len(s)-1] != ' ' && !strings.ContainsFunc(s, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' || strings.ContainsRune(others, r))
	})
}

// unreadable is the error of a response to a body, of at most max bytes, that could not be read to its end.
func unreadable(err error, max int64) error {
	var e *apiError
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &over):
		return tooLarge(max)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &apiError{Status: http.StatusRequestTimeout, Message: "The body did not come in time. Send it faster."}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return malformed("The body ends too early. Send all of it.")
	}
	return malformed("The body cannot be read as its headers say. Check its encoding, and the header of each part.")
}
