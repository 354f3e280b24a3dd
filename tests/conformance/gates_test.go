package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/tests/conformance/clients"
)

// A client with one of the faults that the runner must see fails a case. internal/conformance tries the faults
// of single parameters and rules.
func TestTheRunnerSeesFaults(t *testing.T) {
	api, all := cases(t, "openapi.yaml", "tests/vectors")
	p := player(t, api, clients.All(t, root)[0])
	for _, m := range conformance.Mutants {
		t.Run(m.Name, func(t *testing.T) {
			_, err := p.Detect(m, all)
			require.NoError(t, err)
		})
	}
}
