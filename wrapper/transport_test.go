package wrapper

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What net/http then does with it is in the slow vectors, by the clock.
func TestAnIdleConnectionIsKeptForThirtySeconds(t *testing.T) {
	assert.Equal(t, 30*time.Second, newTransport(nil, nil).http.IdleConnTimeout)
}

// Whatever a connection does, it does not do it for longer than it may.
func TestTheTimeoutEndsEverything(t *testing.T) {
	respondSlowly := func(parts ...string) func(net.Conn) {
		return func(conn net.Conn) {
			conn.Read(make([]byte, 1)) // the request has begun
			go io.Copy(io.Discard, conn)
			for _, part := range parts {
				io.WriteString(conn, part)
				time.Sleep(2 * time.Second)
			}
			time.Sleep(time.Hour)
		}
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
	for name, serve := range map[string]func(net.Conn){
		"nothing is read":        func(net.Conn) { time.Sleep(time.Hour) },
		"the body is not read":   func(conn net.Conn) { http.ReadRequest(bufio.NewReader(conn)); time.Sleep(time.Hour) },
		"nothing comes":          respondSlowly(),
		"half a header comes":    respondSlowly("HTTP/1.1 200 OK\r\n"),
		"half a body comes":      respondSlowly(head + "x"),
		"a byte comes at a time": respondSlowly(append([]string{head}, strings.Split(strings.Repeat("x", 100), "")...)...),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := connect(t, nil, WithRetries(0), WithTimeout(50*time.Second))
				n.client.own.dialer = func(context.Context, string, string) (net.Conn, error) {
					near, far := net.Pipe()
					go serve(far)
					return near, nil
				}
				input := wile()
				input.ProfileImageFile = FileFromBytes(bytes.Repeat([]byte("x"), 10*128<<10))
				begin := time.Now()
				_, err := n.client.CreateContact(t.Context(), 1000, input)
				assert.Equal(t, OutcomeInDoubt, OutcomeOf(err), "%v", err)
				assert.Equal(t, time.Minute, time.Since(begin))
				time.Sleep(2 * time.Hour) // until the server has ended
			})
		})
	}
}

// A file goes to the kernel as it is: neither net/http nor a connection of ours stands between.
func TestAFileIsGivenToTheKernel(t *testing.T) {
	_, client := record(t, false, createEach)
	path := filepath.Join(t.TempDir(), "image")
	require.NoError(t, os.WriteFile(path, []byte("a file"), 0o600))
	input := wile()
	input.ProfileImageFile = FileFromPath(path)
	dial := client.own.dialer
	var kernel *kernelConn
	client.own.dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		kernel = &kernelConn{Conn: conn}
		return kernel, err
	}
	_, err := client.CreateContact(t.Context(), 1000, input)
	require.NoError(t, err)
	require.NotEmpty(t, kernel.files)
	assert.IsType(t, &os.File{}, kernel.files[0])
}

// A kernelConn notes what it is asked to copy.
type kernelConn struct {
	net.Conn
	files []io.Reader
}

func (k *kernelConn) ReadFrom(r io.Reader) (int64, error) {
	if limited, is := r.(*io.LimitedReader); is {
		if _, isFile := limited.R.(*os.File); isFile {
			k.files = append(k.files, limited.R)
		}
	}
	return io.Copy(struct{ io.Writer }{k.Conn}, r)
}

// What an upload announces is what it sends, or it ends before the closing boundary.
func TestAFileThatShrinksIsNotTakenForWhole(t *testing.T) {
	for _, secure := range []bool{false, true} {
		var got bytes.Buffer
		server, client := record(t, secure, func(_ *recorder, conn net.Conn) { io.Copy(&got, conn) })
		input := wile()
		opened := 0
		input.ProfileImageFile = FileFromOpener(func() (io.ReadCloser, error) {
			if opened++; opened > 1 {
				return io.NopCloser(strings.NewReader(strings.Repeat("x", 99_999))), nil
			}
			return io.NopCloser(strings.NewReader(strings.Repeat("x", 100_000))), nil
		}, 100_000)
		_, err := client.CreateContact(t.Context(), 1000, input)
		assert.Equal(t, OutcomeInDoubt, OutcomeOf(err))
		assert.ErrorIs(t, err, errShrunk)
		server.end(client)
		assert.True(t, strings.HasSuffix(got.String(), "x"), "nothing follows the file")
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		n := connect(t, nil, WithRetries(0))
		n.client.own.dialer = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() {
				far.Read(make([]byte, 1))
				far.Close()
			}()
			return near, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for range 100 {
			_, err := n.client.CreateContact(ctx, 1000, wile())
			require.Equal(t, OutcomeInDoubt, OutcomeOf(err))
		}
	})
}
