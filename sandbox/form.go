package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"

	"example.com/contacts/wrapper"
)

var formBuffers = sync.Pool{New: func() any { return new([4 << 10]byte) }}

// readForm reads an application/x-www-form-urlencoded body, one parameter at a time.
func (p *parameters) readForm(r io.Reader) error {
	buffer := formBuffers.Get().(*[4 << 10]byte)
	defer formBuffers.Put(buffer)
	pairs := bufio.NewScanner(r)
	pairs.Buffer(buffer[:], maxText)
	pairs.Split(splitPair)
	for pairs.Scan() {
		if p.count++; p.count > maxParameters {
			return errTooMany
		}
		if err := p.addPair(wrapper.InBody, pairs.Bytes()); err != nil {
			return err
		}
	}
	if errors.Is(pairs.Err(), bufio.ErrTooLong) {
		return errTextTooLong
	}
	return pairs.Err()
}

var errTextTooLong = malformed("A parameter has more than 64 KiB, which is more than any may have.")

// splitPair is a bufio.SplitFunc for what stands between two &.
func splitPair(data []byte, atEOF bool) (advance int, pair []byte, err error) {
	if i := bytes.IndexByte(data, '&'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// addPair takes name=value, in its escapes, which it undoes in place. A pair of nothing is nothing.
func (p *parameters) addPair(in wrapper.In, pair []byte) error {
	escapedName, escapedValue, _ := bytes.Cut(pair, []byte("="))
	nameBytes, says := unescape(escapedName)
	if says != "" {
		return malformed("The name of a parameter" + says)
	}
	value, says := unescape(escapedValue)
	field, name := p.field(nameBytes)
	switch {
	case says != "":
		p.addError(name, says)
	case len(value) > 0 && in == wrapper.InBody && field != nil && field.File != nil:
		p.addError(name, " needs Content-Type: multipart/form-data, and a part with the file.")
	default:
		p.addTo(field, in, name, p.keep(value))
	}
	return nil
}

// unescape undoes the escapes of b in place. If it cannot, it says why, after the name of the parameter.
func unescape(b []byte) (unescaped []byte, says string) {
	unescaped = b[:0]
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch c {
		case '+':
			c = ' '
		case ';':
			// Readers differ: to some it ends the parameter.
			return nil, " has a semicolon. Write it as %3B."
		case '%':
			if i+2 >= len(b) || unhex[b[i+1]] < 0 || unhex[b[i+2]] < 0 {
				return nil, " has a % that two hexadecimal digits do not follow. Write % as %25."
			}
			c = byte(unhex[b[i+1]]<<4 | unhex[b[i+2]])
			i += 2
		}
		unescaped = append(unescaped, c)
	}
	return unescaped, ""
}

// unhex is the value of a hexadecimal digit, -1 of any other byte.
var unhex = func() (value [256]int16) {
	for c := range value {
		value[c] = -1
	}
	for i, c := range "0123456789abcdef" {
		value[c] = int16(i)
	}
	for i, c := range "ABCDEF" {
		value[c] = int16(10 + i)
	}
	return
}()
