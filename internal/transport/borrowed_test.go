package transport

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestWhatIsKnownOfABorrowedConnection(t *testing.T) {
	dropping, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer dropping.Close()
	go func() {
		for {
			conn, err := dropping.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed.Close()
	protocol := &http.Transport{}
	protocol.RegisterProtocol("http", roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no") }))
	for name, test := range map[string]struct {
		through   http.RoundTripper
		to        net.Addr
		unwritten bool
	}{
		"no connection":                    {&http.Transport{}, closed.Addr(), true},
		"a connection":                     {&http.Transport{}, dropping.Addr(), false},
		"a protocol that somebody made":    {protocol, closed.Addr(), false},
		"a RoundTripper that nobody knows": {roundTripper((&http.Transport{}).RoundTrip), closed.Addr(), false},
	} {
		t.Run(name, func(t *testing.T) {
			borrowed := Borrow(&http.Client{Transport: test.through}, func(int64) time.Duration { return time.Minute })
			request, err := http.NewRequest(http.MethodPost, "http://"+test.to.String(), nil)
			require.NoError(t, err)
			_, err = borrowed.Do(request)
			require.Error(t, err)
			assert.Equal(t, test.unwritten, unwritten(err), "%v", err)
		})
	}
}

func TestABorrowedClientIsGivenATimeout(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-release
	}))
	defer server.Close()
	defer close(release)
	lengths := []int64{}
	borrowed := Borrow(&http.Client{}, func(length int64) time.Duration {
		lengths = append(lengths, length)
		return time.Second
	})
	request, err := http.NewRequest(http.MethodPost, server.URL, nil)
	require.NoError(t, err)
	response, err := borrowed.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	var timeout net.Error
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())
	assert.Equal(t, []int64{0}, lengths)
}
