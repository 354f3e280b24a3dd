package wrapper

import (
	"bufio"
	"net"
	"os"
	"sync"
	"syscall"
)

// A socket is a connection of the system. It lets a request begin only if nothing has come that belongs to none: the
// system tells whether something has, without reading it. Where it does not, a connection carries one request.
type socket struct {
	net.Conn
	raw     syscall.RawConn // nil: the system does not tell
	secure  bool            // what is read is TLS
	looking bool            // Read does not wait

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

// isReadable tells whether bytes have come, the end, or an error. It is nil if the system does not tell.
var isReadable func(fd uintptr) bool

func newSocket(conn net.Conn, secure bool) *socket {
	s := &socket{Conn: conn, secure: secure}
	if system, is := conn.(syscall.Conn); is && isReadable != nil {
		s.raw, _ = system.SyscallConn()
	}
	return s
}

// begin tells whether a request may begin.
func (s *socket) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.phase == fresh && (s.secure || !s.hasUnread()), s.phase == idle && !s.undecided && !s.hasUnread():
		s.phase = pending
	default:
		s.phase = spoiled
	}
	return s.phase == pending
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

// wait returns when something has come, or the end. TLS waits by itself, in Read.
func (s *socket) wait() error {
	if s.secure || s.raw == nil {
		return nil
	}
	if err := s.raw.Read(isReadable); err != nil {
		return err
	}
	s.spoilUnlessPending()
	return nil
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

// hasUnread tells whether bytes have come that nobody has read, or the end.
func (s *socket) hasUnread() (unread bool) {
	if s.raw == nil {
		return false
	}
	err := s.raw.Control(func(fd uintptr) { unread = isReadable(fd) })
	return unread || err != nil
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

// Read is what TLS reads from. What comes while no request is under way is undecided until TLS asks for more.
func (s *socket) Read(b []byte) (int, error) {
	switch {
	case s.raw == nil:
		return s.Conn.Read(b)
	case s.looking && !s.hasUnread():
		return 0, os.ErrDeadlineExceeded // after which TLS can be read on
	case !s.looking:
		s.decide()
		if err := s.raw.Read(isReadable); err != nil {
			return 0, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undecided = s.phase == idle
	return s.Conn.Read(b)
}

func (s *socket) decide() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.undecided = false
}
