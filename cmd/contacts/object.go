package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// parse reads a JSON object, stricter than encoding/json does: each member is a parameter, spelled as the
// API does, and there once. A null counts as absent, as an empty value does (FACTS D1).
func (in *input) parse(text []byte) error {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // some editors begin a file with a byte order mark
	if !utf8.Valid(text) {
		return errors.New("the text is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	at := func(err error) error {
		offset := decoder.InputOffset()
		var syntax *json.SyntaxError
		switch {
		case errors.As(err, &syntax):
			offset = syntax.Offset
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			offset, err = int64(len(text)), errors.New("the JSON ends too early")
		}
		return fmt.Errorf("line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
	}

	if begin, err := decoder.Token(); err != nil {
		return at(err)
	} else if begin != json.Delim('{') {
		return at(errors.New(`it must be one object, such as {"FirstName": "Wile"}`))
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return at(err)
		}
		name := token.(string) // a key of an object is a string
		p, known := parameterNamed(name)
		switch {
		case !known:
			return at(unknownMember(name))
		case seen[name]:
			return at(fmt.Errorf("%s is there twice", name))
		}
		seen[name] = true
		if err := in.decode(p, decoder); err != nil {
			return at(err)
		}
	}
	if _, err := decoder.Token(); err != nil {
		return at(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return at(errors.New("there is something after the object; it must be one object, one contact"))
	}
	return nil
}

func (in *input) decode(p parameter, decoder *json.Decoder) error {
	target, kind := any(nil), "a string"
	if p.list != nil {
		target, kind = p.list(in), "a list of strings"
	} else {
		target = p.text(in)
	}
	err := decoder.Decode(target)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return fmt.Errorf("%s must be %s", p.name, kind)
	}
	return err
}

func unknownMember(name string) error {
	names := make([]string, len(parameters))
	for i, p := range parameters {
		if strings.EqualFold(p.name, name) || p.flag() == name {
			return fmt.Errorf("%q is not a parameter; write %s", name, p.name)
		}
		names[i] = p.name
	}
	return fmt.Errorf("%q is not a parameter; the parameters are %s", name, strings.Join(names, ", "))
}
