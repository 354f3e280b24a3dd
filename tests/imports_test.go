package tests

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What nobody who imports the client should have to carry.
var heavy = []string{
	"github.com/getkin/kin-openapi", "github.com/oapi-codegen/oapi-codegen", "github.com/spf13/cobra", "modernc.org/sqlite",
	"encoding/csv", "github.com/jackc/pgx", "github.com/pressly/goose", "github.com/stretchr/testify", "example.com/contacts/sandbox", "example.com/contacts/importer",
	"example.com/contacts/internal/contractgen", "example.com/contacts/cmd", "github.com/prometheus",
}

// What a Go test that imports the sandbox should not have to carry.
var heavyForTests = []string{
	"github.com/prometheus", "github.com/jackc/pgx", "github.com/pressly/goose", "github.com/spf13/cobra", "github.com/stretchr/testify",
}

// carried are the packages of a list, or folders of packages, that others depend on.
func carried(t *testing.T, list []string, args ...string) (found []string) {
	out, err := exec.Command("go", append([]string{"list", "-deps"}, args...)...).Output()
	require.NoError(t, err)
	dependencies := strings.Fields(string(out))
	require.Contains(t, dependencies, "net/http", "go list must list")
	for _, name := range list {
		if slices.ContainsFunc(dependencies, func(d string) bool { return d == name || strings.HasPrefix(d, name+"/") }) {
			found = append(found, name)
		}
	}
	return found
}

func TestTheClientIsLight(t *testing.T) {
	assert.Empty(t, carried(t, heavy, "example.com/contacts/gen", "example.com/contacts/wrapper"))
}

func TestTheSandboxIsLight(t *testing.T) {
	assert.Empty(t, carried(t, heavyForTests, "example.com/contacts/sandbox"))
	assert.Equal(t, []string{"github.com/prometheus"}, carried(t, heavyForTests, "example.com/contacts/sandbox/metrics"))
}

func TestTheProgramHasNoTestPackages(t *testing.T) {
	assert.Empty(t, carried(t, []string{"testing", "github.com/stretchr/testify", "example.com/contacts/sandbox/internal"}, "example.com/contacts/cmd/contacts"))
}

func TestHeavyPackagesAreFound(t *testing.T) {
	assert.Equal(t, []string{"net", "encoding/json"}, carried(t, []string{"net", "encoding/json", "encoding/csv", "crypto/tl"}, "example.com/contacts/wrapper"))
	assert.Len(t, carried(t, []string{"github.com/jackc", "github.com/pressly/goose"}, "example.com/contacts/sandbox/postgres"), 2)
	assert.Subset(t, carried(t, heavy, "-test", "."), []string{"github.com/stretchr/testify", "example.com/contacts/sandbox"})
}
