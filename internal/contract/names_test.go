package contract_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func TestIdentifiersAreNeverReserved(t *testing.T) {
	api, err := read(`
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /things/{input}/{self}/{ctx}:
    post:
      operationId: close
      parameters:
        - {name: input, in: path, required: true, schema: {type: string}}
        - {name: self, in: path, required: true, schema: {type: string}}
        - {name: ctx, in: path, required: true, schema: {type: string}}
        - {name: from, in: query, schema: {type: string, enum: [a]}}
        - {name: type, in: query, schema: {$ref: '#/components/schemas/Error'}}
        - {name: Validate, in: query, schema: {type: string}}
        - {name: 1st, in: query, schema: {type: string}}
      responses: {'204': {description: D}}
components: {schemas: {Error: {type: string, enum: [e]}}}
`)
	require.NoError(t, err)
	op := api.Operations[0]
	assert.Equal(t, contract.Names{Go: "CloseOperation", TypeScript: "closeOperation", Python: "close_operation", Java: "closeOperation", Rust: "close_operation", Kebab: "close-operation"}, op.Names)
	names := map[string]contract.Names{}
	for _, field := range op.Fields {
		names[field.Name] = field.Names
	}
	assert.Equal(t, "input_ input_ input_ input_", fmt.Sprint(names["input"].TypeScript, " ", names["input"].Python, " ", names["input"].Java, " ", names["input"].Rust))
	assert.Equal(t, "self_ self_ self_ self_", fmt.Sprint(names["self"].TypeScript, " ", names["self"].Python, " ", names["self"].Java, " ", names["self"].Rust))
	assert.Equal(t, "ctx_", names["ctx"].Java)
	assert.Equal(t, "from", names["from"].Java)
	assert.Equal(t, "from_", names["from"].Python)
	assert.Equal(t, "type_", names["type"].Rust)
	assert.Equal(t, "ValidateValue", names["Validate"].Go)
	assert.Equal(t, "n1st", names["1st"].Java)
	assert.Equal(t, "ErrorObject", api.Enums[1].Names.TypeScript)
}

func TestNamesThatClashAreRefused(t *testing.T) {
	refusedAt(t, `
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /a/{Id}:
    post:
      operationId: addThing
      parameters:
        - {name: Id, in: path, required: true, schema: {type: string}}
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                Id: {type: string} #! Id is there twice, as a parameter in path and in body
                nick_name: {type: string}
                nickName: {type: string} #! nick_name and nickName are the same name
                filter[name]: {type: string}
                FilterName: {type: string} #! filter[name] and FilterName are the same name
                Kind: {$ref: '#/components/schemas/AddThingInput'}
                Sort: {$ref: '#/components/schemas/Thingsclient'}
      responses: {'204': {description: D}}
    put:
      operationId: add_thing #! the input of addThing and the input of add_thing && both the method AddThing
      parameters:
        - {name: Id, in: path, required: true, schema: {type: string}}
        - {name: Q, in: query, schema: {type: string}}
      responses: {'204': {description: D}}
  /b:
    get:
      operationId: listThings
      x-pages: {page: Page, items: Items}
      parameters:
        - {name: Page, in: query, schema: {type: integer}}
        - {name: ListThings, in: query, schema: {type: string, enum: [a]}}
      responses:
        '200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  /c:
    get:
      operationId: listThingsPage #! listThings and listThingsPage are both the method ListThingsPage
      responses: {'204': {description: D}}
  /d:
    get:
      operationId: ListThingsAsync #! listThings and ListThingsAsync are both the method ListThingsAsync
      responses:
        '200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/thing'}}}}
components:
  schemas:
    AddThingInput: {type: string, enum: [a]} #! the input of addThing and the enum AddThingInput are both the type
    Thingsclient: {type: string, enum: [a]} #! the client and the enum Thingsclient are both the type Thingsclient
    Thing: {type: object, properties: {Items: {type: array, items: {type: object, properties: {A: {type: string}}}}}}
    thing: {type: object, properties: {A: {type: string}}} #! the schema Thing and the schema thing are both the type Thing
`)
}

// A schema cannot have the name of a type of a runtime that stands beside the generated ones.
func TestTypesOfTheRuntimesAreReserved(t *testing.T) {
	files, err := filepath.Glob("../../clients/java/src/main/java/com/example/contacts/*.java")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".java")
		assert.True(t, slices.Contains(contract.ReservedTypes, name), name)
	}
	// In TypeScript those that generated files or the index speak of.
	spoken := ""
	for _, pattern := range []string{"../../clients/typescript/src/*.ts", "../../clients/typescript/src/generated/*.ts"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			spoken += string(source)
		}
	}
	for pattern, declared := range map[string]*regexp.Regexp{
		"../../wrapper/*.go":                        regexp.MustCompile(`(?m)^type ([A-Z]\w*)`),
		"../../clients/typescript/src/runtime/*.ts": regexp.MustCompile(`(?m)^export (?:abstract )?(?:class|interface|type) ([A-Z]\w*)`),
	} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.Contains(file, "_test.") || strings.Contains(file, ".gen.") {
				continue
			}
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, match := range declared.FindAllStringSubmatch(string(source), -1) {
				if strings.HasSuffix(file, ".go") || regexp.MustCompile(`\b`+match[1]+`\b`).MatchString(spoken) {
					assert.True(t, slices.Contains(contract.ReservedTypes, match[1]), "%s: %s", file, match[1])
				}
			}
		}
	}
}
