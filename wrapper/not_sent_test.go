package wrapper

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A ledger is a server's end of a connection that counts what it was sent.
type ledger struct {
	net.Conn
	bytes atomic.Int64
}

func (l *ledger) Write(b []byte) (int, error) {
	l.bytes.Add(int64(len(b)))
	return len(b), nil
}

func (l *ledger) ReadFrom(r io.Reader) (int64, error) {
	n, err := io.Copy(io.Discard, r)
	l.bytes.Add(n)
	return n, err
}

// If the seal finds no write, then none comes after it, whatever happens at the same time.
func TestSealIsFinal(t *testing.T) {
	found := map[bool]int{}
	for n := 0; n < 5_000 || len(found) < 2 && n < 1_000_000; n++ {
		under := &ledger{}
		conn := &connection{Conn: under}
		seen := watch{asked: true, conn: conn}
		start := make(chan struct{})
		var writers sync.WaitGroup
		for i := range 3 {
			writers.Go(func() {
				<-start
				if i == 0 {
					conn.ReadFrom(strings.NewReader("POST"))
				} else {
					conn.Write([]byte("POST"))
				}
			})
		}
		var nothing bool
		writers.Go(func() {
			<-start
			nothing = seen.nothingWritten()
		})
		close(start)
		writers.Wait()
		found[nothing]++
		if nothing {
			require.Zero(t, under.bytes.Load(), "written after it was said that nothing was")
		}
		_, err := conn.Write([]byte("POST"))
		require.ErrorIs(t, err, errSealed)
		_, err = conn.ReadFrom(strings.NewReader("POST"))
		require.ErrorIs(t, err, errSealed)
	}
	assert.Len(t, found, 2, "both ends of the race were seen")
}

func TestWritesBeforeTheRequestDoNotCount(t *testing.T) {
	conn := &connection{Conn: &ledger{}}
	conn.Write([]byte("the request before"))
	w := watch{asked: true}
	w.gotConn(httptrace.GotConnInfo{Conn: conn, Reused: true})
	assert.True(t, w.nothingWritten())

	conn = &connection{Conn: &ledger{}}
	w = watch{asked: true}
	w.gotConn(httptrace.GotConnInfo{Conn: tls.Client(conn, nil)})
	conn.Write([]byte("P"))
	assert.False(t, w.nothingWritten())
}

// A request may be given several connections, one after the other.
func TestAWriteToAnyConnectionCounts(t *testing.T) {
	first, second := &connection{Conn: &ledger{}}, &connection{Conn: &ledger{}}
	w := watch{asked: true}
	w.gotConn(httptrace.GotConnInfo{Conn: first})
	first.Write([]byte("P"))
	w.gotConn(httptrace.GotConnInfo{Conn: second})
	assert.False(t, w.nothingWritten())
	_, err := first.Write([]byte("P"))
	assert.ErrorIs(t, err, errSealed)
}

func TestAConnectionThatIsNotOursProvesNothing(t *testing.T) {
	w := watch{asked: true}
	assert.True(t, w.nothingWritten(), "no connection, no write")
	w.gotConn(httptrace.GotConnInfo{Conn: &ledger{}})
	assert.False(t, w.nothingWritten())
}

// A recorder is a server that answers every create, and knows how many bytes of requests have reached it;
// under TLS, of what was in it.
type recorder struct {
	net.Listener
	url   string
	bytes atomic.Int64
	all   sync.WaitGroup
	serve func(*recorder, net.Conn)
}

func record(t *testing.T, secure bool, serve func(*recorder, net.Conn)) (*recorder, *Client) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &recorder{Listener: listener, url: "http://" + listener.Addr().String(), serve: serve}
	var roots *x509.CertPool
	if secure {
		r.url = "https://" + listener.Addr().String()
		lender := httptest.NewTLSServer(nil) // of its certificate
		lender.Close()
		r.Listener = tls.NewListener(listener, &tls.Config{Certificates: lender.TLS.Certificates})
		roots = x509.NewCertPool()
		roots.AddCert(lender.Certificate())
	}
	r.all.Go(func() {
		for {
			conn, err := r.Accept()
			if err != nil {
				return
			}
			r.all.Go(func() {
				defer conn.Close()
				r.serve(r, conn)
			})
		}
	})
	client, err := New("IRsandbox", "secret-token", WithBaseURL(r.url), WithRetries(0), WithTLSConfig(&tls.Config{RootCAs: roots}))
	require.NoError(t, err)
	t.Cleanup(func() { r.end(client) })
	return r, client
}

// end returns when no byte more can come.
func (r *recorder) end(client *Client) {
	r.Close()
	client.Close()
	r.all.Wait()
}

func (r *recorder) Write(b []byte) (int, error) {
	r.bytes.Add(int64(len(b)))
	return len(b), nil
}

func createEach(r *recorder, conn net.Conn) {
	reader := bufio.NewReader(io.TeeReader(conn, r))
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return
		}
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody)
	}
}

// A request is given up at each stage of its life. What is said of it must be true: not_sent only if not
// a byte of it reached the server, then or later.
func TestNotSentIsTrue(t *testing.T) {
	whatever := []Outcome{OutcomeNotSent, OutcomeInDoubt, OutcomeCreated} // the server knows
	for name, stage := range map[string]struct {
		hook     func(cancel func()) *httptrace.ClientTrace
		outcomes []Outcome
	}{
		"before the connection": {func(cancel func()) *httptrace.ClientTrace {
			return &httptrace.ClientTrace{GetConn: func(string) { cancel() }}
		}, whatever},
		"with the connection": {func(cancel func()) *httptrace.ClientTrace {
			return &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { cancel() }}
		}, whatever},
		"with a header": {func(cancel func()) *httptrace.ClientTrace {
			return &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { cancel() }}
		}, whatever},
		"with the headers": {func(cancel func()) *httptrace.ClientTrace {
			return &httptrace.ClientTrace{WroteHeaders: cancel}
		}, whatever},
		"after the request": {func(cancel func()) *httptrace.ClientTrace {
			return &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { cancel() }}
		}, whatever}, // it has been written to a buffer
		"never": {func(cancel func()) *httptrace.ClientTrace {
			return &httptrace.ClientTrace{}
		}, []Outcome{OutcomeCreated}},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, TLS %t", name, secure), func(t *testing.T) {
				found := map[Outcome]int{}
				for range 25 {
					server, client := record(t, secure, createEach)
					ctx, cancel := context.WithCancel(t.Context())
					_, err := client.CreateContact(httptrace.WithClientTrace(ctx, stage.hook(cancel)), 1000, wile())
					cancel()
					outcome := outcomeOf(err)
					found[outcome]++
					require.Contains(t, stage.outcomes, outcome, "%v", err)
					server.end(client)
					if outcome == OutcomeNotSent {
						require.Zero(t, server.bytes.Load())
					}
				}
				t.Log(found)
			})
		}
	}
}

func TestWhatIsKnownWithoutAnAnswer(t *testing.T) {
	readOne := func(r *recorder, conn net.Conn) { io.ReadFull(io.TeeReader(conn, r), make([]byte, 1)) }
	for name, test := range map[string]struct {
		secure  bool
		serve   func(*recorder, net.Conn)
		outcome Outcome
	}{
		"dropped at the first byte":           {false, readOne, OutcomeInDoubt},
		"dropped at the first byte under TLS": {true, readOne, OutcomeInDoubt},
		"dropped before the handshake":        {true, func(*recorder, net.Conn) {}, OutcomeNotSent},
		"no handshake": {true, func(_ *recorder, conn net.Conn) {
			io.WriteString(conn.(*tls.Conn).NetConn(), "HTTP/1.1 400 this is not TLS\r\n\r\n")
		}, OutcomeNotSent},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := record(t, test.secure, test.serve)
			_, err := client.CreateContact(t.Context(), 1000, wile())
			assert.Equal(t, test.outcome, outcomeOf(err), "%v", err)
			server.end(client)
			assert.Equal(t, test.outcome == OutcomeNotSent, server.bytes.Load() == 0)
		})
	}
}

func TestHandshakeThatIsNeverAnswered(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, client := record(t, true, func(_ *recorder, conn net.Conn) {
		raw := conn.(*tls.Conn).NetConn()
		raw.Read(make([]byte, 1)) // the client has begun
		cancel()
		io.Copy(io.Discard, raw)
	})
	_, err := client.CreateContact(ctx, 1000, wile())
	assert.Equal(t, OutcomeNotSent, outcomeOf(err), "%v", err)
	assert.ErrorIs(t, err, context.Canceled)
	server.end(client)
}

func TestConnectionsAreKept(t *testing.T) {
	for _, secure := range []bool{false, true} {
		var connections atomic.Int64
		_, client := record(t, secure, func(r *recorder, conn net.Conn) {
			connections.Add(1)
			createEach(r, conn)
		})
		for range 5 {
			_, err := client.CreateContact(t.Context(), 1000, wile())
			require.NoError(t, err)
		}
		assert.EqualValues(t, 1, connections.Load())
	}
}

// A closing tells when the client closes a connection.
type closing struct {
	net.Conn
	closed chan<- struct{}
}

func (c closing) Close() error {
	err := c.Conn.Close()
	select {
	case c.closed <- struct{}{}:
	default:
	}
	return err
}

// The same as TestIdleConnectionThatTheServerCloses, with a real server and under TLS.
func TestIdleConnectionThatTheServerClosesUnderTLS(t *testing.T) {
	var requests atomic.Int64
	_, client := record(t, true, func(_ *recorder, conn net.Conn) {
		if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			requests.Add(1)
			io.Copy(io.Discard, request.Body)
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdBody), createdBody)
		}
	})
	closed := make(chan struct{}, 1)
	dial := client.own.dialer
	client.own.dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return closing{conn, closed}, err
	}
	for range 3 {
		_, err := client.CreateContact(t.Context(), 1000, wile())
		require.NoError(t, err)
		<-closed // the client has seen that the server closed it
	}
	assert.EqualValues(t, 3, requests.Load())
}

// Many callers share a client.
func TestManyCallers(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		requests.Add(1)
		io.WriteString(w, createdBody)
	}))
	defer server.Close()
	client, err := New("IRsandbox", "secret-token", WithBaseURL(server.URL))
	require.NoError(t, err)
	defer client.Close()
	image := FileFromReaderAt(strings.NewReader("GIF89a"), 6)
	var callers sync.WaitGroup
	for i := range 16 {
		callers.Go(func() {
			for range 20 {
				input := wile()
				if i%2 == 0 {
					input.ProfileImageFile = image
				}
				_, err := client.CreateContact(t.Context(), 1000, input)
				assert.NoError(t, err)
			}
		})
	}
	callers.Wait()
	assert.EqualValues(t, 320, requests.Load())
}
