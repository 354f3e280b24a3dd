package wrapper

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// follow reads the response to a request, from a connection that gives pieces of a size. It tells how many bytes
// belong to the response, and whether it has an end.
func follow(text string, size int) (used int, ends bool) {
	source := strings.NewReader(text)
	pieces := readerFunc(func(b []byte) (int, error) { return source.Read(b[:min(len(b), size)]) })
	r := newResponses(pieces, &socket{phase: pending})
	read, _ := io.ReadAll(iotest.OneByteReader(r))
	return len(read), r.state == surplus || r.state == ended
}

func TestTheEndOfAResponseIsFound(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for name, test := range map[string]struct {
		response string
		ends     bool
	}{
		"a length":              {ok + "Content-Length: 2\r\n\r\nok", true},
		"no body":               {ok + "content-length:0\r\n\r\n", true},
		"two lengths alike":     {ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", true},
		"two lengths":           {ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", false},
		"a length with a sign":  {ok + "Content-Length: +2\r\n\r\nok", false},
		"an empty length":       {ok + "Content-Length:\r\n\r\nok", false},
		"a length of a folded":  {ok + "X: a\r\n Content-Length: 2\r\n\r\nok", false},
		"a bare newline":        {ok + "X: a\nContent-Length: 2\r\n\r\nok", false},
		"until the close":       {ok + "X: a\r\n\r\nok", false},
		"no header":             {ok + "\r\nok", false},
		"of another version":    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false},
		"a long line":           {ok + "X: " + strings.Repeat("x", readBuffer) + "\r\nContent-Length: 2\r\n\r\nok", false},
		"a long body":           {ok + "Content-Length: 100000\r\n\r\n" + strings.Repeat("x", 100_000), true},
		"204":                   {"HTTP/1.1 204 No Content\r\n\r\n", true},
		"304":                   {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", true},
		"101":                   {"HTTP/1.1 101 Switching Protocols\r\nContent-Length: 0\r\n\r\n", false},
		"interim responses":     {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nok", true},
		"chunks":                {ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", true},
		"chunks with a trailer": {ok + "Transfer-Encoding: Chunked\r\nContent-Length: 7\r\n\r\n1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n", true},
		"no chunk":              {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", false},
		"a chunk too large":     {ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", false},
		"chunks of bare lines":  {ok + "Transfer-Encoding: chunked\r\n\r\n0\n\n", false},
		"another coding":        {ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", false},
		"a header without end":  {ok + strings.Repeat("X: a\r\n", 50_000), false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{1, 2, 7, 1 << 20} {
				used, ends := follow(test.response+"surplus", size)
				assert.Equal(t, test.ends, ends)
				if test.ends {
					assert.Equal(t, len(test.response), used)
				} else {
					assert.Equal(t, len(test.response+"surplus"), used, "net/http sees all of it")
				}
			}
		})
	}
}

// Where net/http finds the end of a response and a connection finds one, it is the same.
func FuzzResponses(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nx",
		"HTTP/1.1 204 \r\n\r\nx", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length:  1\r\n\r\n12", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\nx",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		source := strings.NewReader(text)
		reader := bufio.NewReader(source)
		response, err := http.ReadResponse(reader, nil)
		if err != nil || response.StatusCode < 200 || response.ContentLength < 0 && len(response.TransferEncoding) == 0 {
			return
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return
		}
		read := len(text) - source.Len() - reader.Buffered()
		if used, ends := follow(text, 1<<20); ends {
			assert.Equal(t, read, used)
		}
	})
}

// A server that sends more than it should: the rest of it must not become the response to another request, and
// net/http must not log it.
func TestBytesAfterAResponse(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(log.Default().Writer())
	const refusal = "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n"
	created := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody)
	chunked := fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(createdBody), createdBody)
	for _, secure := range []bool{false, true} {
		for name, first := range map[string]string{"length": created, "chunks": chunked} {
			for _, surplus := range []string{refusal, "x", "\r\n", created, refusal + refusal} {
				for _, late := range []time.Duration{0, 5 * time.Millisecond} {
					t.Run(fmt.Sprintf("%s, TLS %t, late %v, %q", name, secure, late, surplus), func(t *testing.T) {
						var connections atomic.Int64
						closed := make(chan struct{}, 10)
						_, client := record(t, secure, func(_ *recorder, conn net.Conn) {
							connections.Add(1)
							reader := bufio.NewReader(conn)
							for {
								request, err := http.ReadRequest(reader)
								if err != nil {
									closed <- struct{}{}
									return
								}
								io.Copy(io.Discard, request.Body)
								if late == 0 {
									io.WriteString(conn, first+surplus)
									continue
								}
								io.WriteString(conn, first)
								time.Sleep(late)
								io.WriteString(conn, surplus)
							}
						})
						for range 3 {
							_, err := client.CreateContact(t.Context(), 1000, wile())
							require.NoError(t, err)
							if late > 0 { // what comes after the next request is sent is its response, as far as anyone can tell
								<-closed
							}
						}
						assert.EqualValues(t, 3, connections.Load())
					})
				}
			}
		}
	}
	assert.Empty(t, logged.String())
}

// The same with many callers, who take up connections in the moment in which they become free, and with responses
// that net/http reads past its buffer.
func TestBytesAfterAResponseWithManyCallers(t *testing.T) {
	for _, length := range []int{len(createdBody), 4096, 10_000, readBuffer, 100_000} {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			body := createdBody + strings.Repeat(" ", length-len(createdBody))
			var requests atomic.Int64
			_, client := record(t, false, func(_ *recorder, conn net.Conn) {
				reader := bufio.NewReader(conn)
				for {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					io.Copy(io.Discard, request.Body)
					requests.Add(1)
					fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sHTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", len(body), body)
				}
			})
			var callers sync.WaitGroup
			for range 8 {
				callers.Go(func() {
					for range 50 {
						_, err := client.CreateContact(t.Context(), 1000, wile())
						assert.NoError(t, err)
					}
				})
			}
			callers.Wait()
			assert.EqualValues(t, 400, requests.Load())
		})
	}
}

func TestResponsesOfEachKindKeepTheConnection(t *testing.T) {
	for name, response := range map[string]string{
		"length":  fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody),
		"chunks":  fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\nTrailer: x\r\n\r\n", len(createdBody), createdBody),
		"interim": fmt.Sprintf("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody),
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, TLS %t", name, secure), func(t *testing.T) {
				var connections atomic.Int64
				_, client := record(t, secure, func(_ *recorder, conn net.Conn) {
					connections.Add(1)
					reader := bufio.NewReader(conn)
					for {
						request, err := http.ReadRequest(reader)
						if err != nil {
							return
						}
						io.Copy(io.Discard, request.Body)
						io.WriteString(conn, response)
					}
				})
				for range 4 {
					_, err := client.CreateContact(t.Context(), 1000, wile())
					require.NoError(t, err)
				}
				assert.EqualValues(t, 1, connections.Load())
			})
		}
	}
}

// A response whose end is not followed costs its connection, and nothing else.
func TestResponsesThatAreNotFollowedAreNotInDoubt(t *testing.T) {
	for name, response := range map[string]string{
		"HTTP/1.0":        fmt.Sprintf("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody),
		"bare newlines":   fmt.Sprintf("HTTP/1.1 200 OK\nContent-Length: %d\n\n%s", len(createdBody), createdBody),
		"a folded field":  fmt.Sprintf("HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody),
		"a long field":    fmt.Sprintf("HTTP/1.1 200 OK\r\nX: %s\r\nContent-Length: %d\r\n\r\n%s", strings.Repeat("x", readBuffer+1), len(createdBody), createdBody),
		"until the close": "HTTP/1.1 200 OK\r\n\r\n" + createdBody,
	} {
		t.Run(name, func(t *testing.T) {
			_, client := record(t, false, func(_ *recorder, conn net.Conn) {
				reader := bufio.NewReader(conn)
				for {
					request, err := http.ReadRequest(reader)
					if err != nil {
						return
					}
					io.Copy(io.Discard, request.Body)
					io.WriteString(conn, response)
					if name == "until the close" {
						return
					}
				}
			})
			for range 5 {
				_, err := client.CreateContact(t.Context(), 1000, wile())
				assert.NoError(t, err)
			}
		})
	}
}

// connected are both ends of a connection, with TLS or without.
func connected(t *testing.T, secure bool) (near *connection, far net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	far, err = listener.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(); far.Close() })
	under := newSocket(conn, secure)
	if !secure {
		return newConnection(conn, under), far
	}
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	far = tls.Server(far, &tls.Config{Certificates: server.TLS.Certificates})
	shook := make(chan error)
	go func() { shook <- far.(*tls.Conn).Handshake() }()
	client := tls.Client(under, &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, client.Handshake())
	require.NoError(t, <-shook)
	return newConnection(client, under), far
}

// A connection that has more than whole responses is not written to, whoever takes it up.
func TestAConnectionWithMoreThanResponsesIsSealed(t *testing.T) {
	const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	header := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", readBuffer)
	exact := header + strings.Repeat("x", readBuffer)
	exact = strings.Replace(exact, "OK", "OK"+strings.Repeat("!", readBuffer-len(header)), 1)
	for name, test := range map[string]struct {
		comes, read, later string
		sealed             bool
	}{
		"nothing":         {"", "", "", false},
		"a response":      {response, response, "", false},
		"surplus":         {response + "x", response, "", true},
		"half a response": {response[:17], response[:17], "", true},
		"no end":          {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "", true},
		"a full buffer":   {exact, exact, "", false},
		"two responses":   {exact + response, exact, "", true},
		"surplus later":   {response, response, "x", true},
		"the end":         {response, response, "EOF", true},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, TLS %t", name, secure), func(t *testing.T) {
				if tryRead == nil {
					t.Skip("SKIPPED: on this system a connection carries one request")
				}
				conn, far := connected(t, secure)
				if test.comes != "" {
					conn.begin()
					go io.WriteString(far, test.comes)
					read := make([]byte, len(test.read))
					_, err := io.ReadFull(conn, read)
					require.NoError(t, err)
					assert.Equal(t, test.read, string(read))
				}
				if test.later == "EOF" {
					far.Close()
				} else if test.later != "" {
					io.WriteString(far, test.later)
				}
				if test.later != "" {
					require.Eventually(t, conn.responses.under.takesInput, time.Second, time.Millisecond)
				}
				conn.begin()
				assert.Equal(t, test.sealed, conn.sealed.Load())
			})
		}
	}
}

// As on Windows.
func TestWhereTheSystemDoesNotTellAConnectionCarriesOneRequest(t *testing.T) {
	tells := tryRead
	tryRead = nil
	defer func() { tryRead = tells }()
	for _, secure := range []bool{false, true} {
		var connections atomic.Int64
		_, client := record(t, secure, func(r *recorder, conn net.Conn) {
			connections.Add(1)
			createEach(r, conn)
		})
		for range 3 {
			_, err := client.CreateContact(t.Context(), 1000, wile())
			require.NoError(t, err)
		}
		assert.EqualValues(t, 3, connections.Load(), "TLS %t", secure)
	}
}

// Bytes that come while somebody takes up a connection, and net/http already reads it: they are the response to a
// request that has begun, or the connection is sealed and nobody sees them.
func TestABeginningMeetsBytesThatComeUnasked(t *testing.T) {
	const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for _, secure := range []bool{false, true} {
		sealed := 0
		for range 300 {
			conn, far := connected(t, secure)
			conn.begin()
			io.WriteString(far, response)
			_, err := io.ReadFull(conn, make([]byte, len(response)))
			require.NoError(t, err)
			seen := make(chan int)
			go func() {
				n, _ := conn.Read(make([]byte, 100))
				seen <- n
			}()
			go io.WriteString(far, response)
			runtime.Gosched()
			conn.begin()
			if conn.sealed.Load() {
				sealed++
				assert.Zero(t, <-seen)
			} else {
				assert.Positive(t, <-seen)
			}
		}
		t.Logf("TLS %t: %d of 300 were sealed", secure, sealed)
	}
}
