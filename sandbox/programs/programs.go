// Package programs writes a call of the API as a program in each language: what a person pastes into a file and runs with
// the client of this repository, or with curl.
//
// It knows no operation and no parameter. What each language calls them is in api.json, which the generator writes with the
// clients.
package programs

import (
	"fmt"
	"slices"
	"strings"
)

// A Program is a call in one language.
type Program struct {
	Language string `json:"language"` // go, typescript, python, java, rust or curl
	Title    string `json:"title"`    // Go, TypeScript, Python, Java, Rust or curl
	Program  string `json:"program"`
}

// The encodings of a body.
const (
	FormType      = "application/x-www-form-urlencoded"
	MultipartType = "multipart/form-data"
)

// Programs are those that call an operation with these values, and no others. Credentials and server come from the
// environment. encoding is that of curl's body; if it is empty, curl encodes it as the clients do, which are multipart
// with a file, and a form without one. The error is an *InvalidError if no program can be made of the values.
func (a *API) Programs(o *Operation, values Values, encoding string) ([]Program, error) {
	arguments, err := a.arguments(o, values)
	if err != nil {
		return nil, err
	}
	multipart, err := o.multipart(arguments, encoding)
	if err != nil {
		return nil, err
	}
	var all []Program
	for _, l := range languages {
		text, err := l.program(a, o, arguments)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.title, err)
		}
		all = append(all, Program{l.id, l.title, text})
	}
	return append(all, Program{"curl", "curl", a.curl(o, arguments, multipart)}), nil
}

// multipart chooses the encoding of a body.
func (o *Operation) multipart(arguments []argument, encoding string) (bool, error) {
	file := slices.IndexFunc(arguments, func(arg argument) bool { return arg.Kind == "file" })
	var encodings []string
	for _, e := range []struct {
		name  string
		taken bool
	}{{FormType, o.Form}, {MultipartType, o.Multipart}} {
		if e.taken {
			encodings = append(encodings, e.name)
		}
	}
	switch {
	case encoding != "" && !slices.Contains(encodings, encoding):
		says := "encoding must be " + strings.Join(encodings, " or ") + "."
		if len(encodings) == 0 {
			says = o.ID + " has no body. Leave encoding out."
		}
		return false, &InvalidError{[]Violation{{"encoding", "one_of", says}}}
	case encoding == FormType && file >= 0:
		name := arguments[file].Name
		return false, &InvalidError{[]Violation{{name, "format", name + " is a file, which needs " + MultipartType + ". Change encoding, or leave the file out."}}}
	}
	return encoding == MultipartType || file >= 0 || !o.Form, nil
}
