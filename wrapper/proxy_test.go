package wrapper

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A farServer is a server under a name that is not loopback, which only the proxies of these tests can reach.
type farServer struct {
	*httptest.Server
	requests atomic.Int64
	roots    *x509.CertPool
}

const farURL = "https://example.com"

func newFarServer(t *testing.T) *farServer {
	f := &farServer{roots: x509.NewCertPool()}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		f.requests.Add(1)
		io.WriteString(w, createdBody)
	}))
	t.Cleanup(f.Close)
	f.roots.AddCert(f.Certificate())
	return f
}

// client makes one that knows the far server's certificate, and no way to it but a proxy.
func (f *farServer) client(t *testing.T, options ...Option) *Client {
	client, err := New("IRsandbox", "secret-token", append([]Option{
		WithBaseURL(farURL), WithRetries(0), WithTimeout(5 * time.Second), WithTLSConfig(&tls.Config{RootCAs: f.roots}),
	}, options...)...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	dial := client.own.dialer
	client.own.dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "example.com") {
			return nil, &net.OpError{Op: "dial", Err: errUnreachable}
		}
		return dial(ctx, network, address)
	}
	return client
}

// connectTo joins a connection to the far server.
func (f *farServer) connectTo(near net.Conn) {
	far, err := net.Dial("tcp", f.Listener.Addr().String())
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		io.Copy(far, near)
		far.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(near, far)
}

// tunnel serves CONNECT.
func (f *farServer) tunnel(t *testing.T, tunnels *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tunnels.Add(1)
		assert.Equal(t, http.MethodConnect, r.Method)
		assert.Equal(t, "example.com:443", r.Host)
		assert.Empty(t, r.Header.Get("Authorization"))
		near, _, err := w.(http.Hijacker).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer near.Close()
		io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		f.connectTo(near)
	})
}

// socks5 serves SOCKS version 5, and returns its address.
func (f *farServer) socks5(t *testing.T, tunnels *atomic.Int64, status byte) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				greeting := make([]byte, 2)
				io.ReadFull(conn, greeting)
				io.ReadFull(conn, make([]byte, greeting[1]))
				conn.Write([]byte{5, 0})
				request := make([]byte, 5) // its name's length last
				io.ReadFull(conn, request)
				io.ReadFull(conn, make([]byte, int(request[4])+2))
				tunnels.Add(1)
				conn.Write([]byte{5, status, 0, 1, 127, 0, 0, 1, 0, 0})
				if status == 0 {
					f.connectTo(conn)
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func TestThroughAProxy(t *testing.T) {
	far := newFarServer(t)
	var tunnels atomic.Int64
	plain, secure := httptest.NewServer(far.tunnel(t, &tunnels)), httptest.NewTLSServer(far.tunnel(t, &tunnels))
	defer plain.Close()
	defer secure.Close()
	far.roots.AddCert(secure.Certificate())
	socks := far.socks5(t, &tunnels, 0)
	for _, proxy := range []string{plain.URL, secure.URL, strings.TrimPrefix(plain.URL, "http://"), "socks5://" + socks, "socks5h://" + socks, plain.URL + "/"} {
		t.Run(proxy, func(t *testing.T) {
			tunnels.Store(0)
			t.Setenv("HTTPS_PROXY", proxy)
			client := far.client(t)
			for range 2 {
				_, err := client.CreateContact(t.Context(), 1000, wile())
				require.NoError(t, err)
			}
			assert.EqualValues(t, 2, tunnels.Load(), "what is read inside of a tunnel is not watched, so that each request has its own")

			t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
			if strings.Contains(proxy, "://") {
				given, err := url.Parse(proxy)
				require.NoError(t, err)
				_, err = far.client(t, WithProxy(given)).CreateContact(t.Context(), 1000, wile())
				assert.NoError(t, err, "an option goes before the environment")
			}
		})
	}
}

// Once there is a way to the server, a proxy is no excuse: what was written may have arrived.
func TestInDoubtThroughAProxy(t *testing.T) {
	far := newFarServer(t)
	far.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	var tunnels atomic.Int64
	plain, secure := httptest.NewServer(far.tunnel(t, &tunnels)), httptest.NewTLSServer(far.tunnel(t, &tunnels))
	defer plain.Close()
	defer secure.Close()
	far.roots.AddCert(secure.Certificate())
	for _, proxy := range []string{plain.URL, secure.URL, "socks5://" + far.socks5(t, &tunnels, 0)} {
		t.Setenv("HTTPS_PROXY", proxy)
		_, err := far.client(t).CreateContact(t.Context(), 1000, wile())
		assert.Equal(t, OutcomeInDoubt, OutcomeOf(err), "%v", err)
		assert.NotContains(t, err.Error(), "proxy")
	}
}

// What goes wrong with a proxy is not sent, and the error says that it was the proxy.
func TestAProxyThatFailsIsNotSent(t *testing.T) {
	far := newFarServer(t)
	respond := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "s3cret of the proxy", status) }
	}
	write := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(conn, text)
			conn.Close()
		}
	}
	silent := make(chan struct{})
	proxies := map[string]http.HandlerFunc{
		"401": respond(401), "403": respond(403), "407": respond(407), "500": respond(500), "502": respond(502), "a redirect": respond(302),
		"close":                   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no HTTP":                 write("s3cret of the proxy\r\n\r\n"),
		"half a header":           write("HTTP/1.1 200 OK\r\nX: s3cret"),
		"a close after its 200":   write("HTTP/1.1 200 OK\r\n\r\n"),
		"no TLS after its 200":    write("HTTP/1.1 200 OK\r\n\r\ns3cret of the proxy, of more than a record's head"),
		"nothing, until time out": func(http.ResponseWriter, *http.Request) { <-silent },
	}
	check := func(t *testing.T, proxy string) {
		before := far.requests.Load()
		t.Setenv("HTTPS_PROXY", proxy)
		_, err := far.client(t, WithTimeout(300*time.Millisecond)).CreateContact(t.Context(), 1000, wile())
		assert.Equal(t, OutcomeNotSent, OutcomeOf(err), "%v", err)
		assert.ErrorContains(t, err, "through the proxy 127.0.0.1:")
		assert.NotContains(t, err.Error(), "s3cret")
		assert.Equal(t, before, far.requests.Load())
	}
	for name, serve := range proxies {
		t.Run(name, func(t *testing.T) {
			proxy := httptest.NewServer(serve)
			if name == "nothing, until time out" {
				t.Cleanup(func() { close(silent); proxy.Close() })
			} else {
				t.Cleanup(proxy.Close)
			}
			check(t, strings.Replace(proxy.URL, "http://", "http://user:s3cret@", 1))
		})
	}
	t.Run("not there", func(t *testing.T) { check(t, "http://user:s3cret@127.0.0.1:1") })
	t.Run("not trusted", func(t *testing.T) {
		proxy := httptest.NewUnstartedServer(respond(500))
		proxy.TLS = &tls.Config{MinVersion: tls.VersionTLS13, MaxVersion: tls.VersionTLS12} // none
		proxy.StartTLS()
		t.Cleanup(proxy.Close)
		check(t, strings.Replace(proxy.URL, "https://", "https://user:s3cret@", 1))
	})
	t.Run("SOCKS that refuses", func(t *testing.T) { check(t, "socks5://user:s3cret@"+far.socks5(t, &atomic.Int64{}, 2)) })
	t.Run("SOCKS that is HTTP", func(t *testing.T) {
		proxy := httptest.NewServer(respond(400))
		t.Cleanup(proxy.Close)
		check(t, strings.Replace(proxy.URL, "http://", "socks5h://user:s3cret@", 1))
	})
}

func TestTheServersThatHaveNoProxy(t *testing.T) {
	for exceptions, through := range map[string]bool{
		"": true, "*": false, "example.com": false, "EXAMPLE.com": false, "example.com:443": false, "example.com:444": true, ".example.com": true,
		"*.example.com": true, "com": false, ".com": false, "*.com": false, "ample.com": true, " a.test , example.com ": false, "93.184.0.0/16": true,
	} {
		t.Setenv("HTTPS_PROXY", "proxy.test:3128")
		t.Setenv("NO_PROXY", exceptions)
		client, err := New("IRsandbox", "secret-token", WithBaseURL(farURL))
		require.NoError(t, err)
		assert.Equal(t, through, client.own.proxy != nil, "%q", exceptions)
	}
	for exceptions, through := range map[string]bool{
		"93.184.216.34": false, "93.184.0.0/16": false, "93.184.216.34:443": false, "93.184.216.34:8443": true, "10.0.0.0/8": true,
	} {
		t.Setenv("NO_PROXY", exceptions)
		client, err := New("IRsandbox", "secret-token", WithBaseURL("https://93.184.216.34"))
		require.NoError(t, err)
		assert.Equal(t, through, client.own.proxy != nil, "%q", exceptions)
	}
}

func TestALoopbackAddressHasNoProxy(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("ALL_PROXY", "http://127.0.0.1:1")
	for _, server := range []string{"https://localhost:8443", "https://127.0.0.1", "https://127.1.2.3", "https://[::1]:1", "http://localhost", "http://[::1]:8080"} {
		for _, option := range []Option{WithBaseURL(server), WithProxy(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})} {
			client, err := New("IRsandbox", "secret-token", WithBaseURL(server), option)
			require.NoError(t, err)
			assert.Nil(t, client.own.proxy, server)
		}
	}
}

func TestTheEnvironmentIsReadForEachClient(t *testing.T) {
	for _, test := range []struct{ upper, lower, all, proxy string }{
		{"", "", "", ""}, {"a.test", "", "", "http://a.test"}, {"", "b.test:1", "", "http://b.test:1"}, {"a.test", "b.test", "", "http://a.test"}, {"", "", "c.test", ""},
	} {
		t.Setenv("HTTPS_PROXY", test.upper)
		t.Setenv("https_proxy", test.lower)
		t.Setenv("ALL_PROXY", test.all)
		client, err := New("IRsandbox", "secret-token")
		require.NoError(t, err)
		found := ""
		if client.own.proxy != nil {
			found = client.own.proxy.String()
		}
		assert.Equal(t, test.proxy, found)
	}
}

func TestAProxyThatCannotBeReadIsAUsageError(t *testing.T) {
	for _, proxy := range []string{"http://[::1", "http://", "ftp://a.test", "http://user:s3cret@a.test:x", "a.test:99999", "socks4://a.test", "://s3cret", " ", "http://a b"} {
		for _, variable := range []string{"HTTPS_PROXY", "https_proxy"} {
			t.Run(fmt.Sprintf("%s=%s", variable, proxy), func(t *testing.T) {
				t.Setenv("HTTPS_PROXY", "")
				t.Setenv(variable, proxy)
				_, err := New("IRsandbox", "secret-token")
				var usage *UsageError
				require.ErrorAs(t, err, &usage)
				assert.Equal(t, variable, usage.Argument)
				assert.NotContains(t, err.Error(), "s3cret")
				_, err = New("IRsandbox", "secret-token", WithProxy(nil))
				assert.NoError(t, err, "it is not asked")
			})
		}
	}
	for _, proxy := range []*url.URL{{}, {Host: "a.test"}, {Scheme: "ftp", Host: "a.test"}, {Scheme: "http"}, {Scheme: "http", Host: "a.test:99999"}} {
		_, err := New("IRsandbox", "secret-token", WithProxy(proxy))
		var usage *UsageError
		require.ErrorAs(t, err, &usage, "%v", proxy)
		assert.Equal(t, "proxy", usage.Argument)
	}
}
