package wrapper

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// newTransport is http.DefaultTransport, but for connections that count what is written, HTTP/1.1 alone
// (so that a connection carries one request at a time), and as many idle connections as there are callers.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &countedConn{Conn: conn}, nil
		},
		Protocols:              &http1,
		MaxIdleConnsPerHost:    1024,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// A countedConn counts the calls that write, and can be sealed against any more of them.
type countedConn struct {
	net.Conn
	writes atomic.Int64
	sealed atomic.Bool
}

var errSealed = errors.New("the request was given up before it was written")

// A write counts before it looks at the seal, and seal looks at the count after it has sealed. So a write
// that seal did not count writes nothing.
func (c *countedConn) mayWrite() bool {
	c.writes.Add(1)
	return !c.sealed.Load()
}

func (c *countedConn) Write(b []byte) (int, error) {
	if !c.mayWrite() {
		return 0, errSealed
	}
	return c.Conn.Write(b)
}

// ReadFrom lets the kernel copy a file: net/http hands a body over in a LimitedReader, which would hide
// the file in it.
func (c *countedConn) ReadFrom(r io.Reader) (int64, error) {
	if !c.mayWrite() {
		return 0, errSealed
	}
	if limited, is := r.(*io.LimitedReader); is {
		if body, is := limited.R.(*upload); is {
			n, err := body.WriteTo(c.Conn)
			limited.N -= n
			return n, err
		}
	}
	return io.Copy(c.Conn, r)
}

// A watch sees which connection a request is given, and how often it had been written to before.
type watch struct {
	trace  httptrace.ClientTrace
	asked  bool // for a connection: by a protocol of the caller's own, none is
	given  bool
	conn   *countedConn // nil: not one of ours
	before int64
}

// watchWrites watches the request that is sent with the context it returns. own says that newTransport's
// transport sends it.
func watchWrites(ctx context.Context, own bool) (*watch, context.Context) {
	w := &watch{asked: own}
	if !own {
		w.trace.GetConn = func(string) { w.asked = true }
	}
	w.trace.GotConn = w.gotConn
	return w, httptrace.WithClientTrace(ctx, &w.trace)
}

func (w *watch) gotConn(info httptrace.GotConnInfo) {
	conn := info.Conn
	if secure, is := conn.(interface{ NetConn() net.Conn }); is {
		conn = secure.NetConn()
	}
	w.given = true
	if w.conn, _ = conn.(*countedConn); w.conn != nil {
		w.before = w.conn.writes.Load()
	}
}

// nothingWritten tells, after the request has failed, whether it is proven that no byte of it was
// written, and makes sure that none will be. A transport tries another connection by itself only if
// nothing was written to the one before.
func (w *watch) nothingWritten() bool {
	switch {
	case w == nil: // not watched
		return false
	case w.conn == nil:
		return w.asked && !w.given
	}
	w.conn.sealed.Store(true)
	return w.conn.writes.Load() == w.before
}
