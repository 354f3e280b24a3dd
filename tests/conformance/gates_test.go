package conformance

import (
	"path/filepath"
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

// A client that does not look at its environment fails each case in which the proxy is asked.
func TestTheRunnerSeesProxiesThatAreNotUsed(t *testing.T) {
	api, _ := cases(t, "openapi.yaml", "")
	all, err := conformance.Load(filepath.Join(root, "tests/vectors"), api)
	require.NoError(t, err)
	c := clients.All(t, root)[0]
	p := player(t, api, c)
	p.Launch = func(environment map[string]string) (*conformance.Program, error) {
		delete(environment, "HTTPS_PROXY")
		delete(environment, "https_proxy")
		return conformance.Start(c.Command, environment)
	}
	played := 0
	for i := range all {
		if then := all[i].Then; then != nil && then.Proxied != nil && *then.Proxied > 0 {
			require.Error(t, p.Play(&all[i]), all[i].ID())
			played++
		}
	}
	require.Greater(t, played, 20)
}
