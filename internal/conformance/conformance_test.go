package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

// contracts are those that the reference is held to.
var contracts = map[string]struct{ document, vectors string }{
	"contacts": {"../../openapi.yaml", "../../tests/vectors"},
	"shop":     {"../../tests/shop/openapi.yaml", "../../tests/shop/vectors"},
}

func read(t *testing.T, document string) (contract.API, *Oracle) {
	t.Helper()
	source, err := os.ReadFile(document)
	require.NoError(t, err)
	api, err := contract.Read(contract.Source{Name: document, Content: source})
	require.NoError(t, err)
	oracle, err := NewOracle(source)
	require.NoError(t, err)
	return api, oracle
}

func player(t *testing.T, api contract.API, client Adapter) *Player {
	t.Helper()
	p, err := NewPlayer(api, client, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

func TestReferenceHoldsToTheVectors(t *testing.T) {
	for name, c := range contracts {
		t.Run(name, func(t *testing.T) {
			api, _ := read(t, c.document)
			cases, err := Load(c.vectors, api)
			require.NoError(t, err)
			p := player(t, api, newReference(api))
			for i := range cases {
				if !cases[i].Slow && cases[i].Environment == nil && (!testing.Short() || cases[i].isQuick()) {
					t.Run(cases[i].ID(), func(t *testing.T) { require.NoError(t, p.Play(&cases[i])) })
				}
			}
			require.Empty(t, p.Unexpected())
		})
	}
}

func TestReferenceHoldsToTheDerivedCases(t *testing.T) {
	for name, c := range contracts {
		t.Run(name, func(t *testing.T) {
			api, oracle := read(t, c.document)
			derived, err := Derive(api, oracle)
			require.NoError(t, err)
			t.Logf("%d cases; unreachable: %q", len(derived.Cases), derived.Unreachable)
			p := player(t, api, newReference(api))
			for i := range derived.Cases {
				require.NoError(t, p.Play(&derived.Cases[i]), derived.Cases[i].ID())
			}
		})
	}
}

// Each field is in a case that is sent, and each rule in one that breaks it.
func TestDerivedCasesCoverTheContract(t *testing.T) {
	for name, c := range contracts {
		t.Run(name, func(t *testing.T) {
			api, oracle := read(t, c.document)
			derived, err := Derive(api, oracle)
			require.NoError(t, err)
			for _, op := range api.Operations {
				for _, f := range op.Fields {
					require.True(t, slices.ContainsFunc(derived.Cases, func(c Case) bool { return c.Call == op.ID && c.Sent != nil && present(c.value(f)) }), "%s: %s is never sent", op.ID, f.Name)
					for _, rule := range slices.Concat(f.Presence, f.Value, f.Item) {
						require.True(t, isBeyondJSON(f, rule) || isBroken(derived, op, rule), "%s: nothing breaks %v", op.ID, rule)
					}
				}
				for _, rule := range op.Disjoint {
					require.True(t, isBroken(derived, op, rule), "%s: nothing breaks %v", op.ID, rule)
				}
			}
		})
	}
}

func isBroken(derived Derived, op contract.Operation, rule contract.Rule) bool {
	return slices.ContainsFunc(derived.Cases, func(c Case) bool {
		return c.Call == op.ID && slices.Contains(c.Rejected, violationOf(rule))
	})
}

func TestClientsThatAreTheSameAgree(t *testing.T) {
	for name, c := range contracts {
		t.Run(name, func(t *testing.T) {
			api, _ := read(t, c.document)
			players := []*Player{player(t, api, newReference(api)), player(t, api, newReference(api))}
			random := NewRandomizer(api, 1)
			for range 200 {
				for _, c := range []Case{random.Input(), random.Response()} {
					require.NoError(t, Agree(&c, []string{"one", "other"}, players))
				}
			}
		})
	}
}

func TestExampleThatCannotBeDerivedIsNamed(t *testing.T) {
	document := filepath.Join(t.TempDir(), "openapi.yaml")
	require.NoError(t, os.WriteFile(document, []byte(`openapi: 3.1.0
info: {title: Codes, version: 1.0.0}
servers: [{url: "https://api.example"}]
paths:
  /codes:
    get:
      operationId: listCodes
      parameters:
        - {name: code, in: query, schema: {type: string, pattern: '^[A-Z]{3}-[0-9]{7}$'}}
      responses: {"204": {description: None.}}
`), 0o600))
	api, oracle := read(t, document)
	_, err := Derive(api, oracle)
	require.ErrorContains(t, err, "listCodes: no valid value of code can be derived from its rules: add an example to the contract")
}

// What a client does not read cannot be held against it.
func TestCasesWithAnEnvironmentAreForClientsThatReadIt(t *testing.T) {
	api, _ := read(t, contracts["contacts"].document)
	cases, err := Load(contracts["contacts"].vectors, api)
	require.NoError(t, err)
	cases = slices.DeleteFunc(cases, func(c Case) bool { return c.Environment == nil })
	require.NotEmpty(t, cases)
	p := player(t, api, newReference(api))
	results, err := p.Run(cases, Plan{}, func(Result) {})
	require.NoError(t, err)
	require.Equal(t, len(cases), Count(results, Skipped))

	var environment map[string]string
	p.Launch = func(of map[string]string) (*Program, error) {
		environment = of
		return Start([]string{"no-such-program"}, of)
	}
	_, err = p.Run(cases[:1], Plan{}, func(Result) {})
	require.ErrorContains(t, err, "the adapter cannot be started")
	require.Equal(t, p.server.ca, environment["SSL_CERT_FILE"])
	require.NotContains(t, environment["HTTPS_PROXY"], "{")
}
