package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server carries out a request when it has read it in full, and only then. Between two bytes of a
// conversation it may fail. It counts each byte that it gets, and knows what it carried out for which call.
type server struct {
	net.Listener

	mu      sync.Mutex
	calls   map[int64]*call // by their ids
	current *call
	conns   map[net.Conn]bool // true while no byte of a request has come
	changed *sync.Cond        // a connection became idle, or is gone
	opened  int
	wrong   []string // what came too late
}

// A call is what a client is asked once. Its id is in the path of each of its requests, and in each response to them.
type call struct {
	id    int64
	op    *operation
	turns []turn // what the server does with each request; the last one with all that follow

	got       int    // bytes of requests
	request   []byte // the last that was read in full
	commits   int    // requests carried out
	responses []sent

	claimedNotSent bool
	isOver         bool // nothing of it is under way any more
	seesResets     bool // the client
	mayVanish      bool // it may be cancelled, and leave no outcome
}

// sent is what the server sent in response to a request that it carried out.
type sent struct {
	bytes []byte
	end   end
}

// A turn is what the server does with one request.
type turn struct {
	request  int                   // how many of its bytes are read before the connection ends; whole: all
	stallAt  int                   // after so many bytes of the request the server waits before it reads on
	stall    time.Duration         // how long it does
	response func(id int64) []byte // is sent when the request has been carried out; nil: the success
	refuses  bool                  // the request is not carried out
	delay    time.Duration         // before the response
	pauseAt  int                   // after so many bytes of the response the server waits once more
	surplus  []byte                // follows the response
	later    time.Duration         // after which it does; 0: in the same packet
	end      end
}

const whole = 1 << 30

// An end is what becomes of the connection.
type end int

const (
	keep end = iota
	fin
	rst
)

func (e end) String() string { return [...]string{"keep", "FIN", "RST"}[e] }

func (e end) apply(conn *net.TCPConn) {
	switch e {
	case fin:
		conn.CloseWrite() // a close with unread bytes would be a reset
	case rst:
		conn.SetLinger(0)
		conn.Close()
	}
}

func newServer(t testing.TB) *server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &server{Listener: listener, calls: map[int64]*call{}, conns: map[net.Conn]bool{}}
	s.changed = sync.NewCond(&s.mu)
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[conn] = true
			s.opened++
			s.changed.Broadcast()
			s.mu.Unlock()
			go s.serve(conn.(*net.TCPConn))
		}
	}()
	t.Cleanup(func() {
		s.settle(true)
		listener.Close()
		<-accepting
	})
	return s
}

func (s *server) url() string { return "http://" + s.Addr().String() }

// begin makes a call the current one. Idle connections end now if that is what becomes of its first request.
func (s *server) begin(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[c.id], s.current = c, c
	if c.turns[0].request > 0 {
		return
	}
	for conn, idle := range s.conns {
		if idle {
			c.next().end.apply(conn.(*net.TCPConn))
			return
		}
	}
}

// settle ends all connections with a request under way, or all; then nothing of it can be carried out any more.
func (s *server) settle(all bool) {
	if all { // connections are accepted in their order: those that were made before this one, too
		s.begin(&call{turns: []turn{{request: whole}}})
		if conn, err := net.Dial("tcp", s.Addr().String()); err == nil {
			defer conn.Close()
			s.await(conn.LocalAddr().String())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy(all) {
		for conn, idle := range s.conns { // others may have come meanwhile
			if all || !idle {
				conn.Close()
			}
		}
		s.changed.Wait()
	}
}

// await waits until a connection has been accepted.
func (s *server) await(from string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !slices.ContainsFunc(slices.Collect(maps.Keys(s.conns)), func(conn net.Conn) bool { return conn.RemoteAddr().String() == from }) {
		s.changed.Wait()
	}
}

// quiet waits until all connections are idle.
func (s *server) quiet() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy(false) {
		s.changed.Wait()
	}
}

func (s *server) busy(all bool) bool {
	for _, idle := range s.conns {
		if all || !idle {
			return true
		}
	}
	return false
}

func (c *call) next() turn {
	t := c.turns[0]
	if len(c.turns) > 1 {
		c.turns = c.turns[1:]
	}
	return t
}

func (s *server) serve(conn *net.TCPConn) {
	defer func() {
		conn.Close()
		s.mu.Lock()
		delete(s.conns, conn)
		s.changed.Broadcast()
		s.mu.Unlock()
	}()
	for {
		if t, ends := s.endsAtOnce(conn); ends {
			s.finish(conn, t.end)
			return
		}
		first := make([]byte, 1)
		if n, _ := io.ReadFull(conn, first); n == 0 {
			return
		}
		c, t := s.started(conn)
		var read bytes.Buffer
		rest := &counter{conn, s, c}
		request := io.MultiReader(bytes.NewReader(first), io.LimitReader(rest, int64(t.stallAt)), pause(t.stall), rest)
		id, complete := readRequest(io.TeeReader(io.LimitReader(request, int64(t.request)), &read))
		if !complete {
			s.finish(conn, t.end)
			return
		}
		t, response := s.commit(id, c, t, read.Bytes())
		s.send(conn, t, response)
		if t.end != keep {
			s.finish(conn, t.end)
			return
		}
	}
}

// endsAtOnce tells whether a new connection ends before a byte is read.
func (s *server) endsAtOnce(conn net.Conn) (t turn, ends bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.turns[0].request > 0 || !s.conns[conn] {
		return t, false
	}
	s.conns[conn] = false
	return s.current.next(), true
}

func (s *server) started(conn net.Conn) (*call, turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[conn] = false
	c := s.current
	c.got++
	return c, c.next()
}

// A counter counts what is read from a connection.
type counter struct {
	net.Conn
	server *server
	call   *call
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.server.mu.Lock()
	c.call.got += n
	c.server.mu.Unlock()
	return n, err
}

// A pause is an empty reader that takes its time.
type pause time.Duration

func (p pause) Read([]byte) (int, error) {
	time.Sleep(time.Duration(p))
	return 0, io.EOF
}

var idOfTarget = regexp.MustCompile(`/Campaigns/([0-9]+)/`)

// readRequest reads one request and tells whether it is all there. A client sends no more before the response.
func readRequest(r io.Reader) (id int64, complete bool) {
	request, err := http.ReadRequest(bufio.NewReader(r))
	if err != nil {
		return 0, false
	}
	n, err := io.Copy(io.Discard, request.Body)
	match := idOfTarget.FindStringSubmatch(request.URL.Path)
	if err != nil || n != max(request.ContentLength, 0) || match == nil {
		return 0, false
	}
	id, err = strconv.ParseInt(match[1], 10, 64)
	return id, err == nil
}

// commit carries out a request, and returns the response to it. What was deleted is not found again.
func (s *server) commit(id int64, current *call, t turn, request []byte) (turn, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.calls[id]
	if c == nil {
		s.wrong = append(s.wrong, fmt.Sprintf("a request with the id %d, which no call has", id))
		return turn{end: rst}, nil
	}
	if c != current { // it came late
		current.got -= len(request)
		c.got += len(request)
		t = turn{}
	}
	if c.isOver {
		s.wrong = append(s.wrong, fmt.Sprintf("a request of the call %d came after its end", id))
	}
	if c.claimedNotSent {
		s.wrong = append(s.wrong, fmt.Sprintf("a request of the call %d, which was not sent, came later", id))
	}
	c.request = request
	if t.response == nil {
		t.response = c.op.success
	}
	response := t.response(id)
	if c.op.method == http.MethodDelete && c.commits > 0 {
		response = notFound
	} else if !t.refuses {
		c.commits++
	}
	if c.op.method == http.MethodPost && c.commits > 1 {
		s.wrong = append(s.wrong, fmt.Sprintf("the POST of the call %d was carried out %d times", id, c.commits))
	}
	c.responses = append(c.responses, sent{response, t.end})
	return t, response
}

var notFound = response{status: 404, body: `{"Status":"ERROR","Message":"there is no such contact"}`}.wire()

// send writes a response. A connection that is kept is idle as soon as its client can know that.
func (s *server) send(conn *net.TCPConn, t turn, response []byte) {
	time.Sleep(t.delay)
	if t.pauseAt > 0 {
		at := min(t.pauseAt, len(response))
		conn.Write(response[:at])
		response = response[at:]
		time.Sleep(t.delay)
	}
	if t.end != keep {
		conn.Write(append(response, t.surplus...))
		return
	}
	if t.later == 0 {
		s.idle(conn)
		conn.Write(append(response, t.surplus...))
		return
	}
	conn.Write(response)
	time.Sleep(t.later)
	conn.Write(t.surplus)
	s.idle(conn)
}

func (s *server) idle(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[conn] = true
	s.changed.Broadcast()
}

// finish ends a connection, and counts what still comes.
func (s *server) finish(conn *net.TCPConn, end end) {
	s.mu.Lock()
	c := s.current
	s.mu.Unlock()
	if end == rst {
		conn.SetReadDeadline(time.Now().Add(100 * time.Microsecond))
		io.Copy(io.Discard, &counter{conn, s, c})
	}
	end.apply(conn)
	io.Copy(io.Discard, &counter{conn, s, c})
}

// What is carried out is what was read in full.
func TestARequestWithoutItsLastByteIsNotComplete(t *testing.T) {
	request := "PUT /Campaigns/7/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b"
	id, complete := readRequest(bytes.NewReader([]byte(request)))
	require.True(t, complete)
	require.EqualValues(t, 7, id)
	for cut := range request {
		_, complete := readRequest(bytes.NewReader([]byte(request[:cut])))
		require.False(t, complete, cut)
	}
}
