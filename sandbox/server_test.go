package sandbox_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

func TestServerHasEveryTimeout(t *testing.T) {
	handler, err := sandbox.New(sandbox.Config{AccountSID: sid, AuthToken: token})
	require.NoError(t, err)
	server := handler.Server()
	assert.Same(t, handler, server.Handler)
	assert.Positive(t, server.ReadHeaderTimeout)
	assert.Greater(t, server.ReadTimeout, server.ReadHeaderTimeout)
	assert.Greater(t, server.WriteTimeout, server.ReadTimeout, "there is time to respond to a slow request")
	assert.Positive(t, server.IdleTimeout)
	assert.Positive(t, server.MaxHeaderBytes)
}

// listen serves a sandbox with short timeouts.
func listen(t *testing.T, config sandbox.Config, change func(*http.Server)) string {
	config.AccountSID, config.AuthToken = sid, token
	handler, err := sandbox.New(config)
	require.NoError(t, err)
	server := handler.Server()
	if change != nil {
		change(server)
	}
	return serveOn(t, server)
}

func serveOn(t *testing.T, server *http.Server) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

func dial(t *testing.T, address string) (net.Conn, *bufio.Reader) {
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { connection.Close() })
	require.NoError(t, connection.SetDeadline(time.Now().Add(20*time.Second)))
	return connection, bufio.NewReader(connection)
}

func head(length, more string) string {
	return "POST " + contacts + " HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic SVJzYW5kYm94OnNlY3JldA==\r\nContent-Type: " + formType +
		"\r\n" + length + "\r\n" + more + "\r\n"
}

func readResponse(t *testing.T, r *bufio.Reader) received {
	t.Helper()
	response, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return received{Response: response, Body: body}
}

func TestSlowBodyIsGivenUp(t *testing.T) {
	address := listen(t, sandbox.Config{}, func(s *http.Server) { s.ReadTimeout = 300 * time.Millisecond })
	connection, responses := dial(t, address)
	_, err := io.WriteString(connection, head("Content-Length: 100", "")+"FirstName=")
	require.NoError(t, err)
	r := readResponse(t, responses)
	assert.Equal(t, 408, r.StatusCode)
	assert.Contains(t, string(r.Body), "in time")
	_, err = responses.ReadByte()
	assert.ErrorIs(t, err, io.EOF, "the connection is closed")
}

func TestSlowHeaderIsGivenUp(t *testing.T) {
	address := listen(t, sandbox.Config{}, func(s *http.Server) { s.ReadHeaderTimeout = 300 * time.Millisecond })
	connection, responses := dial(t, address)
	_, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost:")
	require.NoError(t, err)
	_, err = io.ReadAll(responses)
	assert.NoError(t, err, "the connection is closed")
}

func TestBodyOverTheLimit(t *testing.T) {
	const limit = 1000
	address := listen(t, sandbox.Config{MaxBody: limit}, nil)
	body := func(n int) string {
		return valid + strings.Repeat("&", 20) + "&Title=" + strings.Repeat("x", n-len(valid)-27)
	}
	for _, c := range []struct {
		name, request string
		status        int
	}{
		{"a length at the limit", head(fmt.Sprint("Content-Length: ", limit), "") + body(limit), 400},
		{"a length over it, nothing sent yet", head(fmt.Sprint("Content-Length: ", limit+1), ""), 413},
		{"a length over it", head(fmt.Sprint("Content-Length: ", limit+1), "") + body(limit+1), 413},
		{"a length far over it", head("Content-Length: 9223372036854775807", "") + "x", 413},
		{"a length over it, asked first", head(fmt.Sprint("Content-Length: ", limit+1), "Expect: 100-continue\r\n"), 413},
		{"chunks at the limit", head("Transfer-Encoding: chunked", "") + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", limit, body(limit)), 400},
		{"chunks over it", head("Transfer-Encoding: chunked", "") + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", limit+1, body(limit+1)), 413},
		{"chunks over it, no end", head("Transfer-Encoding: chunked", "") + fmt.Sprintf("%x\r\n%s", limit*2, body(limit+1)), 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			connection, responses := dial(t, address)
			_, err := io.WriteString(connection, c.request)
			require.NoError(t, err)
			r := readResponse(t, responses)
			assert.Equal(t, c.status, r.StatusCode, "%s", r.Body)
			if c.status == 413 {
				assert.Contains(t, string(r.Body), `{"Status":"ERROR","Message":"The body is larger than 1000 bytes.`)
				assert.True(t, r.Close, "the response says that the connection is closed")
				_, err = responses.ReadByte()
				assert.ErrorIs(t, err, io.EOF, "and it is")
			} else {
				assert.Contains(t, string(r.Body), "Title must have at most")
			}
		})
	}
}

func TestUploadOverTheLimit(t *testing.T) {
	a := start(t, sandbox.Config{})
	image := png + strings.Repeat("x", sandbox.DefaultMaxBody)
	r := a.post(multipartType, parts(required(text("ProfileImageFile", "i"), file("i", "i", image))...))
	r.requireError(t, 413)

	a = start(t, sandbox.Config{MaxBody: 2 * sandbox.DefaultMaxBody})
	r = a.post(multipartType, parts(required(text("ProfileImageFile", "i"), file("i", "i", image))...))
	require.Equal(t, 200, r.StatusCode)
	assert.Equal(t, image, string(a.get(r.Envelope.Uri+"/ProfileImage").Body))
}

func TestExpectContinue(t *testing.T) {
	address := listen(t, sandbox.Config{}, nil)
	connection, responses := dial(t, address)
	_, err := io.WriteString(connection, head(fmt.Sprint("Content-Length: ", len(valid)), "Expect: 100-continue\r\n"))
	require.NoError(t, err)
	line, err := responses.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	_, err = responses.ReadString('\n')
	require.NoError(t, err)
	_, err = io.WriteString(connection, valid)
	require.NoError(t, err)
	assert.Equal(t, 200, readResponse(t, responses).StatusCode)

	// Without credentials nobody is asked for the body.
	connection, responses = dial(t, address)
	_, err = io.WriteString(connection, strings.Replace(head("Content-Length: 100", "Expect: 100-continue\r\n"), "Authorization", "X", 1))
	require.NoError(t, err)
	assert.Equal(t, 401, readResponse(t, responses).StatusCode)
}

func TestConnectionIsKeptAfterAnError(t *testing.T) {
	address := listen(t, sandbox.Config{}, nil)
	connection, responses := dial(t, address)
	for _, body := range []string{"FirstName=%", valid, "x=1", "\xff", strings.Repeat("&", 100), valid} {
		_, err := io.WriteString(connection, head(fmt.Sprint("Content-Length: ", len(body)), "")+body)
		require.NoError(t, err)
		readResponse(t, responses)
	}
}

func TestBodyThatEndsEarly(t *testing.T) {
	address := listen(t, sandbox.Config{}, nil)
	for _, request := range []string{
		head(fmt.Sprint("Content-Length: ", len(valid)+1), "") + valid,
		head("Transfer-Encoding: chunked", "") + fmt.Sprintf("%x\r\n%s", len(valid), valid),
		head("Transfer-Encoding: chunked", "") + fmt.Sprintf("%x\r\n%s\r\nzz\r\n", len(valid), valid),
	} {
		connection, responses := dial(t, address)
		_, err := io.WriteString(connection, request)
		require.NoError(t, err)
		require.NoError(t, connection.(*net.TCPConn).CloseWrite())
		assert.Equal(t, 400, readResponse(t, responses).StatusCode, "nothing is created of half a body")
	}
	connection, responses := dial(t, address)
	_, err := io.WriteString(connection, head(fmt.Sprint("Content-Length: ", len(valid)), "")+valid)
	require.NoError(t, err)
	assert.Contains(t, string(readResponse(t, responses).Body), "/2750")
}

// A sender that has nothing more to say still listens.
func TestHalfClosedConnectionGetsItsResponse(t *testing.T) {
	address := listen(t, sandbox.Config{}, nil)
	image := parts(required(text("ProfileImageFile", "i"), file("i", "i", png))...)
	for i := range 100 {
		connection, responses := dial(t, address)
		request := head(fmt.Sprint("Content-Length: ", len(valid)), "") + valid
		if i%2 == 0 {
			request = strings.Replace(head(fmt.Sprint("Content-Length: ", len(image)), ""), formType, multipartType, 1) + image
		}
		_, err := io.WriteString(connection, request)
		require.NoError(t, err)
		require.NoError(t, connection.(*net.TCPConn).CloseWrite())
		require.Equal(t, 200, readResponse(t, responses).StatusCode)
		connection.Close()
	}
}

// Whoever reads the length differently must find nothing after the request.
func TestTwoLengthsEndTheConnection(t *testing.T) {
	address := listen(t, sandbox.Config{}, nil)
	connection, responses := dial(t, address)
	body := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(valid), valid)
	_, err := io.WriteString(connection, head(fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked", len(body)), "")+body+"GET / HTTP/1.1\r\nHost: sandbox\r\n\r\n")
	require.NoError(t, err)
	r := readResponse(t, responses)
	assert.Equal(t, 200, r.StatusCode)
	assert.True(t, r.Close)
	_, err = responses.ReadByte()
	assert.Error(t, err, "no second response")
}

// However many large bodies come at once, what they hold is bounded; those that find no room are told when to come again.
func TestLargeBodiesAtOnceAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it takes a while")
	}
	image := parts(required(text("ProfileImageFile", "i"), file("i", "i", png+strings.Repeat("x", sandbox.DefaultMaxBody-2000)))...)
	long := strings.Repeat("&Title="+strings.Repeat("x", 60<<10), 160)
	for _, c := range []struct {
		name, contentType, body string
		status, count           int
	}{
		{"uploads", multipartType, image, 200, 80},
		{"forms", formType, valid + long, 400, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := start(t, sandbox.Config{Store: &forgetful{Store: sandbox.NewMemory()}})
			var before, now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			peak := make(chan uint64)
			ended := make(chan struct{})
			go func() {
				highest := uint64(0)
				for {
					select {
					case <-ended:
						peak <- highest
						return
					case <-time.After(5 * time.Millisecond):
						runtime.ReadMemStats(&now)
						highest = max(highest, now.HeapInuse)
					}
				}
			}()
			var group sync.WaitGroup
			for range c.count {
				group.Go(func() {
					r := a.post(c.contentType, c.body)
					assert.Contains(t, []int{c.status, 503}, r.StatusCode)
					assert.Equal(t, r.StatusCode == 503, r.Header.Get("Retry-After") != "")
				})
			}
			group.Wait()
			close(ended)
			held := (<-peak - before.HeapInuse) >> 20
			t.Log(held, "MiB")
			assert.Less(t, held, uint64(300), "MiB")
		})
	}
}

// forgetful is a store that keeps nothing.
type forgetful struct{ sandbox.Store }

func (*forgetful) Create(context.Context, sandbox.Record) (int64, error) { return 1, nil }
func (*forgetful) Accounts(context.Context) ([]sandbox.Account, <-chan struct{}, error) {
	return nil, nil, nil
}

// Images are held while they are sent, by as many requests as have room.
func TestImagesThatAreReadSlowlyAreBounded(t *testing.T) {
	address := listen(t, sandbox.Config{Store: imageStore{sandbox.NewMemory()}}, nil)
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 40 {
		connection, _ := dial(t, address)
		_, err := io.WriteString(connection, "GET "+contacts+"/2750/ProfileImage HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic SVJzYW5kYm94OnNlY3JldA==\r\n\r\n")
		require.NoError(t, err)
	}
	time.Sleep(time.Second)
	runtime.GC()
	runtime.ReadMemStats(&now)
	assert.Less(t, (now.HeapInuse-before.HeapInuse)>>20, uint64(100), "MiB")
}

// imageStore has one large image.
type imageStore struct{ sandbox.Store }

func (imageStore) Get(context.Context, string, int64, int64) (sandbox.Record, error) {
	return sandbox.Record{Contact: `{"ProfileImageFile":"i"}`}, nil
}

func (imageStore) Image(context.Context, string, int64, int64) ([]byte, error) {
	return append([]byte(png), make([]byte, sandbox.DefaultMaxBody)...), nil
}

// slowStore takes its time.
type slowStore struct {
	sandbox.Store
	begun chan struct{}
}

func (s slowStore) Create(ctx context.Context, record sandbox.Record) (int64, error) {
	close(s.begun)
	time.Sleep(200 * time.Millisecond)
	return s.Store.Create(ctx, record)
}

func TestShutdownFinishesWhatIsUnderWay(t *testing.T) {
	store := slowStore{sandbox.NewMemory(), make(chan struct{})}
	var server *http.Server
	address := listen(t, sandbox.Config{Store: store}, func(s *http.Server) { server = s })
	connection, responses := dial(t, address)
	_, err := io.WriteString(connection, head(fmt.Sprint("Content-Length: ", len(valid)), "")+valid)
	require.NoError(t, err)
	<-store.begun
	ended := make(chan error)
	go func() { ended <- server.Shutdown(context.Background()) }()
	assert.Equal(t, 200, readResponse(t, responses).StatusCode)
	assert.NoError(t, <-ended)
}
