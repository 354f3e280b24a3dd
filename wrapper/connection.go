package wrapper

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
)

// A connection counts the calls that write, and can be sealed against any more of them.
type connection struct {
	net.Conn
	writes    atomic.Int64
	sealed    atomic.Bool
	responses *responses // nil: what is read is not HTTP, but TLS or a proxy's
}

// newConnection makes a connection. Unless the socket under it is nil, no byte after the end of a response becomes
// part of the next.
func newConnection(conn net.Conn, under *socket) *connection {
	c := &connection{Conn: conn}
	switch {
	case under == nil:
	case under.secure:
		c.responses = newResponses(conn, under)
	default:
		c.responses = newResponses(under, under)
	}
	return c
}

var errSealed = &localError{"the request was given up before it was written", nil}

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
	if c.responses != nil && !c.responses.under.begin() {
		c.sealed.Store(true)
	}
}

func (c *connection) Read(b []byte) (int, error) {
	if c.responses != nil {
		return c.responses.Read(b)
	}
	return c.Conn.Read(b)
}

// responses are what a connection reads, one after the other. They find the end of each, and give nothing of what
// comes after it before the next request has begun. What they do not understand has no end, so that its connection
// is not used again.
type responses struct {
	from  *bufio.Reader
	under *socket

	state   responseState
	rest    []byte // of a line that was read
	left    int64  // inBody, inChunk: bytes to come
	status  int
	length  []byte // by the header; nil: it does not say
	chunked bool
}

type responseState int

const (
	ended responseState = iota // also before the first
	inStatus
	inHeader
	inBody
	inSize // of a chunk
	inChunk
	inTrailer
	endless
	surplus // more came than responses
)

const readBuffer = 16 << 10

func newResponses(conn io.Reader, under *socket) *responses {
	return &responses{from: bufio.NewReaderSize(conn, readBuffer), under: under}
}

// Read returns io.EOF with the last bytes of a response that has surplus ones after it, so that net/http does not keep
// the connection.
func (r *responses) Read(b []byte) (n int, err error) {
	if len(r.rest) > 0 {
		n = copy(b, r.rest)
		r.rest = r.rest[n:]
	} else if r.state != surplus {
		n, err = r.read(b)
	}
	if r.state == surplus && len(r.rest) == 0 {
		err = io.EOF
	}
	return n, err
}

func (r *responses) read(b []byte) (n int, err error) {
	// All goes through the buffer, so that what follows a response is seen at its end.
	if _, err := r.from.Peek(1); err != nil {
		return 0, err
	}
	if r.state == ended {
		if r.under.spoilUnlessPending() {
			r.state = surplus
			return 0, nil
		}
		r.state = inStatus
	}
	switch r.state {
	case inBody, inChunk:
		n, err = r.from.Read(b[:min(int64(len(b)), r.left)])
		if r.left -= int64(n); r.left > 0 {
			return n, err
		}
		if r.state == inBody {
			r.end()
		} else {
			r.state = inSize
		}
		return n, err
	case endless:
		return r.from.Read(b)
	}
	line, err := r.from.ReadSlice('\n')
	if len(line) == 0 {
		return 0, err
	}
	r.follow(line)
	n = copy(b, line)
	r.rest = line[n:]
	return n, nil
}

// follow goes on by one line, of the header or of the framing of chunks.
func (r *responses) follow(line []byte) {
	before := r.state
	r.state = endless // unless the line is as it must be
	line, whole := bytes.CutSuffix(line, []byte("\r\n"))
	if !whole {
		return
	}
	switch before {
	case inStatus:
		if status, is := bytes.CutPrefix(line, []byte("HTTP/1.1 ")); is && len(status) >= 3 {
			r.status, _ = strconv.Atoi(string(status[:3]))
			r.state, r.length, r.chunked = inHeader, nil, false
		}
	case inHeader:
		if len(line) == 0 {
			r.body()
		} else if r.field(line) {
			r.state = inHeader
		}
	case inSize:
		digits, _, _ := bytes.Cut(line, []byte(";"))
		size, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 62)
		if err == nil && size == 0 {
			r.state = inTrailer
		} else if err == nil {
			r.state, r.left = inChunk, int64(size)+2 // and the end of the line
		}
	case inTrailer:
		if r.state = inTrailer; len(line) == 0 {
			r.end()
		}
	}
}

// field reads a field of the header. It returns false if the length of the body is not clear after it.
func (r *responses) field(line []byte) bool {
	name, value, is := bytes.Cut(line, []byte(":"))
	value = bytes.Trim(value, " \t")
	switch {
	case !is || bytes.ContainsAny(name, " \t"):
		return false
	case bytes.EqualFold(name, []byte("Content-Length")):
		before := r.length
		r.length = bytes.Clone(value)
		return len(value) > 0 && (before == nil || bytes.Equal(before, value))
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		before := r.chunked
		r.chunked = bytes.EqualFold(value, []byte("chunked"))
		return r.chunked && !before
	}
	return true
}

// body begins the body, at the end of the header.
func (r *responses) body() {
	length, err := strconv.ParseUint(string(r.length), 10, 62)
	switch {
	case r.status < 100, r.status == http.StatusSwitchingProtocols:
	case r.status < 200:
		r.state = inStatus // of the response that follows
	case r.status == http.StatusNoContent, r.status == http.StatusNotModified:
		r.end()
	case r.chunked:
		r.state = inSize
	case err == nil && length == 0:
		r.end()
	case err == nil:
		r.state, r.left = inBody, int64(length)
	}
}

// end is at the end of a response.
func (r *responses) end() {
	r.state = surplus
	if r.from.Buffered() == 0 && !r.under.holdsMore(r.from) && r.under.end() {
		r.state = ended
	}
}
