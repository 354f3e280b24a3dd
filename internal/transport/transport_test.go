package transport

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A network connects a transport to a server by pipes, in a synctest bubble, where time costs nothing.
type network struct {
	*Transport
	serve func(net.Conn)
	dials int
	open  atomic.Int64 // connections that the server has and the client has not closed
}

func connect(t *testing.T, serve func(net.Conn)) *network {
	n := &network{Transport: New(&url.URL{Scheme: "http", Host: "localhost"}, func(int64) time.Duration { return time.Minute }), serve: serve}
	n.Dial = func(context.Context, string, string) (net.Conn, error) {
		n.dials++
		near, far := net.Pipe()
		n.open.Add(1)
		go func() {
			defer n.open.Add(-1)
			defer far.Close()
			n.serve(far)
		}()
		return near, nil
	}
	t.Cleanup(n.CloseIdleConnections)
	return n
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// answering serves each request of a connection with an answer.
func answering(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		for {
			request, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				return
			}
			io.WriteString(conn, answer)
		}
	}
}

// A content is the body of a request, which knows whether it is open.
type content struct {
	io.Reader
	open *atomic.Int64
	shut bool
}

func (c *content) Close() error {
	if !c.shut {
		c.open.Add(-1)
	}
	c.shut = true
	return nil
}

// post makes a request whose bodies are counted while they are open.
func post(ctx context.Context, body string, open *atomic.Int64) *http.Request {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/", nil)
	if err != nil {
		panic(err)
	}
	request.ContentLength = int64(len(body))
	request.GetBody = func() (io.ReadCloser, error) {
		open.Add(1)
		return &content{Reader: strings.NewReader(body), open: open}, nil
	}
	request.Body, _ = request.GetBody()
	return request
}

// exchange sends a request and reads the answer.
func (n *network) exchange(ctx context.Context) (string, error) {
	var open atomic.Int64
	response, err := n.Do(post(ctx, "body", &open))
	if err != nil {
		return "", errors.Join(err, left(open.Load()))
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return string(answer), errors.Join(err, left(open.Load()))
}

func left(open int64) error {
	if open != 0 {
		return errors.New("a body was left open")
	}
	return nil
}

func unwritten(err error) bool {
	var is *UnwrittenError
	return errors.As(err, &is)
}

func TestAConnectionIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, answering(okAnswer))
		for range 3 {
			answer, err := n.exchange(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "ok", answer)
			time.Sleep(idleTime - time.Second)
		}
		assert.Equal(t, 1, n.dials)
	})
}

func TestAnIdleConnectionIsNotUsedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, answering(okAnswer))
		_, err := n.exchange(t.Context())
		require.NoError(t, err)
		time.Sleep(idleTime)
		_, err = n.exchange(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, n.dials)
		synctest.Wait()
		assert.EqualValues(t, 1, n.open.Load())
	})
}

func TestAnIdleConnectionClosesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, answering(okAnswer))
		_, err := n.exchange(t.Context())
		require.NoError(t, err)
		time.Sleep(closeTime + time.Second)
		synctest.Wait()
		assert.Zero(t, n.open.Load())
	})
}

func TestClosedConnectionsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, answering(okAnswer))
		var bodies []io.ReadCloser
		for range 5 {
			var open atomic.Int64
			response, err := n.Do(post(t.Context(), "", &open))
			require.NoError(t, err)
			bodies = append(bodies, response.Body)
		}
		for _, body := range bodies {
			io.ReadAll(body)
			body.Close()
			body.Close()
		}
		assert.Len(t, n.idle, 5)
		time.Sleep(idleTime - time.Second)
		n.exchange(t.Context()) // on one of the five
		time.Sleep(closeTime - idleTime + 2*time.Second)
		assert.Len(t, n.idle, 5, "four of them are closed")
		n.exchange(t.Context())
		assert.Len(t, n.idle, 1)
		assert.Equal(t, 5, n.dials)
	})
}

func TestAnAnswerThatIsNotReadToTheEndEndsItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, answering(okAnswer))
		for range 2 {
			var open atomic.Int64
			response, err := n.Do(post(t.Context(), "body", &open))
			require.NoError(t, err)
			response.Body.Close()
			synctest.Wait()
			assert.Zero(t, n.open.Load())
			assert.Empty(t, n.idle)
		}
	})
}

// Whatever a connection does, it does not do it for longer than it may.
func TestTheDeadlineEndsEverything(t *testing.T) {
	answerSlowly := func(answer ...string) func(net.Conn) {
		return func(conn net.Conn) {
			conn.Read(make([]byte, 1)) // the request has begun
			go io.Copy(io.Discard, conn)
			for _, part := range answer {
				io.WriteString(conn, part)
				time.Sleep(2 * time.Second)
			}
			time.Sleep(time.Hour)
		}
	}
	for name, serve := range map[string]func(net.Conn){
		"nothing is read":        func(net.Conn) { time.Sleep(time.Hour) },
		"the body is not read":   func(conn net.Conn) { http.ReadRequest(bufio.NewReader(conn)); time.Sleep(time.Hour) },
		"nothing is answered":    answerSlowly(),
		"half a header comes":    answerSlowly("HTTP/1.1 200 OK\r\n"),
		"half a body comes":      answerSlowly(okAnswer[:len(okAnswer)-1]),
		"a byte comes at a time": answerSlowly(append([]string{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"}, strings.Split(strings.Repeat("x", 100), "")...)...),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := connect(t, serve)
				begin := time.Now()
				var open atomic.Int64
				response, err := n.Do(post(t.Context(), strings.Repeat("x", 1<<20), &open))
				if err == nil {
					_, err = io.ReadAll(response.Body)
					response.Body.Close()
				}
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.Equal(t, time.Minute, time.Since(begin))
				assert.Equal(t, name == "nothing is read", unwritten(err), "%v", err)
				assert.Empty(t, n.idle)
				assert.Zero(t, open.Load())
				time.Sleep(2 * time.Hour) // until the server has ended
			})
		})
	}
}

// Time that is over does not come back on another connection.
func TestTheDeadlineCostsOneConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, func(conn net.Conn) {
			if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.Copy(io.Discard, request.Body)
			}
			io.WriteString(conn, okAnswer)
			time.Sleep(time.Hour) // and reads nothing more
		})
		var open atomic.Int64
		var bodies []io.ReadCloser
		for range 3 {
			response, err := n.Do(post(t.Context(), "body", &open))
			require.NoError(t, err)
			bodies = append(bodies, response.Body)
		}
		for _, body := range bodies {
			io.ReadAll(body)
			body.Close()
		}
		n.timeout = func(int64) time.Duration { return 10 * time.Second }
		_, err := n.exchange(t.Context())
		assert.True(t, unwritten(err), "%v", err)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Len(t, n.idle, 2)
		n.CloseIdleConnections()
		time.Sleep(2 * time.Hour) // until the server has ended
	})
}

func TestADialHasTheSameDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, nil)
		n.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		begin := time.Now()
		_, err := n.exchange(t.Context())
		assert.True(t, unwritten(err), "%v", err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(begin))
	})
}

// A failing is a connection that cannot be written to while it fails.
type failing struct {
	net.Conn
	after int // so many bytes
	fails *bool
}

func (f failing) Write(b []byte) (int, error) {
	if *f.fails {
		n, _ := f.Conn.Write(b[:min(f.after, len(b))])
		return n, errors.New("broken")
	}
	return f.Conn.Write(b)
}

func TestARequestThatFails(t *testing.T) {
	for name, test := range map[string]struct {
		kept      bool // the connection fails when it is used again
		after     int
		unwritten bool
		dials     int
		err       bool
	}{
		"a new connection":                       {false, 0, true, 1, true},
		"a new connection, after a byte":         {false, 1, false, 1, true},
		"a connection that was kept":             {true, 0, false, 2, false},
		"a connection that was kept, and a byte": {true, 1, false, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := connect(t, answering(okAnswer))
				dial, fails := n.Dial, !test.kept
				n.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := dial(ctx, network, address)
					if n.dials > 1 {
						return conn, err
					}
					return failing{conn, test.after, &fails}, err
				}
				if test.kept {
					_, err := n.exchange(t.Context())
					require.NoError(t, err)
					fails = true
				}
				answer, err := n.exchange(t.Context())
				assert.Equal(t, test.err, err != nil, "%v", err)
				assert.Equal(t, test.unwritten, unwritten(err), "%v", err)
				assert.Equal(t, !test.err, answer == "ok")
				assert.Equal(t, test.dials, n.dials)
				assert.NotContains(t, errText(err), "left open")
			})
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestABodyThatCannotBeOpenedAgain(t *testing.T) {
	gone := errors.New("the file is gone")
	for name, test := range map[string]struct {
		getBody func() (io.ReadCloser, error)
		says    string
	}{
		"it fails":        {func() (io.ReadCloser, error) { return nil, gone }, gone.Error()},
		"nobody says how": {nil, "broken"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := connect(t, answering(okAnswer))
				dial, fails := n.Dial, false
				n.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := dial(ctx, network, address)
					return failing{conn, 0, &fails}, err
				}
				_, err := n.exchange(t.Context())
				require.NoError(t, err)
				fails = true
				var open atomic.Int64
				request := post(t.Context(), "body", &open)
				request.GetBody = test.getBody
				_, err = n.Do(request)
				assert.True(t, unwritten(err))
				assert.ErrorContains(t, err, test.says)
				assert.Zero(t, open.Load())
			})
		})
	}
}

// A registry is a context that counts who waits for its end.
type registry struct {
	context.Context
	waiting atomic.Int64
}

func (r *registry) AfterFunc(func()) (stop func() bool) {
	r.waiting.Add(1)
	var stopped atomic.Bool
	return func() bool {
		if stopped.CompareAndSwap(false, true) {
			r.waiting.Add(-1)
			return true
		}
		return false
	}
}

// A caller's context may live for long; what has ended must not stay with it.
func TestNothingStaysWithTheContext(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"answered": answering(okAnswer),
		"dropped":  func(conn net.Conn) { conn.Read(make([]byte, 1)) },
		"refused":  nil,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := connect(t, serve)
				if serve == nil {
					n.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("unreachable") }
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				caller := &registry{Context: noCanceller{ctx}}
				_, err := n.exchange(caller)
				assert.Equal(t, name != "answered", err != nil)
				synctest.Wait()
				assert.Zero(t, caller.waiting.Load())
			})
		})
	}
}

// noCanceller keeps package context from finding the context within.
type noCanceller struct{ context.Context }

func (noCanceller) Value(any) any { return nil }

func TestTheCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := connect(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := n.exchange(ctx)
		assert.False(t, unwritten(err))
		assert.ErrorIs(t, err, context.Canceled)

		_, err = n.exchange(ctx)
		assert.True(t, unwritten(err))
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 1, n.dials)
		synctest.Wait()
		assert.Zero(t, n.open.Load())
	})
}

func TestTheCallerGivesUpWithTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 50 { // net/http may take the request up or not
			n := connect(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
			ctx, cancel := context.WithCancel(t.Context())
			dial := n.Dial
			n.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				defer cancel()
				return dial(ctx, network, address)
			}
			_, err := n.exchange(ctx)
			require.ErrorIs(t, err, context.Canceled)
			synctest.Wait()
			require.Zero(t, n.open.Load())
		}
	})
}

// To close a TLS connection is to write to it: that is not of the request.
func TestTheCallerGivesUpWithTheHandshake(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	at, err := url.Parse(server.URL)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	unsent := 0
	for range 50 { // net/http may take the request up or not
		transport := New(at, func(int64) time.Duration { return time.Minute })
		transport.HTTP.TLSClientConfig = &tls.Config{RootCAs: roots}
		ctx, cancel := context.WithCancel(t.Context())
		var open atomic.Int64
		_, err := transport.Do(post(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			TLSHandshakeDone: func(tls.ConnectionState, error) { cancel() },
		}), "body", &open))
		require.ErrorIs(t, err, context.Canceled)
		if unwritten(err) {
			unsent++
		}
	}
	assert.Positive(t, unsent)
}

// A file goes to the kernel as it is: neither net/http nor a connection of ours stands between.
func TestAFileIsGivenToTheKernel(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			defer conn.Close()
			answering(okAnswer)(conn)
		}
	}()
	transport := New(&url.URL{Scheme: "http", Host: listener.Addr().String()}, func(int64) time.Duration { return time.Minute })
	defer transport.CloseIdleConnections()
	body := &selfWriter{Reader: bytes.NewReader([]byte("a file"))}
	request, err := http.NewRequest(http.MethodPost, "http://localhost/", body)
	require.NoError(t, err)
	request.ContentLength = 6
	response, err := transport.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	assert.IsType(t, &net.TCPConn{}, body.to)
}

type selfWriter struct {
	*bytes.Reader
	to io.Writer
}

func (s *selfWriter) Close() error { return nil }

func (s *selfWriter) WriteTo(w io.Writer) (int64, error) {
	if s.to == nil { // what is left at the end is discarded
		s.to = w
	}
	return s.Reader.WriteTo(w)
}

// proxied makes a transport to a TLS server through a proxy.
func proxied(t *testing.T, proxy http.Handler) *Transport {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	t.Cleanup(server.Close)
	between := httptest.NewServer(proxy)
	t.Cleanup(between.Close)
	at, err := url.Parse(server.URL)
	require.NoError(t, err)
	transport := New(at, func(int64) time.Duration { return time.Minute })
	transport.HTTP.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(between.URL) }
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	transport.HTTP.TLSClientConfig = &tls.Config{RootCAs: roots}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestThroughAProxy(t *testing.T) {
	tunnels := 0
	transport := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tunnels++
		assert.Equal(t, http.MethodConnect, r.Method)
		far, err := net.Dial("tcp", r.Host)
		if !assert.NoError(t, err) {
			return
		}
		defer far.Close()
		near, _, err := w.(http.Hijacker).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer near.Close()
		io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go io.Copy(far, near)
		io.Copy(near, far)
	}))
	for range 2 {
		var open atomic.Int64
		response, err := transport.Do(post(t.Context(), "body", &open))
		require.NoError(t, err)
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Equal(t, "ok", string(answer))
		response.Body.Close()
	}
	assert.Equal(t, 1, tunnels)
}

func TestAProxyThatRefuses(t *testing.T) {
	transport := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	var open atomic.Int64
	_, err := transport.Do(post(t.Context(), "body", &open))
	assert.True(t, unwritten(err), "%v", err)
	assert.ErrorContains(t, err, "Proxy Authentication Required")
	assert.Zero(t, open.Load())
}
