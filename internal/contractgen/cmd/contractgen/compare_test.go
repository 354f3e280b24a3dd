package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&out)
	err := root.Execute()
	return out.String(), err
}

func TestCompareRefusesABreakingChangeUntilItIsAccepted(t *testing.T) {
	const released = "../../../../tests/shop/openapi.yaml"
	source, err := os.ReadFile(released)
	require.NoError(t, err)
	folder := t.TempDir()
	changed := filepath.Join(folder, "changed.yaml")
	require.NoError(t, os.WriteFile(changed, []byte(strings.Replace(string(source), "maxLength: 160", "maxLength: 100", 1)), 0o600))

	out, err := run(t, "compare", released, released, "--version", "1.2.3")
	assert.NoError(t, err)
	assert.Equal(t, "nothing changed\n", out)

	out, err = run(t, "compare", released, changed, "--version", "1.2.3")
	assert.ErrorContains(t, err, "of the changes break")
	assert.Contains(t, out, "breaking: ")
	assert.Contains(t, out, "the next version is 2.0.0\n")

	var lines []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "breaking: ") {
			lines = append(lines, line)
		}
	}
	accepted := filepath.Join(folder, "accepted.txt")
	require.NoError(t, os.WriteFile(accepted, []byte(strings.Join(lines, "")), 0o600))
	out, err = run(t, "compare", released, changed, "--accept", accepted)
	assert.NoError(t, err)
	assert.Contains(t, out, "(accepted)")
}

func TestNextVersion(t *testing.T) {
	for _, test := range []struct {
		version string
		worst   contract.Level
		want    string
	}{
		{"1.2.3", contract.Breaking, "2.0.0"}, {"1.2.3", contract.Addition, "1.3.0"}, {"1.2.3", contract.Notice, "1.2.4"},
		{"0.2.3", contract.Breaking, "0.3.0"}, {"0.2.3", contract.Addition, "0.2.4"}, {"0.2.3", contract.Notice, "0.2.4"},
	} {
		got, err := nextVersion(test.version, test.worst)
		assert.NoError(t, err)
		assert.Equal(t, test.want, got, "%s after a change that is %s", test.version, test.worst)
	}
	for _, version := range []string{"1", "1.2", "1.2.x", "v1.2.3", "1.2.3.4", "1.-2.3"} {
		_, err := nextVersion(version, contract.Notice)
		assert.Error(t, err, version)
	}
}
