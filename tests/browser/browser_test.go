// Package browser tests the sandbox's page in Chromium: the tests are *.test.js, for node --test, and start the command as a
// user does. They write a screenshot of each view to .cache/screenshots of the repository.
package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPage(t *testing.T) {
	if languages, isSet := os.LookupEnv("LANGS"); isSet && !slices.Contains(strings.Fields(languages), "typescript") {
		t.Skip("SKIPPED: the page is tested with Node.js, which LANGS leaves out")
	}
	if _, err := os.Stat("node_modules/ready"); err != nil {
		t.Skip("SKIPPED: node_modules/ready is missing; make -C tests/browser setup installs what the tests of the page need")
	}
	folder := t.TempDir()
	contacts := filepath.Join(folder, "contacts")
	out, err := exec.Command("go", "build", "-o", contacts, "../../cmd/contacts").CombinedOutput()
	require.NoError(t, err, "%s", out)
	files, err := filepath.Glob("*.test.js")
	require.NoError(t, err)
	screenshots, err := filepath.Abs("../../.cache/screenshots")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(screenshots, 0o755))

	// One after another: each has a browser of its own.
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"--test", "--test-concurrency=1", "--test-reporter=spec", "--test-timeout=300000"}, files...)...)
	cmd.Env = append(os.Environ(), "CONTACTS_COMMAND="+contacts, "SCREENSHOTS="+screenshots)
	out, err = cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
	require.Contains(t, string(out), "ℹ fail 0")
	require.NotContains(t, string(out), "ℹ pass 0")
}
