package conformance

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A server does with each request what the script of the case says, down to the byte, and keeps the
// request.
type server struct {
	listener net.Listener
	secure   net.Listener // with TLS
	proxy    *proxy       // to it
	ca       string       // the file with the certificate of its authority
	refusing *RefusingAddress
	closers  []io.Closer

	mu          sync.Mutex
	script      *script  // of the case that is played
	unexpected  []string // requests that no case asked for
	connections int
	conns       map[int]net.Conn // by number
}

type script struct {
	responses []Respond // the last serves all that follow
	replace   *strings.Replacer
	received  []received
	left      bool // the server no longer listens
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

func newServer(folder string) (*server, error) {
	s := &server{ca: filepath.Join(folder, "ca.pem"), conns: map[int]net.Conn{}}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *server) open() error {
	certificate, err := newAuthority(s.ca)
	if err != nil {
		return err
	}
	if s.refusing, err = NewRefusingAddress(); err != nil {
		return err
	}
	s.closers = append(s.closers, s.refusing)
	if s.listener, err = s.listen(plain); err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	if s.secure, err = s.listen(func(conn net.Conn) net.Conn { return tls.Server(conn, config) }); err != nil {
		return err
	}
	if s.proxy, err = newProxy(s.secure.Addr().String()); err != nil {
		return err
	}
	s.closers = append(s.closers, s.proxy.listener)
	return nil
}

func plain(conn net.Conn) net.Conn { return conn }

// listen opens an address, whose connections are served as wrap makes them.
func (s *server) listen(wrap func(net.Conn) net.Conn) (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, listener)
	go s.accept(listener, wrap)
	return listener, nil
}

func (s *server) url() string { return "http://" + s.listener.Addr().String() }

// addresses are those that vectors name.
func (s *server) addresses() *strings.Replacer {
	return strings.NewReplacer("{server}", s.listener.Addr().String(), "{tls}", s.secure.Addr().String(), "{proxy}", s.proxy.listener.Addr().String(),
		"{nothing}", s.refusing.String(), "{ca}", s.ca)
}

func (s *server) close() error {
	var err error
	for _, c := range s.closers {
		if e := c.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func (s *server) play(sc *script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = sc
}

// finish ends a case and returns its requests.
func (s *server) finish() ([]received, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc := s.script
	s.script = nil
	if !sc.left {
		return sc.received, nil
	}
	var err error
	s.listener, err = s.listen(plain)
	return sc.received, err
}

func (s *server) accept(listener net.Listener, wrap func(net.Conn) net.Conn) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.connections++
		number := s.connections
		s.conns[number] = conn
		s.mu.Unlock()
		go s.serve(wrap(conn), conn.(*net.TCPConn), number)
	}
}

func (s *server) serve(conn net.Conn, tcp *net.TCPConn, number int) {
	defer s.forget(number)
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
		if !respond.send(conn, tcp, sc) {
			return
		}
	}
}

func (s *server) forget(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, number)
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
	if len(sc.received) < len(sc.responses) && sc.responses[len(sc.received)].Refuse {
		s.listener.Close()
		for number, conn := range s.conns { // the client may have them from cases before
			if number != r.connection {
				conn.Close()
			}
		}
		sc.left = true
	}
}

// send writes a response, and tells whether the connection stays open for another request.
func (r Respond) send(conn net.Conn, tcp *net.TCPConn, sc *script) bool {
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
		tcp.CloseWrite()
		time.Sleep(300 * time.Millisecond) // while it does not read, the client cannot write on
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		io.Copy(io.Discard, conn)
		return false
	case r.CloseMs > 0:
		time.Sleep(time.Duration(r.CloseMs) * time.Millisecond)
		return false
	case r.Close == "rst":
		tcp.SetLinger(0)
		return false
	case r.Close == "never":
		io.Copy(io.Discard, conn)
		return false
	}
	return r.Cut == nil && r.Close == ""
}
