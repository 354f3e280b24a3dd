// Package conformance holds the clients of all languages to the same cases: the vectors, and those that are
// derived from the contract. LANGS="go python" limits it to some languages; the clients must have been built.
package conformance

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/internal/contract"
	"example.com/contacts/internal/contractgen"
	"example.com/contacts/tests/conformance/clients"
)

var (
	update = flag.Bool("update", false, "write CONFORMANCE.md")
	seed   = flag.Uint64("seed", 1, "of the random cases")
)

const root = "../.."

func read(t *testing.T, path string, overlays ...string) (contract.API, *conformance.Oracle) {
	t.Helper()
	api, sources, err := contract.ReadFiles(filepath.Join(root, path), overlays...)
	require.NoError(t, err)
	var applied [][]byte
	for _, overlay := range sources[1:] {
		applied = append(applied, overlay.Content)
	}
	oracle, err := conformance.NewOracle(sources[0].Content, applied...)
	require.NoError(t, err)
	return api, oracle
}

// cases are the vectors of a folder and those that follow from a contract.
func cases(t *testing.T, path, vectors string, overlays ...string) (contract.API, []conformance.Case) {
	t.Helper()
	api, oracle := read(t, path, overlays...)
	derived, err := conformance.Derive(api, oracle)
	require.NoError(t, err)
	if vectors == "" {
		return api, derived.Cases
	}
	loaded, err := conformance.Load(filepath.Join(root, vectors), api)
	require.NoError(t, err)
	return api, append(loaded, derived.Cases...)
}

// known failures, and why each is not a fault of ours, by the contract's title and the client's name.
func known(t *testing.T) map[string]map[string]map[string]string {
	t.Helper()
	content, err := os.ReadFile("known-failures.json")
	require.NoError(t, err)
	var all map[string]map[string]map[string]string
	require.NoError(t, json.Unmarshal(content, &all))
	return all
}

func player(t *testing.T, api contract.API, c clients.Client) *conformance.Player {
	t.Helper()
	program, err := conformance.Start(c.Command, nil)
	require.NoError(t, err, "has the client been built? `make build` does")
	p, err := conformance.NewPlayer(api, program, t.TempDir())
	require.NoError(t, err)
	if c.ReadsEnvironment {
		p.Launch = func(environment map[string]string) (*conformance.Program, error) {
			return conformance.Start(c.Command, environment)
		}
	}
	t.Cleanup(func() {
		assert.NoError(t, p.Close())
		assert.NoError(t, program.Stop())
	})
	return p
}

func play(t *testing.T, api contract.API, all []conformance.Case, c clients.Client) conformance.Column {
	t.Helper()
	failures := known(t)[api.Title][c.Name]
	results, err := player(t, api, c).Run(all, conformance.Plan{Known: failures}, func(r conformance.Result) {
		assert.NotEqual(t, conformance.Failed, r.Verdict, "%s: %s: %s", c.Name, r.ID, r.Reason)
	})
	require.NoError(t, err)
	require.NoError(t, conformance.Census(all, results, failures))
	return conformance.Column{Name: c.Name, Results: results, Known: failures}
}

func TestEveryClientHoldsToTheContract(t *testing.T) {
	api, played := cases(t, "openapi.yaml", "tests/vectors")
	all := clients.All(t, root)
	columns := make([]conformance.Column, len(all))
	t.Run("clients", func(t *testing.T) {
		for i, c := range all {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				columns[i] = play(t, api, played, c)
			})
		}
	})
	record(t, api, columns)
}

// matrices are what CONFORMANCE.md holds, one for each contract.
var matrices []string

// record adds the results for a contract to those that are written when all tests have run.
func record(t *testing.T, api contract.API, columns []conformance.Column) {
	if !t.Failed() {
		matrices = append(matrices, conformance.Matrix(api.Title, "A cell holds the cases that passed, of those that there are.", columns))
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // clients wait more than they work
		panic(err)
	}
	code := m.Run()
	if *update && code == 0 && len(clients.Languages()) < len(contractgen.Languages()) {
		fmt.Fprintln(os.Stderr, "SKIPPED: CONFORMANCE.md, which holds all languages; LANGS names some")
	} else if *update && code == 0 {
		text := "# Conformance\n\nWritten by `make conformance`.\n\n" + strings.Join(matrices, "\n")
		if err := os.WriteFile(filepath.Join(root, "CONFORMANCE.md"), []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// Random inputs and responses: all clients do the same.
func TestClientsDoNotDiffer(t *testing.T) {
	api, _ := read(t, "openapi.yaml")
	all := clients.All(t, root)
	if len(all) < 2 {
		t.Skip("SKIPPED: there is one client only, by LANGS")
	}
	var names []string
	var players []*conformance.Player
	for _, c := range all {
		names = append(names, c.Name)
		players = append(players, player(t, api, c))
	}
	randomizer := conformance.NewRandomizer(api, *seed)
	for range 150 {
		for _, c := range []conformance.Case{randomizer.Input(), randomizer.Response()} {
			require.NoError(t, conformance.Agree(&c, names, players), "with -seed %d", *seed)
		}
	}
}

func TestEveryKnownFailureIsOfAClient(t *testing.T) {
	for title, failures := range known(t) {
		for name := range failures {
			assert.Contains(t, append(contractgen.Languages(), "python (async)"), name, "%s: %s is no client", title, name)
		}
	}
}
