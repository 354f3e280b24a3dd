// Package clients finds the clients of this repository for tests that hold all of them to the same.
package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contractgen"
)

// A Client is the adapter of one, as a program.
type Client struct {
	Name             string
	Command          []string
	ReadsEnvironment bool // for proxies and certificates
}

// readEnvironment are the languages whose clients do; tests/vectors/README.md, 30.
var readEnvironment = []string{"go", "python", "rust"}

// Languages are those of LANGS, or all.
func Languages() []string {
	if list := os.Getenv("LANGS"); list != "" {
		return strings.Fields(list)
	}
	return contractgen.Languages()
}

// In is the adapter of a language in a folder where it was built.
func In(t testing.TB, language, folder string) Client {
	t.Helper()
	path := absolute(t, folder, "tests", "adapter")
	if language == "go" {
		path = filepath.Join(t.TempDir(), "adapter")
		Run(t, folder, nil, "go", "build", "-o", path, "./tests/conformance/adapter")
	}
	return Client{language, []string{path}, slices.Contains(readEnvironment, language)}
}

// All are the clients of this repository, whose folder is root. Python has two.
func All(t testing.TB, root string) []Client {
	t.Helper()
	var all []Client
	for _, language := range Languages() {
		folder := filepath.Join(root, "clients", language)
		if language == "go" {
			folder = root
		}
		all = append(all, In(t, language, folder))
		if language == "python" {
			all = append(all, Client{"python (async)", []string{absolute(t, folder, "tests", "adapter-async")}, true})
		}
	}
	return all
}

func absolute(t testing.TB, path ...string) string {
	t.Helper()
	abs, err := filepath.Abs(filepath.Join(path...))
	require.NoError(t, err)
	return abs
}

// Run runs a command in a folder; it must end with 0.
func Run(t testing.TB, folder string, environment []string, command ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", strings.Join(command, " "), out)
}
