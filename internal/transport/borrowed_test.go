package transport

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
