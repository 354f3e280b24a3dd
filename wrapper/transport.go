package wrapper

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

// A requestSender sends requests, as an *http.Client does.
type requestSender interface {
	Do(*http.Request) (*http.Response, error)
}

// A transport is an http.Transport whose connections count what is written and watch what is read. It speaks
// HTTP/1.1 alone, so that a connection carries one request at a time.
type transport struct {
	http   *http.Transport
	proxy  *url.URL // nil: none
	dialer func(ctx context.Context, network, address string) (net.Conn, error)
}

const idleTimeout = 30 * time.Second

func newTransport(proxy *url.URL, config *tls.Config) *transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	t := &transport{proxy: proxy, dialer: dialer.DialContext}
	if config == nil {
		config = &tls.Config{}
	}
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}
	guardTLS(config)
	var http1 http.Protocols
	http1.SetHTTP1(true)
	t.http = &http.Transport{
		Proxy:       http.ProxyURL(proxy),
		DialContext: t.dial,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return t.dialTLS(ctx, network, address, config)
		},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
			if response.StatusCode != http.StatusOK {
				return &localError{fmt.Sprintf("it says %d %s", response.StatusCode, http.StatusText(response.StatusCode)), nil}
			}
			return nil
		},
		TLSClientConfig: config,
		Protocols:       &http1,
		// What is read inside of a proxy's tunnel is not watched.
		DisableKeepAlives:      proxy != nil,
		MaxIdleConnsPerHost:    1024,
		IdleConnTimeout:        idleTimeout,
		TLSHandshakeTimeout:    10 * time.Second,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return t
}

// dial connects to a server without TLS, or to a proxy.
func (t *transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := t.dialer(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return newConnection(conn, t.watched(newSocket(conn, false))), nil
}

// watched is the socket of a connection that carries more than one request: through a proxy none does.
func (t *transport) watched(under *socket) *socket {
	if t.proxy != nil {
		return nil
	}
	return under
}

// dialTLS connects to a server, or to a proxy that itself speaks TLS. The connection counts and watches what is
// inside of TLS.
func (t *transport) dialTLS(ctx context.Context, network, address string, config *tls.Config) (_ net.Conn, err error) {
	conn, err := t.dialer(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if config.ServerName == "" || t.proxy != nil {
		config = config.Clone()
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	under := newSocket(conn, true)
	secure := tls.Client(under, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, &localError{"no TLS", err}
	}
	return newConnection(secure, t.watched(under)), nil
}

// guardTLS makes errors of panics in the caller's functions: net/http calls them in goroutines of its own.
func guardTLS(config *tls.Config) {
	if verify := config.VerifyConnection; verify != nil {
		config.VerifyConnection = func(state tls.ConnectionState) (err error) {
			defer catch(&err)
			return verify(state)
		}
	}
	if verify := config.VerifyPeerCertificate; verify != nil {
		config.VerifyPeerCertificate = func(raw [][]byte, chains [][]*x509.Certificate) (err error) {
			defer catch(&err)
			return verify(raw, chains)
		}
	}
	if get := config.GetClientCertificate; get != nil {
		config.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (_ *tls.Certificate, err error) {
			defer catch(&err)
			return get(asked)
		}
	}
}

// Do sends a request and returns when the header of the response has come.
func (t *transport) Do(request *http.Request) (*http.Response, error) {
	return t.http.RoundTrip(request)
}

// custom is a client of somebody else, but for redirects, which are not followed. It is traced if its transport
// tells which connections a request is given.
func custom(client *http.Client) (copied *http.Client, traced bool) {
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	_, traced = c.Transport.(*http.Transport)
	return &c, traced
}

// A watch sees which connections a request is given, and whether it is written to one of them.
type watch struct {
	trace   httptrace.ClientTrace
	asked   bool        // for a connection: by a protocol that is registered with a custom transport, none is
	conn    *connection // the last; nil: none of ours
	before  int64       // how often it had been written to
	unknown bool        // there was one that is not ours
	wrote   bool        // to one before the last
}

// watchWrites watches the request that is sent with the context it returns. Without a trace it sees nothing.
func (c *Client) watchWrites(ctx context.Context) (*watch, context.Context) {
	if c.own == nil && !c.traced {
		return nil, ctx
	}
	w := &watch{asked: c.own != nil}
	if !w.asked {
		w.trace.GetConn = func(string) { w.asked = true }
	}
	w.trace.GotConn = w.gotConn
	return w, httptrace.WithClientTrace(ctx, &w.trace)
}

func (w *watch) gotConn(info httptrace.GotConnInfo) {
	w.wrote = w.wrote || w.conn != nil && !w.nothingWritten()
	conn := info.Conn
	if secure, is := conn.(interface{ NetConn() net.Conn }); is {
		conn = secure.NetConn()
	}
	var ours bool
	if w.conn, ours = conn.(*connection); !ours {
		w.unknown = true
		return
	}
	w.before = w.conn.writes.Load()
	w.conn.begin()
}

// nothingWritten tells, after the request has failed, whether it is proven that no byte of it was written, and
// makes sure that none will be.
func (w *watch) nothingWritten() bool {
	if w == nil || w.unknown || !w.asked {
		return false
	}
	if w.conn == nil {
		return true
	}
	w.conn.sealed.Store(true)
	return !w.wrote && w.conn.writes.Load() == w.before
}
