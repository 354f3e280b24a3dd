package conformance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGenerate does in a copy of the repository what a maintainer does who adds a rule. Before that it
// generates all code from the contract as it is, which must change nothing.
//
// The copy is kept, so that what is built in it need not be built anew.
func TestGenerate(t *testing.T) {
	repository := copyRepository(t)
	run := func(name string, args ...string) {
		command := exec.Command(name, args...)
		command.Dir = repository
		command.Env = append(os.Environ(), "LANGS="+strings.Join(languages(), " "))
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}

	for path := range generated(t, repository) {
		require.NoError(t, os.Remove(filepath.Join(repository, path)))
	}
	run("make", "generate")
	require.Equal(t, generated(t, "../.."), generated(t, repository), "commit what `make generate` writes")

	contract := filepath.Join(repository, "openapi.yaml")
	before, title, found := strings.Cut(read(t, contract), "\n    Title:\n")
	require.True(t, found)
	changed := before + "\n    Title:\n" + strings.Replace(title, "maxLength: 255", "maxLength: 100", 1)
	require.NoError(t, os.WriteFile(contract, []byte(changed), 0o600))
	run("make", "generate")
	run("make", "build")

	longest, tooLong := base("ContactForm"), base("ContactForm")
	longest["Title"] = strings.Repeat("é", 100)
	tooLong["Title"] = strings.Repeat("é", 101)
	for _, language := range languages() {
		r := start(t, repository, language)
		require.NoError(t, r.play(&testCase{Group: "changed", Name: "longest", Contact: longest, Sent: &sent{}}), language)
		require.NoError(t, r.play(&testCase{Group: "changed", Name: "too-long", Contact: tooLong, Rejected: []violation{
			{Field: "Title", Rule: "too_long", Message: "Title must have at most 100 characters."},
		}}), language)
	}
}

// generated are the files that generators wrote, for the languages of this run, with their contents.
func generated(t *testing.T, repository string) map[string]string {
	files := map[string]string{}
	for _, path := range listFiles(t, repository) {
		for _, language := range languages() {
			folder := "clients/" + language + "/"
			if language == "go" && strings.HasSuffix(path, ".gen.go") ||
				strings.HasPrefix(path, folder) && (strings.Contains(path, "/gen/") || strings.Contains(path, "/generated/")) {
				files[path] = read(t, filepath.Join(repository, path))
			}
		}
	}
	return files
}

// copyRepository brings a copy of this repository's files up to date, and returns where it is.
func copyRepository(t *testing.T) string {
	to, err := filepath.Abs("../../.cache/copy")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(to, 0o700))
	exec.Command("git", "init", "-q", to).Run() // so that it has files of its own

	files := listFiles(t, "../..")
	present := map[string]bool{}
	for _, path := range files {
		present[path] = true
		from, copied := filepath.Join("../..", path), filepath.Join(to, path)
		content := []byte(read(t, from))
		if old, err := os.ReadFile(copied); err == nil && bytes.Equal(old, content) {
			continue
		}
		info, err := os.Stat(from)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(copied), 0o700))
		require.NoError(t, os.WriteFile(copied, content, info.Mode()))
	}
	for _, path := range listFiles(t, to) {
		if !present[path] {
			require.NoError(t, os.Remove(filepath.Join(to, path)))
		}
	}
	return to
}

// listFiles are the files of a repository that git does not ignore.
func listFiles(t *testing.T, repository string) []string {
	command := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	command.Dir = repository
	out, err := command.Output()
	require.NoError(t, err)
	var files []string
	for _, path := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join(repository, path)); err == nil { // not one that was deleted
			files = append(files, path)
		}
	}
	return files
}

func read(t *testing.T, path string) string {
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}
