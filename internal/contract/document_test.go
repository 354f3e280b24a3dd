package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func TestProblemsComeAllAtOnceInOrder(t *testing.T) {
	refusedAt(t, `
openapi: 3.1.0
info: {title: '...', version: '1', other: 5} #! other cannot be carried && the title must have a letter or a digit
servers: [{url: 'http://things.example'}] #! must have a url that begins with https://
webhooks: {} #! a client gets no requests
paths:
  /a:
    post: {operationId: addA, responses: {'204': {description: D}}, callbacks: {}} #! a client gets no requests
    trace: {responses: {}} #! trace cannot be carried
security: [] #! security is empty
`)
	refusedAt(t, "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {} #! the document has no operation\n")
	refusedAt(t, "openapi: 3.2.0 #! must say openapi: 3.1.x\n")
	refusedAt(t, "openapi: 3.1.0 #! the title must have a letter && the document has no paths\n")
	refusedAt(t, "a: &a {}\nb: *a #! a YAML alias\nc: !own 5 #! a YAML tag !own\n{d: 5}: 5 #! a key must be text\nc: 6 #! c is given twice, here and on line 3\n")
}

func TestTheResultIsDeterministic(t *testing.T) {
	source := form("properties: {A: {type: string, enum: [a, b], minLength: 5, frob: 1, maximum: 5, items: {}}}")
	_, first := read(source)
	for range 20 {
		_, again := read(source)
		require.Equal(t, first, again)
	}
}

func TestYAMLThatCannotBeReadNamesItsLine(t *testing.T) {
	for source, want := range map[string]string{
		"":                          "api.yaml:1: the document is empty",
		"# nothing\n":               "api.yaml:1: the document is empty",
		"a: b\n---\nc: d\n":         "api.yaml:2: a second document follows; a file must hold one",
		"a: b\nc:\n  - d\n e: f\n":  "api.yaml:3: this is no YAML",
		"a: [b\n":                   "api.yaml:1: this is no YAML",
		"{\"openapi\": \"3.1.0\",}": "api.yaml:1: ",
		"5":                         "api.yaml:1: the document must be a mapping",
		"\xff\xfe":                  "api.yaml:1: ",
	} {
		_, err := read(source)
		var problems contract.Problems
		require.ErrorAs(t, err, &problems, "%q", source)
		assert.Contains(t, err.Error(), want, "%q", source)
	}
}

func TestJSONIsReadAsYAML(t *testing.T) {
	api, err := read("{\n\t\"openapi\": \"3.1.0\",\n\t\"info\": {\"title\": \"A\\u0062\", \"version\": \"1\"},\n\t\"paths\": {\"/a\": {\"get\": {\"operationId\": \"getA\",\n\t\t\"responses\": {\"204\": {\"description\": \"D\"}}}}}\n}\n")
	require.NoError(t, err)
	assert.Equal(t, "Ab", api.Title)
}
