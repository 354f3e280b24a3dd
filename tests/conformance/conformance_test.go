package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// languages are those named in LANGS; without it Go alone, whose adapter needs no other toolchain.
func languages() []string {
	if named := strings.Fields(os.Getenv("LANGS")); len(named) > 0 {
		return named
	}
	return []string{"go"}
}

// program is the adapter of a language's client.
func program(t *testing.T, language string) string {
	if language != "go" {
		path, err := filepath.Abs("../../clients/" + language + "/tests/adapter")
		require.NoError(t, err)
		return path
	}
	path := filepath.Join(t.TempDir(), "adapter")
	out, err := exec.Command("go", "build", "-o", path, "./adapter").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

func TestVectors(t *testing.T) {
	cases, err := load("../vectors")
	require.NoError(t, err)
	for _, language := range languages() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			a, err := startAdapter(program(t, language))
			require.NoError(t, err)
			r, err := newRun(a, t.TempDir())
			require.NoError(t, err)
			for i := range cases {
				t.Run(cases[i].id(), func(t *testing.T) {
					require.NoError(t, r.play(&cases[i]))
				})
			}
			require.Empty(t, r.strays(), "requests that no case asked for")
			require.NoError(t, a.stop())
		})
	}
}
