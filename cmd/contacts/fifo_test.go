//go:build unix

package main

import (
	"path/filepath"
	"syscall"
	"testing"

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
