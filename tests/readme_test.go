package tests

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// readmeBlocks are the code blocks of the README in a language, by the line before each.
func readmeBlocks(t *testing.T, language string) (blocks []string) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, found := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, found[1])
	}
	return blocks
}

func TestCommandsOfTheReadme(t *testing.T) {
	blocks := readmeBlocks(t, "sh")
	require.Len(t, blocks, 3, "the create, make test, and the sandbox")

	t.Run("create", func(t *testing.T) {
		cache, err := exec.Command("go", "env", "GOCACHE").Output()
		require.NoError(t, err)
		command := exec.Command("sh", "-ec", blocks[0])
		command.Dir = ".."
		// The contacts of whoever runs the tests are not touched.
		command.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir(), "GOCACHE="+strings.TrimSpace(string(cache)))
		out, err := command.CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Contains(t, string(out), "2750")
	})
	assert.Equal(t, "make test\n", blocks[1], "this is what runs these tests")
	t.Run("sandbox", func(t *testing.T) {
		// A free port, as another program may use that of the README.
		words := strings.Fields(blocks[2] + " --addr 127.0.0.1:0")
		program := filepath.Join(t.TempDir(), "contacts")
		build := exec.Command("go", "build", "-o", program, words[2])
		build.Dir = ".."
		out, err := build.CombinedOutput()
		require.NoError(t, err, string(out))
		server := exec.Command(program, words[3:]...)
		printed, err := server.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, server.Start())
		defer server.Wait()
		defer server.Process.Kill()
		first, err := bufio.NewReader(printed).ReadString('\n')
		require.NoError(t, err)
		address := regexp.MustCompile(`http://\S+`).FindString(first)
		response, err := http.Get(address)
		require.NoError(t, err)
		defer response.Body.Close()
		page, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, response.StatusCode)
		assert.Contains(t, string(page), "<title>Contacts sandbox</title>")
	})
}

// The Go of the README is run as it stands, but for the server, which is a sandbox.
func TestGoOfTheReadme(t *testing.T) {
	blocks := readmeBlocks(t, "go")
	require.Len(t, blocks, 1)
	const constructor = "wrapper.New(account, token)"
	require.Contains(t, blocks[0], constructor)
	box, err := sandbox.New(sandbox.Config{AccountSID: "IRreadme", AuthToken: "a-token-of-the-readme"})
	require.NoError(t, err)
	server := httptest.NewServer(box)
	defer server.Close()

	program := `package main

import (
	"context"
	"fmt"
	"log"

	"example.com/contacts/wrapper"
)

func run(ctx context.Context, account, token, baseURL string) error {
` + strings.Replace(blocks[0], constructor, "wrapper.New(account, token, wrapper.WithBaseURL(baseURL))", 1) + `
	return nil
}

func main() {
	if err := run(context.Background(), "IRreadme", "a-token-of-the-readme", "` + server.URL + `"); err != nil {
		log.Fatal(err)
	}
}
`
	// An overlay gives it a place in this module without a file in it.
	place, err := filepath.Abs("readmeprogram/main.go")
	require.NoError(t, err)
	source, overlay := filepath.Join(t.TempDir(), "main.go"), filepath.Join(t.TempDir(), "overlay.json")
	require.NoError(t, os.WriteFile(source, []byte(program), 0o600))
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{place: source}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(overlay, replace, 0o600))
	out, err := exec.Command("go", "run", "-overlay", overlay, "./readmeprogram").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, "2750\n", string(out))
}

// Each `make …` that a page tells a reader to type is a target.
func TestMakeTargetsOfThePages(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	pages, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	named := 0
	for _, page := range append(pages, "../README.md", "../CONTRIBUTING.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile("(?m)(?:`|^)make ([a-z-]+)").FindAllStringSubmatch(string(text), -1) {
			named++
			assert.Regexp(t, "(?m)^"+found[1]+":", string(makefile), "%s names make %s", page, found[1])
		}
	}
	assert.Greater(t, named, 5)
}
