package main

import (
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fetch returns a status and a body; 0 where nobody listens.
func fetch(t *testing.T, url string) (status int, body string) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}

func TestMetricsOfTheSandbox(t *testing.T) {
	ready, _, _ := startServed(t, "--metrics-addr=127.0.0.1:0")
	status, _ := fetch(t, ready.URL+"/nothing")
	assert.Equal(t, 404, status)
	assert.EventuallyWithT(t, func(t2 *assert.CollectT) {
		_, text := fetch(t, ready.Metrics)
		assert.Contains(t2, text, `contacts_sandbox_requests_total{method="GET",operation="",status="404"} 1`)
		assert.Contains(t2, text, "contacts_sandbox_streams 0\n")
	}, 10*time.Second, 10*time.Millisecond)
	status, _ = fetch(t, ready.URL+"/metrics")
	assert.Equal(t, 404, status, "they have an address of their own")
}

func TestSandboxIsNotReadyWhileItShutsDown(t *testing.T) {
	ready, cmd, _ := startServed(t, "--shutdown-delay=1h", "--metrics-addr=127.0.0.1:0")
	status, _ := fetch(t, ready.URL+"/readyz")
	assert.Equal(t, 200, status)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	assert.EventuallyWithT(t, func(t2 *assert.CollectT) {
		status, body := fetch(t, ready.URL+"/readyz")
		assert.Equal(t2, 503, status)
		assert.Contains(t2, body, `{"Status":"ERROR","Message":"The sandbox is shutting down.`)
	}, 10*time.Second, 10*time.Millisecond)
	status, _ = fetch(t, ready.URL+"/healthz")
	assert.Equal(t, 200, status)
	status, _ = fetch(t, ready.URL+"/nothing")
	assert.Equal(t, 404, status, "it still serves")
	status, _ = fetch(t, ready.Metrics)
	assert.Equal(t, 200, status)
}
