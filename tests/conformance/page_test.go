package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/tests/conformance/clients"
)

var (
	pageFiles    = regexp.MustCompile("(?ms)^`([a-z/]+\\.[a-z]+)`,[^`]*?(?:`[a-z]+`[^`]*?)?\n\n```[a-z]+\n(.*?)^```$")
	pageCommands = regexp.MustCompile("(?ms)^```sh\n(.*?)^```\n```text\n(.*?)^```$")
)

// docs/conformance.md is followed to the letter: its files are written, its commands run, and they print
// what it says.
func TestThePageDoesWhatItSays(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "conformance.md"))
	require.NoError(t, err)
	folder := t.TempDir()
	files := pageFiles.FindAllStringSubmatch(string(page), -1)
	require.Len(t, files, 4)
	for _, file := range files {
		path := filepath.Join(folder, file[1])
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(file[2]), 0o600))
		if file[1] == "adapter.go" {
			require.LessOrEqual(t, strings.Count(file[2], "\n"), 35, "the adapter has about 30 lines")
		}
	}
	clients.Run(t, root, nil, "go", "build", "-o", filepath.Join(folder, "conformance"), "./cmd/conformance")

	commands := pageCommands.FindAllStringSubmatch(string(page), -1)
	require.Len(t, commands, 2)
	for _, block := range commands {
		shell := exec.CommandContext(t.Context(), "sh", "-c", block[1])
		shell.Dir = folder
		shell.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"), "GOFLAGS=")
		out, err := shell.CombinedOutput()
		require.Equal(t, block[2], string(out))
		require.Equal(t, strings.Contains(block[2], "FAILED"), err != nil, "a failure has an exit code")
	}
}
