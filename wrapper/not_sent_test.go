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
	client, err := New("IRsandbox", "secret-token", WithBaseURL(r.url), WithRetries(0))
	require.NoError(t, err)
	ownTransport(client).HTTP.TLSClientConfig = &tls.Config{RootCAs: roots}
	t.Cleanup(func() { r.end(client) })
	return r, client
}

// end returns when no byte more can come.
func (r *recorder) end(client *Client) {
	r.Close()
	ownTransport(client).CloseIdleConnections()
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
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdAnswer), createdAnswer)
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
			return &httptrace.ClientTrace{ConnectStart: func(_, _ string) { cancel() }}
		}, whatever},
		"with the connection": {func(cancel func()) *httptrace.ClientTrace {
			return &httptrace.ClientTrace{ConnectDone: func(_, _ string, _ error) { cancel() }}
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
					outcome := OutcomeOf(err)
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
			assert.Equal(t, test.outcome, OutcomeOf(err), "%v", err)
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
	assert.Equal(t, OutcomeNotSent, OutcomeOf(err), "%v", err)
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
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(createdAnswer), createdAnswer)
		}
	})
	closed := make(chan struct{}, 1)
	transport := ownTransport(client)
	dial := transport.Dial
	transport.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
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
		io.WriteString(w, createdAnswer)
	}))
	defer server.Close()
	client, err := New("IRsandbox", "secret-token", WithBaseURL(server.URL))
	require.NoError(t, err)
	defer ownTransport(client).CloseIdleConnections()
	image := ImageFromReaderAt(strings.NewReader("GIF89a"), 6)
	var callers sync.WaitGroup
	for i := range 16 {
		callers.Go(func() {
			for range 20 {
				contact := wile()
				if i%2 == 0 {
					contact.ProfileImageFile = image
				}
				_, err := client.CreateContact(t.Context(), 1000, contact)
				assert.NoError(t, err)
			}
		})
	}
	callers.Wait()
	assert.EqualValues(t, 320, requests.Load())
}
