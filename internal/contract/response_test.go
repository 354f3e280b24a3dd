package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

// responds is a document with one GET whose responses are these.
func responds(responses, components string) string {
	return "openapi: 3.1.0\ninfo: {title: Things, version: '1'}\npaths:\n  /things:\n    get:\n      operationId: getThing\n      responses:\n" +
		indent(8, responses) + components
}

const (
	jsonOf = "content: {application/json: {schema: %s}}"
	thing  = "{type: object, required: [A], properties: {A: {type: string}}}"
)

func TestWhatAResponseIs(t *testing.T) {
	object, list := fmt.Sprintf(jsonOf, thing), fmt.Sprintf(jsonOf, "{type: array, items: {type: string}}")
	for _, test := range []struct{ name, responses, want string }{
		{"an object", "'200': {description: D, " + object + "}", "object application/json"},
		{"an object, whatever the success", "'200': {$ref: '#/components/responses/Thing'}\n'201': {$ref: '#/components/responses/Thing'}", "object application/json"},
		{"nothing", "'204': {description: D}", "nothing application/json"},
		{"content", "'200': {description: D, content: {application/pdf: {}, image/*: {}}}", "content application/pdf, image/*"},
		{"JSON, if there is JSON and something else", "'200': {description: D, content: {text/csv: {}, application/hal+json; charset=utf-8: {schema: " + thing + "}}}", "object application/hal+json"},
		{"JSON that is no object, as content", "'200': {description: D, " + list + "}", "content application/json"},
		{"JSON without a schema, as content", "'200': {description: D, content: {application/json: {}}}", "content application/json"},
		{"a union, as content", "'200': {description: D, " + fmt.Sprintf(jsonOf, "{oneOf: ["+thing+"]}") + "}", "content application/json"},
		{"an object without members, as content", "'200': {description: D, " + fmt.Sprintf(jsonOf, "{type: object, additionalProperties: true}") + "}", "content application/json"},
		{"successes that differ, as content", "'200': {description: D, content: {application/pdf: {}}}\n'202': {description: D, " + object + "}", "content application/pdf, application/json"},
		{"an object, or nothing, as content", "'200': {description: D, " + object + "}\n'204': {description: D}", "content application/json"},
		{"2XX", "2XX: {description: D, " + object + "}\ndefault: {description: D}", "object application/json"},
	} {
		t.Run(test.name, func(t *testing.T) {
			api, err := read(responds(test.responses, "components: {responses: {Thing: {description: D, "+object+"}}}\n"))
			require.NoError(t, err)
			r := api.Operations[0].Response
			got := "nothing"
			if r.Bytes {
				got = "content"
			}
			if r.Object != "" {
				got = "object"
			}
			assert.Equal(t, test.want, got+" "+r.Accept)
			assert.Equal(t, r.Object != "", len(api.Objects) > 0, "there are no types that nothing uses")
		})
	}
}

func TestMembersOfResponses(t *testing.T) {
	api, err := read(responds("'200': {description: D, "+fmt.Sprintf(jsonOf, "{$ref: '#/components/schemas/Thing'}")+"}", `
components:
  schemas:
    Thing:
      description: A thing.
      required: [A, B, C, D, E, F, W]
      allOf:
        - {if: {properties: {A: {const: OK}}, required: [A]}, then: {required: [G]}}
      properties:
        A: {$ref: '#/components/schemas/Status'}
        B: {type: [string, 'null'], format: date-time}
        C: {type: integer, nullable: true}
        D: {}
        E: true
        F: {type: array, items: {type: [string, 'null']}}
        G: {type: string, x-last-segment: Id, deprecated: true, description: Words.}
        H: {type: array, items: {$ref: '#/components/schemas/Part'}}
        I: {type: object, additionalProperties: {type: string}}
        J: {oneOf: [{type: string}, {type: integer}]}
        K: {type: array, items: {$ref: '#/components/schemas/Nest'}}
        L: {type: boolean, enum: [true], readOnly: true}
        M: {type: number, minimum: 5}
        W: {type: string, writeOnly: true}
        type: {type: string}
    Status: {type: string, x-outcome: {done: [OK], queued: [LATER], refused: [NO]}}
    Part: {type: object, properties: {Thing: {$ref: '#/components/schemas/Thing'}, Inner: {type: object, properties: {A: {type: string}}}}}
    Nest: {type: array, items: {$ref: '#/components/schemas/Nest'}}
`[1:]))
	require.NoError(t, err)
	var got []string
	for _, object := range api.Objects {
		got = append(got, object.Name+": "+object.Doc)
		for _, m := range object.Members {
			line := m.Name + " " + describeType(m.Type)
			for _, word := range []struct {
				is   bool
				text string
			}{{m.Required, "required"}, {m.Deprecated, "deprecated"}, {m.LastSegmentOf != "", "of " + m.LastSegmentOf}} {
				if word.is {
					line += " " + word.text
				}
			}
			got = append(got, line)
		}
	}
	assert.Equal(t, []string{
		"Thing: A thing.", "A string required", "B string date-time", "C integer", "D json", "E json", "F list of json required", "G string deprecated",
		"Id string of G", "H list of Part", "I json", "J json", "K list of list of json", "L boolean", "M number", "type string",
		"Part: ", "Thing Thing", "Inner PartInner", "PartInner: ", "A string",
	}, got)
	assert.Equal(t, &contract.Outcome{Member: "A", Done: []string{"OK"}, Queued: []string{"LATER"}, Refused: []string{"NO"},
		Requires: map[string][]string{"OK": {"G"}}}, api.Operations[0].Response.Outcome)
}

func describeType(t contract.Type) string {
	switch t.Kind {
	case contract.KindObject:
		return t.Object
	case contract.KindList:
		return "list of " + describeType(*t.Item)
	}
	return strings.TrimSpace(string(t.Kind) + " " + t.Format)
}
