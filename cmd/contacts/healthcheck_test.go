package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHealthcheck(t *testing.T) {
	ready, cmd, _ := startServed(t, "--shutdown-delay=1h")
	assert.Equal(t, result{0, "", ""}, outcome(t, command(t, nil, "sandbox", "healthcheck", "--base-url="+ready.URL)))
	assert.Equal(t, result{0, "", ""}, outcome(t, command(t, []string{"CONTACTS_BASE_URL=" + ready.URL + "/"}, "sandbox", "healthcheck")))

	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	var r result
	assert.Eventually(t, func() bool {
		r = outcome(t, command(t, nil, "sandbox", "healthcheck", "--base-url="+ready.URL))
		return r.code == 1
	}, 30*time.Second, time.Millisecond)
	assert.Contains(t, r.stderr, "contacts: the sandbox is not ready: 503 Service Unavailable {")

	require.NoError(t, cmd.Process.Kill())
	cmd.Wait()
	r = outcome(t, command(t, nil, "sandbox", "healthcheck", "--base-url="+ready.URL))
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "contacts: the sandbox does not respond: ")

	for _, wrong := range []string{"127.0.0.1:8080", "localhost", "http://"} {
		r = outcome(t, command(t, nil, "sandbox", "healthcheck", "--base-url="+wrong))
		assert.Equal(t, 6, r.code, wrong)
		assert.Contains(t, r.stderr, "--base-url must have the form http://127.0.0.1:8080, not")
	}
}
