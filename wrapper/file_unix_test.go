//go:build unix

package wrapper_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/wrapper"
)

// os.Open would wait for a writer.
func TestAFIFOIsRefusedAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	for _, path := range []string{path, "/dev/null", "/dev/zero"} {
		violations := wrapper.UpdateContactInput{ProfileImageFile: wrapper.FileFromPath(path)}.Validate()
		require.Len(t, violations, 1, path)
		assert.Equal(t, wrapper.RuleNeedsFile, violations[0].Rule)
	}
}
