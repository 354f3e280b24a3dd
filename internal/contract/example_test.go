package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExamplesAreValid(t *testing.T) {
	api, err := read(form(`
properties:
  A: {type: string, maxLength: 4, examples: [too long, fits]}
  B: {type: string, maxLength: 4, example: too long}
  C: {type: string, minLength: 20}
  D: {type: string, format: date, example: tomorrow}
  E: {type: string, enum: [a, b], example: c}
  F: {type: integer, minimum: 10, maximum: 10}
  G: {type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}
  H: {type: integer, maximum: -5, example: '1'}
  I: {type: boolean, example: False}
  J: {type: array, items: {type: integer, minimum: 7}, example: [1, 8]}
  K: {type: string, pattern: '^[0-9]+$', example: abc}
  L: {type: number, example: 1.50}
  M: {type: string, example: 5}
  zip: {type: string}
`[1:]))
	require.NoError(t, err)
	got := map[string]string{}
	for _, field := range api.Operations[0].Fields {
		got[field.Name] = field.Example
	}
	assert.Equal(t, map[string]string{"A": "fits", "B": "b", "C": "cxxxxxxxxxxxxxxxxxxx", "D": "2026-02-28", "E": "a", "F": "10", "G": "0.5", "H": "-5", "I": "false",
		"J": "8", "K": "", "L": "1.5", "M": "5", "zip": "zip"}, got)
}
