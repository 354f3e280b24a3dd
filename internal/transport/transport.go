// Package transport sends requests to one server. Of those that fail it knows whether anything of them was
// written: an *UnwrittenError says that nothing was.
package transport

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"
)

// An UnwrittenError says that not one byte of a request was written, and that none will be.
type UnwrittenError struct{ Err error }

func (e *UnwrittenError) Error() string { return e.Err.Error() }
func (e *UnwrittenError) Unwrap() error { return e.Err }

// A Timeout is how long a request of so many bytes may take, to the end of the answer.
type Timeout func(length int64) time.Duration

// A Transport keeps connections to one server. A connection carries one request at a time, in HTTP/1.1, so
// that what is written to it is known to be of that request.
//
// The pool of an http.Transport tells which connection that is by hooks in the context of each request only.
// These, a timer for each request and one for each idle connection cost a busy client a tenth of its
// requests. Here a connection has one deadline for whatever it does.
type Transport struct {
	// HTTP speaks the protocol; of its pool no use is made.
	HTTP *http.Transport
	// Dial makes a connection to the server, or to its proxy.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	scheme, address string
	timeout         Timeout

	mu   sync.Mutex
	idle []*connection // the one that was used last is the last
}

// New makes a transport to the server at a URL, of which nothing counts but scheme, host and port.
func New(server *url.URL, timeout Timeout) *Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	t := &Transport{Dial: dialer.DialContext, scheme: server.Scheme, address: net.JoinHostPort(server.Hostname(), server.Port()), timeout: timeout}
	var http1 http.Protocols
	http1.SetHTTP1(true)
	t.HTTP = &http.Transport{
		// Not of the request that NewClientConn makes up: it has no port, which NO_PROXY may name.
		Proxy:                  func(*http.Request) (*url.URL, error) { return http.ProxyFromEnvironment(&http.Request{URL: server}) },
		DialContext:            t.dial,
		Protocols:              &http1,
		TLSHandshakeTimeout:    10 * time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return t
}

// Do sends a request and returns when the header of the answer has come. The body of the answer must be
// closed; that of the request must bear to be closed twice. The error is an *UnwrittenError if nothing was
// written. A request that finds its connection closed by the server, as happens to idle ones, is sent over
// another if nothing was written.
func (t *Transport) Do(request *http.Request) (*http.Response, error) {
	deadline := time.Now().Add(t.timeout(request.ContentLength))
	cancel := func() {}
	if request.Context().Done() != nil {
		// A ClientConn leaves a request that has failed registered with its context.
		var ctx context.Context
		ctx, cancel = context.WithCancel(request.Context())
		request = request.WithContext(ctx)
	}
	response, err := t.send(request, deadline, cancel)
	if err != nil {
		cancel()
		if request.Body != nil {
			request.Body.Close() // a connection that is closed does not always do so
		}
	}
	return response, err
}

func (t *Transport) send(request *http.Request, deadline time.Time, done func()) (*http.Response, error) {
	for {
		c, reused, err := t.connect(request.Context(), deadline)
		if err != nil {
			return nil, &UnwrittenError{err}
		}
		before := c.written.Load()
		c.SetReadDeadline(deadline) // ends a write, too: a connection that cannot be read is closed
		response, err := c.client.RoundTrip(request)
		if err == nil {
			response.Body = &body{response.Body, func() { t.keep(c); done() }}
			return response, nil
		}
		// By now whoever wrote to the connection has ended. It is open if the request was given up before.
		written := c.written.Load() != before
		c.client.Close() // which writes, too, under TLS
		expired := !time.Now().Before(deadline)
		if expired {
			err = fmt.Errorf("%w (%w)", os.ErrDeadlineExceeded, err) // which does not say so if it met a write
		}
		if written {
			return nil, err
		}
		if expired || !reused || request.Body != nil && request.GetBody == nil {
			return nil, &UnwrittenError{err}
		}
		if request.Body != nil {
			request.Body.Close()
			if request.Body, err = request.GetBody(); err != nil {
				return nil, &UnwrittenError{err}
			}
		}
	}
}

// A body is that of an answer. When it is closed, its connection is free.
type body struct {
	io.ReadCloser
	done func()
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	if b.done != nil {
		b.done()
		b.done = nil
	}
	return err
}

// connect finds an idle connection, or makes one.
func (t *Transport) connect(ctx context.Context, deadline time.Time) (c *connection, reused bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if c := t.reuse(); c != nil {
		return c, true, nil
	}
	c = &connection{}
	ctx, cancel := context.WithDeadline(context.WithValue(ctx, connectionKey{}, c), deadline)
	defer cancel()
	c.client, err = t.HTTP.NewClientConn(ctx, t.scheme, t.address)
	return c, false, err
}

// connectionKey is the key, in the context of a dial, of the connection that is to be.
type connectionKey struct{}

func (t *Transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := t.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := ctx.Value(connectionKey{}).(*connection)
	c.Conn = conn
	return c, nil
}

// An idle connection is used for so long, which is less than servers keep it. Later it closes by itself, so
// late that it does not do so when it is just taken up.
const (
	idleTime  = 30 * time.Second
	closeTime = idleTime + 5*time.Second
)

// reuse takes the connection that was used last, if it can still be used.
func (t *Transport) reuse() *connection {
	now := time.Now().Round(0) // the clock on the wall goes on while a machine sleeps
	for c := t.pop(); c != nil; c = t.pop() {
		if c.client.Err() == nil && now.Sub(c.idleSince) < idleTime {
			return c
		}
		c.client.Close()
	}
	return nil
}

func (t *Transport) pop() *connection {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := len(t.idle) - 1
	if last < 0 {
		return nil
	}
	c := t.idle[last]
	t.idle = slices.Delete(t.idle, last, last+1)
	return c
}

// keep makes a connection idle, unless it is closed: by the server, or because its answer was not read to
// the end.
func (t *Transport) keep(c *connection) {
	if c.client.Available() == 0 {
		return
	}
	now := time.Now()
	c.SetReadDeadline(now.Add(closeTime))
	c.idleSince = now.Round(0)
	t.mu.Lock()
	defer t.mu.Unlock()
	closed := 0
	for closed < len(t.idle) && t.idle[closed].client.Err() != nil {
		closed++
	}
	t.idle = append(slices.Delete(t.idle, 0, closed), c)
}

// CloseIdleConnections closes the connections that are not in use.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.idle {
		c.client.Close()
	}
	t.idle = nil
}
