package tests

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// The ways in which a response can say where it ends.
var framings = []func(body string) string{
	func(body string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	},
	func(body string) string {
		half := len(body) / 2
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, body[:half], len(body)-half, body[half:])
	},
	func(body string) string { return closes + body },
}

// closes begins a response that ends with its connection.
const closes = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

// A faultyServer carries out a request when it has read it in full, and only then. Between two bytes of its
// conversation it may fail.
type faultyServer struct {
	net.Listener
	reset    bool   // by RST, not by FIN
	response string // to each request
	handlers sync.WaitGroup

	mu      sync.Mutex
	conns   []*net.TCPConn
	turns   []int  // how many bytes each request and its response may have; none left: all
	commits int    // requests carried out
	request []byte // the last that was read in full
}

const whole = 1 << 30

func newFaultyServer(t *testing.T, reset bool) *faultyServer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &faultyServer{Listener: listener, reset: reset}
	accepting := make(chan struct{})
	go func() {
		defer close(accepting)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, conn.(*net.TCPConn))
			s.handlers.Add(1)
			s.mu.Unlock()
			go s.serve(conn.(*net.TCPConn))
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-accepting
	})
	return s
}

// play lets a client speak to the server, and returns how many requests were carried out, when nothing that the
// client has sent can be any more.
func (s *faultyServer) play(response string, turns []int, client func()) (commits int) {
	s.mu.Lock()
	s.response, s.turns, s.commits = response, turns, 0
	s.mu.Unlock()
	client()
	s.mu.Lock()
	for _, conn := range s.conns {
		conn.Close()
	}
	s.conns = nil
	s.mu.Unlock()
	s.handlers.Wait()
	return s.commits
}

func (s *faultyServer) serve(conn *net.TCPConn) {
	defer s.handlers.Done()
	defer conn.Close()
	for {
		s.mu.Lock()
		bytesLeft := whole
		if len(s.turns) > 0 {
			bytesLeft, s.turns = s.turns[0], s.turns[1:]
		}
		response := s.response
		s.mu.Unlock()
		cut := bytesLeft < whole

		var read bytes.Buffer
		if complete(io.TeeReader(io.LimitReader(conn, int64(bytesLeft)), &read)) {
			s.mu.Lock()
			s.commits++
			s.request = read.Bytes()
			s.mu.Unlock()
			bytesLeft -= read.Len()
			io.WriteString(conn, response[:min(bytesLeft, len(response))])
			if !cut && !strings.HasPrefix(response, closes) {
				continue
			}
		}
		if cut && s.reset {
			conn.SetLinger(0)
			return
		}
		conn.CloseWrite()
		io.Copy(io.Discard, conn) // a close with unread bytes would be a reset
		return
	}
}

// complete reads one request and tells whether it is all there. A client sends no more before the response.
func complete(r io.Reader) bool {
	request, err := http.ReadRequest(bufio.NewReader(r))
	if err != nil {
		return false
	}
	n, err := io.Copy(io.Discard, request.Body)
	return err == nil && n == request.ContentLength
}

// The conversation is broken off after each of its bytes, in the request or in the response. Whatever happens,
// a request is carried out once at most, and what the client says is true.
func TestEveryByteMayBeTheLast(t *testing.T) {
	form := wrapper.CreateContactInput{FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile@example.com", Accounts: []string{"1"}}
	upload := form
	upload.ProfileImageFile = wrapper.FileFromBytes([]byte("GIF89a\x01\x00\x01\x00"))
	const uri = `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`
	for _, c := range []faultyCall{
		{"create", uri, 2, func(ctx context.Context, client *wrapper.Client) error {
			_, err := client.CreateContact(ctx, 1000, form)
			return err
		}},
		{"create with an upload", uri, 2, func(ctx context.Context, client *wrapper.Client) error {
			_, err := client.CreateContact(ctx, 1000, upload)
			return err
		}},
		{"update", uri, 0, func(ctx context.Context, client *wrapper.Client) error {
			_, err := client.UpdateContact(ctx, 1000, "2750", wrapper.UpdateContactInput{Title: "Boss"})
			return err
		}},
		{"delete", `{"Status":"DELETED"}`, 0, func(ctx context.Context, client *wrapper.Client) error {
			_, err := client.DeleteContact(ctx, 1000, "2750")
			return err
		}},
	} {
		for _, reset := range []bool{false, true} {
			for _, kept := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, reset %t, kept connection %t", c.name, reset, kept), func(t *testing.T) {
					t.Parallel()
					server := newFaultyServer(t, reset)
					breakEverywhere(t, server, kept, c)
				})
			}
		}
	}
}

// A faultyCall is a call, the response to it that is a success, and how often the client may send it again: what
// acts once however often it is sent would be, in doubt or not.
type faultyCall struct {
	name, body string
	retries    int
	call       func(context.Context, *wrapper.Client) error
}

func breakEverywhere(t *testing.T, server *faultyServer, kept bool, c faultyCall) {
	const done = wrapper.Outcome("done")
	outcomes := map[wrapper.Outcome]int{}
	play := func(response string, turns ...int) {
		calls := 1
		if kept { // a first call leaves its connection for the next
			turns, calls = append([]int{whole}, turns...), 2
		}
		var err error
		commits := server.play(response, turns, func() {
			client, newErr := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL("http://"+server.Addr().String()), wrapper.WithRetries(c.retries))
			require.NoError(t, newErr)
			defer client.Close()
			for range calls {
				require.NoError(t, err, "the first call")
				err = c.call(t.Context(), client)
			}
		}) - (calls - 1)
		outcome := wrapper.OutcomeOf(err)
		if err == nil {
			outcome = done
		}
		outcomes[outcome]++
		require.LessOrEqual(t, commits, 1, "%v: carried out twice; the client said %v", turns, err)
		switch outcome {
		case done:
			require.Equal(t, 1, commits, "%v", turns)
		case wrapper.OutcomeNotSent:
			require.Zero(t, commits, "%v: %v", turns, err)
		case wrapper.OutcomeInDoubt:
			require.NotEqual(t, whole, turns[calls-1], "%v", err)
		default:
			require.Fail(t, "no other outcome can be known", "%v: %v", turns, err)
		}
	}

	first := framings[0](c.body)
	play(first, whole)
	require.Equal(t, 1, outcomes[done])
	request := len(server.request)
	require.True(t, complete(bytes.NewReader(server.request)))
	require.False(t, complete(bytes.NewReader(server.request[:request-1])))

	for _, framing := range framings {
		response := framing(c.body)
		if kept && strings.HasPrefix(response, closes) {
			continue
		}
		for cut := range len(response) {
			play(response, request+cut)
		}
		play(response, whole)
	}
	for cut := range request {
		play(first, cut)
	}
	require.Greater(t, outcomes[wrapper.OutcomeInDoubt], request)
	t.Log(request, outcomes)
}
