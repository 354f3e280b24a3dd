package sandbox

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

const (
	maxPartHeader = 8 << 10 // bytes
	partBuffer    = 16 << 10
	partWindow    = 4 << 10 // bytes of the buffer that are looked at in one go
)

// parts reads the parts of a multipart body, one after the other, in a stream. The reader of
// mime/multipart is no help against a careless sender: it takes a body that was cut after a boundary
// line for a whole one, skips what stands before the first boundary and ignores what stands after the
// last, and holds headers of 10 MB.
type parts struct {
	body      *bufio.Reader
	delimiter []byte // CR LF -- boundary: what ends the content of a part
	length    int64  // of all, if it is known
	begun     bool
}

func newParts(r io.Reader, boundary string, length int64) *parts {
	return &parts{body: bufio.NewReaderSize(r, partBuffer), delimiter: []byte("\r\n--" + boundary), length: length}
}

// next goes to the next part, or returns io.EOF after the last. The content of the part before must
// have been read.
func (p *parts) next() error {
	if !p.begun {
		p.begun = true
		line := string(p.delimiter[2:]) + "\r\n"
		return p.expect(line, "The body does not begin with a line of -- and the boundary of its Content-Type, ended by CR LF.")
	}
	after, err := p.body.Peek(2)
	switch {
	case string(after) == "\r\n":
		_, err = p.body.Discard(2)
		return err
	case string(after) == "--":
		_, _ = p.body.Discard(2)
		return p.end()
	}
	return early(err)
}

// expect takes bytes that must come next.
func (p *parts) expect(want, says string) error {
	got, err := p.body.Peek(len(want))
	if string(got) != want {
		if err != nil && err != io.EOF {
			return err
		}
		return malformed(says)
	}
	_, err = p.body.Discard(len(want))
	return err
}

// end is after the last boundary. RFC 2046 has nothing there; senders write a line end.
func (p *parts) end() error {
	rest, err := p.body.Peek(3)
	if err != nil && err != io.EOF {
		return err
	}
	if s := string(rest); s != "" && s != "\r\n" {
		return malformed("The body goes on after its last boundary. End it there.")
	}
	return io.EOF
}

// header reads the header of a part: the lines of the two fields that matter to a form.
func (p *parts) header() (disposition, encoding []string, err error) {
	for size := 0; ; {
		line, err := p.body.ReadSlice('\n')
		if size += len(line); err == bufio.ErrBufferFull || size > maxPartHeader {
			return nil, nil, malformed("A part has a header of more than 8 KiB. Send its Content-Disposition only.")
		}
		if err != nil {
			return nil, nil, early(err)
		}
		field, ok := bytes.CutSuffix(line, []byte("\r\n"))
		if ok && len(field) == 0 {
			return disposition, encoding, nil
		}
		name, value, colon := bytes.Cut(field, []byte(":"))
		if !ok || !colon || !isToken(string(name)) {
			return nil, nil, malformed("A part has a header that cannot be read. Write each field on one line, as Name: value, ended by CR LF.")
		}
		switch strings.ToLower(string(name)) {
		case "content-disposition":
			disposition = append(disposition, string(value))
		case "content-transfer-encoding":
			encoding = append(encoding, string(value))
		}
	}
}

// content reads the content of a part, of at most max bytes: of more it returns what is before them,
// and that there is more.
func (p *parts) content(max int) (content []byte, more bool, err error) {
	if err := p.notBoundary(); err != nil {
		return nil, false, err
	}
	for {
		window, err := p.body.Peek(partWindow)
		end := bytes.Index(window, p.delimiter)
		take := end
		if end < 0 {
			if err != nil {
				return nil, false, early(err)
			}
			take = len(window) - len(p.delimiter) + 1 // the rest may begin one
		}
		room := max - len(content)
		more = more || take > room
		if end < 0 && content == nil && p.length > 0 {
			content = make([]byte, 0, p.length) // one that grows would be copied again and again
			p.length = 0                        // the others are small, or the sender is not to be trusted
		}
		content = append(content, window[:min(take, room)]...)
		if _, err := p.body.Discard(take); err != nil {
			return nil, false, err
		}
		if end < 0 {
			continue
		}
		if ends, err := p.atBoundary(); ends || err != nil {
			return content, more, err
		}
		// The boundary and more characters: content. We step over one, so as to find it no second time.
		if more = more || len(content) == max; !more {
			content = append(content, '\r')
		}
		if _, err := p.body.Discard(1); err != nil {
			return nil, false, err
		}
	}
}

// notBoundary refuses a content that begins with a boundary. Readers differ on it: it lacks the line end.
func (p *parts) notBoundary() error {
	dashes := p.delimiter[2:]
	if begins, err := p.body.Peek(len(dashes)); bytes.Equal(begins, dashes) {
		return malformed("A part has no content, not even an empty line before the next boundary. Write one.")
	} else if err != nil {
		return early(err)
	}
	return nil
}

// atBoundary says whether the delimiter that comes next ends the part, and takes it if it does.
func (p *parts) atBoundary() (bool, error) {
	window, err := p.body.Peek(len(p.delimiter) + 2)
	after := string(window[len(p.delimiter):])
	switch {
	case len(after) < 2:
		return false, early(err)
	case after == "\r\n", after == "--":
		_, err := p.body.Discard(len(p.delimiter))
		return true, err
	case strings.ContainsAny(after[:1], " \t\r\n"):
		return false, malformed("A boundary has white space after it. Write it alone on its line, ended by CR LF.")
	}
	return false, nil
}

// early is the error of a body that ends where it should not.
func early(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
