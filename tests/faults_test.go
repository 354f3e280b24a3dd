package tests

import (
	"bufio"
	"bytes"
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

const createdBody = `{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}`

// The ways in which an answer can say where it ends.
const untilClose = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + createdBody

var answers = []string{
	fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody),
	fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n28\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", createdBody[:40], len(createdBody)-40, createdBody[40:]),
	untilClose,
}

// A faultyServer creates a contact when it has read the request for it in full, and only then. Between two
// bytes of its conversation it may fail.
type faultyServer struct {
	net.Listener
	reset    bool   // by RST, not by FIN
	answer   string // what a create is answered with
	handlers sync.WaitGroup

	mu      sync.Mutex
	conns   []*net.TCPConn
	turns   []int  // how many bytes each request and its answer may have; none left: all
	commits int    // contacts created
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

// play lets a client speak to the server, and returns how many contacts were created, when nothing that the
// client has sent can create any more.
func (s *faultyServer) play(answer string, turns []int, client func()) (commits int) {
	s.mu.Lock()
	s.answer, s.turns, s.commits = answer, turns, 0
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
		answer := s.answer
		s.mu.Unlock()
		cut := bytesLeft < whole

		var read bytes.Buffer
		if complete(io.TeeReader(io.LimitReader(conn, int64(bytesLeft)), &read)) {
			s.mu.Lock()
			s.commits++
			s.request = read.Bytes()
			s.mu.Unlock()
			bytesLeft -= read.Len()
			io.WriteString(conn, answer[:min(bytesLeft, len(answer))])
			if !cut && answer != untilClose {
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

// complete reads one request and tells whether it is all there. A client sends no more before the answer.
func complete(r io.Reader) bool {
	request, err := http.ReadRequest(bufio.NewReader(r))
	if err != nil {
		return false
	}
	n, err := io.Copy(io.Discard, request.Body)
	return err == nil && n == request.ContentLength
}

// The conversation is broken off after each of its bytes, in the request or in the answer. Whatever
// happens, a contact is created once at most, and what the client says is true.
func TestEveryByteMayBeTheLast(t *testing.T) {
	form := wrapper.Contact{FirstName: "Wile", LastName: "Coyote", EmailAddress: "wile@example.com", Accounts: []string{"1"}}
	upload := form
	upload.ProfileImageFile = wrapper.ImageFromReaderAt(strings.NewReader("GIF89a\x01\x00\x01\x00"), 10)
	for name, contact := range map[string]wrapper.Contact{"form": form, "upload": upload} {
		for _, reset := range []bool{false, true} {
			for _, kept := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, reset %t, kept connection %t", name, reset, kept), func(t *testing.T) {
					t.Parallel()
					server := newFaultyServer(t, reset)
					breakEverywhere(t, server, kept, contact)
				})
			}
		}
	}
}

func breakEverywhere(t *testing.T, server *faultyServer, kept bool, contact wrapper.Contact) {
	outcomes := map[wrapper.Outcome]int{}
	create := func(answer string, turns ...int) {
		creates := 1
		if kept { // a first create leaves its connection for the next
			turns, creates = append([]int{whole}, turns...), 2
		}
		var err error
		commits := server.play(answer, turns, func() {
			client, newErr := wrapper.New("IRsandbox", "secret", wrapper.WithBaseURL("http://"+server.Addr().String()))
			require.NoError(t, newErr)
			for range creates {
				require.NoError(t, err, "the first create")
				_, err = client.CreateContact(t.Context(), 1000, contact)
			}
		}) - (creates - 1)
		outcome := wrapper.OutcomeOf(err)
		outcomes[outcome]++
		require.LessOrEqual(t, commits, 1, "%v: created twice; the client said %v", turns, err)
		switch outcome {
		case wrapper.OutcomeCreated:
			require.Equal(t, 1, commits, "%v", turns)
		case wrapper.OutcomeNotSent:
			require.Zero(t, commits, "%v: %v", turns, err)
		case wrapper.OutcomeInDoubt:
			require.NotEqual(t, whole, turns[creates-1], "%v", err)
		default:
			require.Fail(t, "no other outcome can be known", "%v: %v", turns, err)
		}
	}

	create(answers[0], whole)
	require.Equal(t, 1, outcomes[wrapper.OutcomeCreated])
	request := len(server.request)
	require.True(t, complete(bytes.NewReader(server.request)))
	require.False(t, complete(bytes.NewReader(server.request[:request-1])))

	for _, answer := range answers {
		if kept && answer == untilClose {
			continue
		}
		for cut := range len(answer) {
			create(answer, request+cut)
		}
		create(answer, whole)
	}
	for cut := range request {
		create(answers[0], cut)
	}
	require.Greater(t, outcomes[wrapper.OutcomeInDoubt], request)
	t.Log(request, outcomes)
}
