package wrapper

import (
	"bufio"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// A socket is a connection of the system. It lets a request begin only if nothing has come that belongs to none: it
// asks the system, which tells what has come without waiting. Where the system does not, a connection carries one
// request.
type socket struct {
	net.Conn
	raw     syscall.RawConn // nil: the system does not tell
	secure  bool            // what is read is TLS
	looking bool            // Read does not wait
	reading reading         // of Read, which has one caller at a time

	mu    sync.Mutex
	phase phase
	// What TLS has read while no request was under way, and that may be data.
	undecided bool
}

type phase int

const (
	fresh   phase = iota // before the first request: TLS may have messages of its own to come
	idle                 // all that came was whole responses
	pending              // a request is under way
	spoiled              // something came that belongs to no request
)

// A reading is one call of Read.
type reading struct {
	into []byte
	n    int
	err  error
	read func(fd uintptr) (has bool) // made once for all calls
}

// tryRead reads what has come, or the end, and does not wait: has tells whether there was any. It is nil if the system
// has no such call.
var tryRead func(fd uintptr, into []byte) (n int, has bool, err error)

func newSocket(conn net.Conn, secure bool) *socket {
	s := &socket{Conn: conn, secure: secure}
	if system, is := conn.(syscall.Conn); is && tryRead != nil {
		s.raw, _ = system.SyscallConn()
	}
	s.reading.read = s.tryRead
	return s
}

// begin tells whether a request may begin.
func (s *socket) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	mayBegin := s.phase == fresh || s.phase == idle && !s.undecided
	if s.phase == fresh && s.secure || mayBegin && !s.takesInput() {
		s.phase = pending
	} else {
		s.phase = spoiled
	}
	return s.phase == pending
}

// takesInput tells whether something has come that nobody has read, or the end. The first byte of it is gone then, and
// no request may begin.
func (s *socket) takesInput() bool {
	if s.raw == nil {
		return false
	}
	var has bool
	err := s.raw.Control(func(fd uintptr) { _, has, _ = tryRead(fd, make([]byte, 1)) })
	if has || err != nil {
		s.phase = spoiled
	}
	return s.phase == spoiled
}

// end tells whether another request may begin later.
func (s *socket) end() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == pending && s.raw != nil {
		s.phase = idle
	}
	return s.phase == idle
}

// spoilUnlessPending lets no request begin any more if what has come belongs to none. It tells whether that is so.
func (s *socket) spoilUnlessPending() (isSpoiled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != pending {
		s.phase = spoiled
	}
	return s.phase == spoiled
}

// holdsMore tells whether TLS has more than what was read of it.
func (s *socket) holdsMore(read *bufio.Reader) bool {
	if !s.secure || s.raw == nil {
		return false
	}
	s.looking = true
	defer func() { s.looking = false }()
	_, err := read.Peek(1)
	return err == nil
}

// Read reads, and notes at that moment whether a request was under way. What TLS reads while none was is undecided until
// it asks for more: it may be a message of TLS itself.
func (s *socket) Read(b []byte) (int, error) {
	if s.raw == nil || len(b) == 0 {
		return s.Conn.Read(b)
	}
	r := &s.reading
	r.into, r.n, r.err = b, 0, nil
	defer func() { r.into = nil }()
	if s.looking {
		var has bool
		if err := s.raw.Control(func(fd uintptr) { has = s.tryRead(fd) }); err != nil {
			return 0, err
		}
		if !has {
			return 0, os.ErrDeadlineExceeded // after which TLS can be read on
		}
		return r.n, r.err
	}
	if s.secure {
		s.decide()
	}
	if err := s.raw.Read(r.read); err != nil {
		return 0, err
	}
	return r.n, r.err
}

func (s *socket) tryRead(fd uintptr) (has bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.reading
	if r.n, has, r.err = tryRead(fd, r.into); !has {
		return false
	}
	if r.err != nil && r.err != io.EOF {
		r.err = &net.OpError{Op: "read", Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: r.err}
	}
	switch {
	case s.secure:
		s.undecided = s.phase == idle
	case s.phase != pending:
		s.phase = spoiled
	}
	return true
}

func (s *socket) decide() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undecided = false
}
