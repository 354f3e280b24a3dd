package conformance

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A server does with each request what the script of the case says, down to the byte, and keeps the
// request.
type server struct {
	listener net.Listener
	dead     string // an address at which nothing listens

	mu          sync.Mutex
	script      *script  // of the case that is played
	unexpected  []string // requests that no case asked for
	connections int
}

type script struct {
	responses []Respond // the last serves all that follow
	replace   *strings.Replacer
	received  []received
}

// received is one request as it came over the wire.
type received struct {
	connection int
	method     string
	target     string
	header     http.Header
	chunked    bool
	body       []byte
	early      bool // the response was sent before the body was read
}

func newServer() (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	unused.Close()
	s := &server{listener: listener, dead: "http://" + unused.Addr().String()}
	go s.accept()
	return s, nil
}

func (s *server) url() string { return "http://" + s.listener.Addr().String() }

func (s *server) close() { s.listener.Close() }

func (s *server) play(sc *script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = sc
}

// finish ends a case and returns its requests.
func (s *server) finish() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.script.received
	s.script = nil
	return requests
}

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.connections++
		number := s.connections
		s.mu.Unlock()
		go s.serve(conn.(*net.TCPConn), number)
	}
}

func (s *server) serve(conn *net.TCPConn, number int) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		respond, sc := s.next()
		r := received{
			connection: number, method: request.Method, target: request.RequestURI, header: request.Header,
			chunked: len(request.TransferEncoding) > 0, early: respond.Early,
		}
		if !respond.Early {
			if r.body, err = io.ReadAll(request.Body); err != nil {
				return
			}
		}
		s.record(sc, r)
		if !respond.send(conn, sc) {
			return
		}
	}
}

// next is what to do with the next request; the script is nil if no case asked for it.
func (s *server) next() (Respond, *script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.script == nil {
		return Respond{Status: http.StatusNotFound}, nil
	}
	return s.script.responses[min(len(s.script.received), len(s.script.responses)-1)], s.script
}

func (s *server) record(sc *script, r received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sc == nil || sc != s.script {
		s.unexpected = append(s.unexpected, r.method+" "+r.target)
		return
	}
	sc.received = append(sc.received, r)
}

// send writes a response, and tells whether the connection stays open for another request.
func (r Respond) send(conn *net.TCPConn, sc *script) bool {
	replace := strings.NewReplacer()
	if sc != nil {
		replace = sc.replace
	}
	wire := r.wire(replace)
	if r.Cut != nil {
		n := *r.Cut
		if n < 0 {
			n += len(wire)
		}
		wire = wire[:n]
	}
	if _, err := conn.Write(append(wire, replace.Replace(r.Surplus)...)); err != nil {
		return false
	}
	switch {
	case r.Early:
		conn.CloseWrite()
		time.Sleep(300 * time.Millisecond) // while it does not read, the client cannot write on
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		io.Copy(io.Discard, conn)
		return false
	case r.CloseMs > 0:
		time.Sleep(time.Duration(r.CloseMs) * time.Millisecond)
		return false
	case r.Close == "rst":
		conn.SetLinger(0)
		return false
	case r.Close == "never":
		io.Copy(io.Discard, conn)
		return false
	}
	return r.Cut == nil && r.Close == ""
}
