package contract_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func TestOperations(t *testing.T) {
	api, err := read(`
openapi: 3.0.3
info: {title: Things, version: '1', description: 'All of them. '}
servers: [{url: https://things.example/v1/}, {url: https://test.example}]
security: [{token: []}, {basic: []}]
paths:
  /accounts/{Account}/things/{Id}:
    summary: Things
    parameters:
      - {name: Id, in: path, required: true, schema: {type: integer}}
      - {name: Q, in: query, description: There., schema: {type: string}}
      - {$ref: '#/components/parameters/Account'}
    get:
      operationId: listThings
      summary: List
      description: Lists.
      deprecated: true
      x-pages: {page: Page, items: things, totalPages: total}
      parameters:
        - {name: X-H, in: header, schema: {type: string}}
        - {name: Page, in: query, schema: {type: integer}}
        - {name: Q, in: query, description: Here., schema: {type: string}}
      responses:
        '200': {description: D, content: {application/json: {schema: {type: object, properties: {things: {type: array, items: {type: object, properties: {a: {type: string}}}}, total: {type: string}}}}}}
        '400': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Problem'}}}}
    put: {operationId: putThing, requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, properties: {A: {type: string}}}}}}, responses: {'204': {description: D}}}
    post: {operationId: postThing, responses: {'204': {description: D}}}
    patch: {operationId: patchThing, responses: {'204': {description: D}}}
    delete: {operationId: deleteThing, x-idempotent: false, responses: {'204': {description: D}}}
components:
  parameters: {Account: {name: Account, in: path, required: true, x-account: true, schema: {type: string}}}
  securitySchemes: {basic: {type: http, scheme: Basic}, token: {type: http, scheme: bearer}}
  schemas:
    Problem: {type: object, x-error: {message: words, errors: list, field: name}, properties: {words: {type: string}, list: {type: array, items: {$ref: '#/components/schemas/One'}}}}
    One: {type: object, properties: {words: {type: string}, name: {type: string}}}
`)
	require.NoError(t, err)
	assert.Equal(t, "Things", api.Title)
	assert.Equal(t, "All of them.", api.Doc)
	assert.Equal(t, "https://things.example/v1", api.Server)
	assert.Equal(t, "Account", api.AccountName)
	assert.Equal(t, &contract.ErrorFormat{Message: "words", Errors: "list", Field: "name"}, api.ErrorFormat)
	var got []string
	for _, op := range api.Operations {
		line := fmt.Sprintf("%s %s %s %s:", op.Method, op.ID, op.Retry, op.Done)
		for _, field := range op.Fields {
			line += fmt.Sprintf(" %s(%s)", field.Name, field.In)
		}
		got = append(got, line)
	}
	assert.Equal(t, []string{
		"GET listThings safe found: Id(path) Page(query) Q(query) X-H(header)",
		"PUT putThing idempotent updated: Id(path) Q(query) A(body)",
		"POST postThing never created: Id(path) Q(query)",
		"PATCH patchThing never updated: Id(path) Q(query)",
		"DELETE deleteThing never deleted: Id(path) Q(query)",
	}, got)
	list := api.Operations[0]
	assert.Equal(t, &contract.Pages{Page: "Page", Items: "things", ItemObject: "ListThingsResponseThings", TotalPages: "total"}, list.Pages)
	assert.Equal(t, "Here.", list.Fields[2].Doc)
	assert.Equal(t, [3]any{"List", "Lists.", true}, [3]any{list.Summary, list.Doc, list.Deprecated})
	assert.Equal(t, &contract.Body{Required: true, Multipart: true}, api.Operations[1].Body)
}
