package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// terminal opens a terminal: what is written to the one end is read from the other.
func terminal(t *testing.T) (inside, outside *os.File) {
	t.Helper()
	outside, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there are no terminals here")
	}
	t.Cleanup(func() { outside.Close() })
	var unlock, number int32
	for request, argument := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, outside.Fd(), request, uintptr(unsafe.Pointer(argument)))
		require.Zero(t, errno)
	}
	inside, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { inside.Close() })
	return inside, outside
}

func TestProgress(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	refusing := serve(t, respond(400, `{"Status":"ERROR","Message":"No."}`))
	for _, c := range []struct {
		name  string
		size  int
		to    *recorder
		shown bool
		code  int
	}{
		{"large", barFrom + 1, server, true, 0},
		{"large and refused", barFrom + 1, refusing, true, 3},
		{"not large", barFrom, server, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			inside, outside := terminal(t)
			cmd := command(t, credentials(c.to.URL), with(wile, "create", "--profile-image-file=wile.png")...)
			content := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", c.size-8)
			require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "wile.png"), []byte(content), 0o600))
			var stdout strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, inside
			require.NoError(t, cmd.Start())
			inside.Close()
			screen, _ := io.ReadAll(outside) // ends in an error when the process has ended
			cmd.Wait()
			assert.Equal(t, c.code, cmd.ProcessState.ExitCode(), string(screen))
			assert.Equal(t, c.shown, strings.Contains(string(screen), "uploading"), string(screen))
			if c.shown {
				assert.Contains(t, string(screen), "100%")
				_, after, _ := strings.Cut(string(screen), "\n")
				assert.NotContains(t, after, "uploading", "what is printed next stands below the bar")
				assert.Equal(t, c.code != 0, strings.HasPrefix(after, "contacts: "), "%q", screen)
			}

			seen := c.to.seen()
			assert.Contains(t, string(seen[len(seen)-1].body), content, "the file was sent as it is")
		})
	}

	t.Run("no terminal", func(t *testing.T) {
		cmd := command(t, credentials(server.URL), with(wile, "create", "--profile-image-file=wile.png")...)
		require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "wile.png"), make([]byte, barFrom+1), 0o600))
		r := outcome(t, cmd)
		assert.Equal(t, 0, r.code)
		assert.Empty(t, r.stderr)
	})
}
