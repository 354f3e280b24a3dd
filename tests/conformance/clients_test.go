package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contractgen"
)

// languages are those of LANGS, or all.
func languages() []string {
	if list := os.Getenv("LANGS"); list != "" {
		return strings.Fields(list)
	}
	return contractgen.Languages()
}

// A client is the adapter of one, as a program.
type client struct {
	name    string
	command []string
}

// program is the adapter of a language in a folder where it was built.
func program(t *testing.T, language, folder string) client {
	t.Helper()
	if language != "go" {
		path, err := filepath.Abs(filepath.Join(folder, "tests", "adapter"))
		require.NoError(t, err)
		return client{language, []string{path}}
	}
	binary := filepath.Join(t.TempDir(), "adapter")
	run(t, folder, nil, "go", "build", "-o", binary, "./tests/conformance/adapter")
	return client{language, []string{binary}}
}

func run(t *testing.T, folder string, environment []string, command ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", strings.Join(command, " "), out)
}

// clients are those of this repository. Python has two.
func clients(t *testing.T) []client {
	var all []client
	for _, language := range languages() {
		folder := filepath.Join(root, "clients", language)
		if language == "go" {
			folder = root
		}
		all = append(all, program(t, language, folder))
		if language == "python" {
			path, err := filepath.Abs(filepath.Join(folder, "tests", "adapter-async"))
			require.NoError(t, err)
			all = append(all, client{"python (async)", []string{path}})
		}
	}
	return all
}
