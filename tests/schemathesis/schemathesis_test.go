// Package schemathesis runs Schemathesis, which makes requests from openapi.yaml, on the sandbox.
package schemathesis

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
	"example.com/contacts/wrapper"
)

var all = flag.Bool("all", false, "2,000 examples of each operation, which takes long")

// Whatever is sent, the sandbox responds as the contract says: no server error, no status and no shape that it does not have.
func TestSchemathesis(t *testing.T) {
	if languages := os.Getenv("LANGS"); languages != "" && !slices.Contains(strings.Fields(languages), "python") {
		t.Skip("SKIPPED: LANGS leaves python out, in which Schemathesis is written")
	}
	// The same every day; other examples whenever there is time for many.
	examples, seed := 50, "1"
	if *all {
		examples, seed = 2000, strconv.FormatInt(time.Now().Unix(), 10)
	}
	program := install(t)
	api, err := sandbox.New(sandbox.Config{AccountSID: "IRsandbox", AuthToken: "secret-of-schemathesis"})
	require.NoError(t, err)
	counts := statuses{counts: map[string]map[int]int{}}
	server := httptest.NewServer(counts.count(api))
	defer server.Close()
	createContacts(t, server.URL)

	cmd := exec.CommandContext(t.Context(), program, "--config-file", "schemathesis.toml", "--no-color", "run", "../../openapi.yaml",
		"--url", server.URL, "--checks", "all", "--continue-on-failure", "--max-examples", strconv.Itoa(examples), "--seed", seed)
	cmd.Env = append(os.Environ(), "PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1", "CONTACTS_ACCOUNT=IRsandbox", "CONTACTS_TOKEN=secret-of-schemathesis",
		"HYPOTHESIS_STORAGE_DIRECTORY="+filepath.Join(filepath.Dir(filepath.Dir(program)), "hypothesis"))
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	assert.NoError(t, err)

	for _, operation := range wrapper.Operations {
		of := counts.of(operation.Method, operation.Path)
		t.Log(operation.ID, of)
		assert.Greater(t, of[http.StatusOK]+of[http.StatusFound], examples/25, "%s is carried out", operation.ID)
	}
}

// createContacts creates those that hooks.py asks for.
func createContacts(t *testing.T, url string) {
	client, err := wrapper.New("IRsandbox", "secret-of-schemathesis", wrapper.WithBaseURL(url))
	require.NoError(t, err)
	defer client.Close()
	for i := range 20 {
		_, err := client.CreateContact(t.Context(), 1000, wrapper.CreateContactInput{
			FirstName: fmt.Sprint("Wile ", i), LastName: "Coyote", EmailAddress: "wile.coyote@example.com", Accounts: []string{"10000"},
			ProfileImageFile: wrapper.FileFromBytes([]byte("GIF89a")),
		})
		require.NoError(t, err)
	}
}

// statuses counts responses by operation and status.
type statuses struct {
	mu     sync.Mutex
	counts map[string]map[int]int
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// count counts the responses of a handler.
func (s *statuses) count(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &statusWriter{ResponseWriter: w}
		handler.ServeHTTP(counted, r)
		key := r.Method + " " + strconv.Itoa(strings.Count(r.URL.EscapedPath(), "/"))
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.counts[key] == nil {
			s.counts[key] = map[int]int{}
		}
		s.counts[key][counted.status]++
	})
}

// of are the counts of an operation, which its method and the number of its segments tell.
func (s *statuses) of(method, path string) map[int]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[method+" "+strconv.Itoa(strings.Count(path, "/"))]
}

// install installs Schemathesis, unless requirements.txt was installed before.
func install(t *testing.T) (program string) {
	folder, err := filepath.Abs("../../.cache/schemathesis")
	require.NoError(t, err)
	requirements, err := os.ReadFile("requirements.txt")
	require.NoError(t, err)
	ready := filepath.Join(folder, "ready")
	if before, err := os.ReadFile(ready); err != nil || !bytes.Equal(before, requirements) {
		for _, command := range [][]string{
			{"python3", "-m", "venv", "--clear", folder},
			{filepath.Join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt"},
		} {
			out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
			require.NoError(t, err, "%s\n%s", strings.Join(command, " "), out)
		}
		require.NoError(t, os.WriteFile(ready, requirements, 0o600))
	}
	return filepath.Join(folder, "bin", "st")
}
