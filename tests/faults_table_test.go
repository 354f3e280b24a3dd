package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each row of tests/FAULTS.md names a file, and a test in it.
func TestTheTestsOfTheTableOfFaultsExist(t *testing.T) {
	table, err := os.ReadFile("FAULTS.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| .*\\| `([^`]+)` (.+) \\|$").FindAllStringSubmatch(string(table), -1)
	require.Greater(t, len(rows), 50)
	require.Len(t, rows, strings.Count(string(table), "\n| ")-1, "every row but the head names one")
	for _, row := range rows {
		text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(row[1])))
		if assert.NoError(t, err) {
			assert.True(t, strings.Contains(string(text), row[2]), "%s has no test %q", row[1], row[2])
		}
	}
}
