package contract_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func FuzzRead(f *testing.F) {
	f.Add("openapi: 3.1.0", "")
	f.Add(form("properties: {A: {type: string, enum: [a]}, B: {type: array, items: {$ref: '#/components/schemas/B'}}}\nnot: {required: [A, B]}"), "")
	f.Add(responds("'200': {description: D, "+fmt.Sprintf(jsonOf, thing)+"}", ""), "")
	f.Add(operation(""), "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions: [{target: $.paths, update: {a: b}}]\n")
	f.Fuzz(func(t *testing.T, source, overlay string) {
		var overlays []string
		if overlay != "" {
			overlays = []string{overlay}
		}
		api, err := read(source, overlays...)
		if err == nil {
			_, err := json.Marshal(api)
			require.NoError(t, err)
			return
		}
		var problems contract.Problems
		require.ErrorAs(t, err, &problems)
		require.NotEmpty(t, problems)
		for _, p := range problems {
			require.Positive(t, p.Line)
			require.NotEmpty(t, p.File)
		}
	})
}
