//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pipe as image is refused, and not waited for.
func TestFIFO(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	for _, args := range [][]string{{"create"}, {"check", "create"}} {
		cmd := command(t, credentials(server.URL), with(wile, append(args, "--profile-image-file=fifo")...)...)
		require.NoError(t, syscall.Mkfifo(filepath.Join(cmd.Dir, "fifo"), 0o600))
		r := outcome(t, cmd)
		assert.Equal(t, 6, r.code)
		assert.Contains(t, r.stderr, "not a regular file")
	}
	assert.Empty(t, server.seen())
}

// What waits for input ends when it is interrupted, and nothing was sent.
func TestInterruptedInput(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	for name, args := range map[string][]string{
		"standard input":                {"create", "--json=-"},
		"standard input of a check":     {"check", "create", "--json=-"},
		"a FIFO that nobody writes to":  {"create", "--json=fifo"},
		"a FIFO of a check":             {"check", "create", "--json=fifo"},
		"a FIFO that holds the token":   with(wile, "create", "--auth-token-file=fifo"),
		"a FIFO of the sandbox's token": {"sandbox", "--addr=127.0.0.1:0", "--auth-token-file=fifo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := command(t, credentials(server.URL), args...)
			require.NoError(t, syscall.Mkfifo(filepath.Join(cmd.Dir, "fifo"), 0o600))
			terminal, err := cmd.StdinPipe() // that nobody types on
			require.NoError(t, err)
			defer terminal.Close()
			ended := make(chan struct{})
			defer close(ended)
			r := outcome(t, cmd, func() {
				time.Sleep(2 * time.Second)
				cmd.Process.Signal(syscall.SIGINT)
				select {
				case <-ended:
				case <-time.After(20 * time.Second):
					cmd.Process.Kill()
				}
			})
			assert.Equal(t, 5, r.code)
			assert.Equal(t, "contacts: interrupted: nothing was sent\n", r.stderr)
		})
	}
	t.Cleanup(func() { assert.Empty(t, server.seen()) })
}

// Content is saved in regular files only.
func TestContentIsNotSavedInADevice(t *testing.T) {
	server := serve(t, respond(200, "an image"))
	cmd := command(t, credentials(server.URL), "get-profile-image", "2750", "--save=fifo")
	require.NoError(t, syscall.Mkfifo(filepath.Join(cmd.Dir, "fifo"), 0o600))
	r := outcome(t, cmd)
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "the content cannot be saved: save fifo: it is there, and is no regular file")
	info, err := os.Stat(filepath.Join(cmd.Dir, "fifo"))
	require.NoError(t, err)
	assert.False(t, info.Mode().IsRegular(), "it is not replaced")
}
