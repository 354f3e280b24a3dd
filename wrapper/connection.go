package wrapper

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// A connection counts the calls that write, and can be sealed against any more of them. It follows the
// responses that are read, so that no byte after the end of one becomes part of the next.
type connection struct {
	net.Conn
	writes atomic.Int64
	sealed atomic.Bool
	plain  bool // what is read is HTTP, and not TLS

	mu       sync.Mutex
	response framing
}

var (
	errSealed = errors.New("the request was given up before it was written")
	lineEnd   = []byte("\r\n")
)

// A write counts before it looks at the seal, and who seals looks at the count after. So a write that was not
// counted writes nothing.
func (c *connection) mayWrite() bool {
	c.writes.Add(1)
	return !c.sealed.Load()
}

func (c *connection) Write(b []byte) (int, error) {
	if !c.mayWrite() {
		return 0, errSealed
	}
	return c.Conn.Write(b)
}

// ReadFrom lets the kernel copy a file: net/http hands a body over in a LimitedReader, which would hide
// that it can write itself.
func (c *connection) ReadFrom(r io.Reader) (int64, error) {
	if !c.mayWrite() {
		return 0, errSealed
	}
	if limited, is := r.(*io.LimitedReader); is {
		if body, is := limited.R.(*upload); is {
			n, err := body.WriteTo(c.Conn)
			limited.N -= n
			return n, err
		}
	}
	return io.Copy(c.Conn, r)
}

// begin is called before a request is written. A connection that has more than the responses before is not
// written to.
func (c *connection) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.plain {
		return
	}
	if c.response.state != ended || c.response.surplus {
		c.sealed.Store(true)
		return
	}
	c.response = framing{state: inHeader, line: c.response.line[:0]}
}

// Read ends a connection that has bytes which belong to no response.
func (c *connection) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if !c.plain || n == 0 {
		return n, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	used := c.response.follow(b[:n])
	if used < n {
		c.response.surplus = true
		err = io.EOF
	}
	return used, err
}

// A framing finds the end of a response. What it does not understand has none, so that its connection is not
// used again.
type framing struct {
	state   framingState
	left    int64  // inBody, inChunk: bytes to come
	line    []byte // inHeader: the whole header; else a line that has not ended
	surplus bool
}

type framingState int

const (
	ended framingState = iota // also before the first request
	inHeader
	inBody
	inSize // of a chunk
	inChunk
	inTrailer
	endless
)

// follow returns how many bytes belong to the response.
func (f *framing) follow(b []byte) int {
	at := 0
	for at < len(b) && f.state != ended {
		switch f.state {
		case inHeader:
			at += f.header(b[at:])
		case inBody, inChunk:
			n := min(f.left, int64(len(b)-at))
			at += int(n)
			f.left -= n
			if f.left == 0 && f.state == inBody {
				f.state = ended
			} else if f.left == 0 {
				f.state = inSize
			}
		case inSize, inTrailer:
			end := bytes.IndexByte(b[at:], '\n')
			if end < 0 {
				f.line = append(f.line, b[at:]...)
				return len(b)
			}
			f.line = append(f.line, b[at:at+end+1]...)
			at += end + 1
			f.endOfLine()
		default:
			return len(b)
		}
	}
	return at
}

func (f *framing) endOfLine() {
	line, whole := bytes.CutSuffix(f.line, lineEnd)
	f.line = f.line[:0]
	if f.state == inTrailer {
		if !whole {
			f.state = endless
		} else if len(line) == 0 {
			f.state = ended
		}
		return
	}
	digits, _, _ := bytes.Cut(line, []byte(";"))
	size, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 62)
	switch {
	case err != nil || !whole:
		f.state = endless
	case size == 0:
		f.state = inTrailer
	default:
		f.state, f.left = inChunk, int64(size)+2 // and the end of the line
	}
}

// header takes what belongs to the header, and reads it when it is whole.
func (f *framing) header(b []byte) int {
	before := len(f.line)
	f.line = append(f.line, b...)
	from := max(0, before-3)
	end := bytes.Index(f.line[from:], []byte("\r\n\r\n"))
	if end < 0 {
		if len(f.line) > 128<<10 { // net/http gives up before
			f.state = endless
		}
		return len(b)
	}
	end += from + 4
	f.readHeader(string(f.line[:end-4]))
	f.line = f.line[:0]
	return end - before
}

// readHeader tells how the body ends.
func (f *framing) readHeader(header string) {
	statusLine, fields, _ := strings.Cut(header, "\r\n")
	_, status, _ := strings.Cut(statusLine, " ")
	length, chunked := "", false
	f.state = endless
	for field := range strings.SplitSeq(fields, "\r\n") {
		name, value, is := strings.Cut(field, ":")
		value = strings.Trim(value, " \t")
		switch {
		case fields == "":
		case !is || name != strings.TrimSpace(name) || strings.Contains(field, "\n"):
			return
		case strings.EqualFold(name, "Content-Length"):
			if length != "" && length != value || value == "" {
				return
			}
			length = value
		case strings.EqualFold(name, "Transfer-Encoding"):
			if chunked || !strings.EqualFold(value, "chunked") {
				return
			}
			chunked = true
		}
	}
	n, err := strconv.ParseUint(length, 10, 62)
	switch {
	case strings.HasPrefix(status, "101"):
	case strings.HasPrefix(status, "1"):
		f.state = inHeader // of the response that follows
	case strings.HasPrefix(status, "204"), strings.HasPrefix(status, "304"):
		f.state = ended
	case chunked:
		f.state = inSize
	case err == nil && n == 0:
		f.state = ended
	case err == nil:
		f.state, f.left = inBody, int64(n)
	}
}
