package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	contacts = "../../../../openapi.yaml"
	vendor   = "../../../../tests/overlay/vendor.yaml"
	rules    = "../../../../tests/overlay/rules.yaml"
)

func TestGenerateSaysWhatIsWrongWithItsArguments(t *testing.T) {
	folder := t.TempDir()
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{contacts}, "--out is missing: say --out LANGUAGE=FOLDER, with one of go, java, python, rust, typescript"},
		{[]string{contacts, "--out", "python"}, `--out: "python" must have the form LANGUAGE=FOLDER`},
		{[]string{contacts, "--out", "ruby=" + folder}, `there is no language "ruby"; the languages are go, java, python, rust, typescript`},
		{[]string{contacts, "--out", "python=" + folder, "--out", "rust=" + folder}, "is given twice"},
		{[]string{contacts, "--package", "My-Shop", "--out", "python=" + folder}, `--package: "My-Shop" must be lower-case letters and digits, the first a letter`},
		{[]string{contacts, "--package", "1shop", "--out", "python=" + folder}, "the first a letter"},
		{[]string{}, "takes one argument, the OpenAPI document; see --help"},
		{[]string{"nothing.yaml", "--out", "python=" + folder}, "nothing.yaml: no such file"},
		{[]string{contacts, "--overlay", rules, "--out", "python=" + folder}, rules + ":6: the action cannot be applied"},
	} {
		_, err := run(t, append([]string{"generate"}, test.args...)...)
		assert.ErrorContains(t, err, test.want)
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing is written")
}

func TestGenerateWritesNothingWhenSomethingIsRefused(t *testing.T) {
	folder := t.TempDir()
	document := filepath.Join(folder, "api.yaml")
	require.NoError(t, os.WriteFile(document, []byte("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    trace: {}\n    head: {}\n"), 0o600))
	out := filepath.Join(folder, "out")
	_, err := run(t, "generate", document, "--out", "typescript="+out)
	assert.ErrorContains(t, err, "for 2 places; nothing was written")
	assert.ErrorContains(t, err, document+":5: ")
	assert.ErrorContains(t, err, document+":6: ")
	assert.NoDirExists(t, out)
}

func TestGenerateTwiceChangesNothing(t *testing.T) {
	folder := t.TempDir()
	first, err := run(t, "generate", vendor, "--overlay", rules, "--standalone", "--out", "typescript="+filepath.Join(folder, "ts"), "--out", "python="+filepath.Join(folder, "py"))
	require.NoError(t, err)
	assert.NotContains(t, first, " 0 changed")
	again, err := run(t, "generate", vendor, "--overlay", rules, "--standalone", "--out", "typescript="+filepath.Join(folder, "ts"), "--out", "python="+filepath.Join(folder, "py"))
	require.NoError(t, err)
	assert.Contains(t, again, " 0 changed")
}

func TestCheckAndModelReadTheOverlays(t *testing.T) {
	out, err := run(t, "check", vendor, "--overlay", rules)
	require.NoError(t, err)
	assert.Contains(t, out, "2 operations")
	out, err = run(t, "model", vendor, "--overlay", rules)
	require.NoError(t, err)
	assert.Contains(t, out, "locker_code is required when service is locker.")
	assert.NotContains(t, out, `\u003`)
}
