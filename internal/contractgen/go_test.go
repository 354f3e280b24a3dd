package contractgen

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func modelOf(t *testing.T, name string, document []byte) contract.API {
	api, err := contract.Read(contract.Source{Name: name, Content: document})
	require.NoError(t, err)
	return api
}

// Names that are words of Go or of the runtime, types that hold themselves, each kind in each place.
const oddDocument = `openapi: 3.1.0
info: {title: Odd, version: "1"}
servers: [{url: https://odd.example}]
paths:
  /close/{type}/{n}/{x}/{yes}/{ctx}:
    get:
      operationId: close
      parameters:
        - {name: type, in: path, required: true, schema: {type: string, enum: [a, b]}}
        - {name: n, in: path, required: true, schema: {type: integer, minimum: 2, maximum: 9, enum: [2, 3]}}
        - {name: x, in: path, required: true, schema: {type: number, exclusiveMinimum: -0.5}}
        - {name: "yes", in: path, required: true, schema: {type: boolean}}
        - {name: ctx, in: path, required: true, schema: {type: string, minLength: 2}}
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Client'}}}}}
    delete:
      operationId: call
      parameters:
        - {name: type, in: path, required: true, schema: {type: string}}
        - {name: n, in: path, required: true, schema: {type: integer}}
        - {name: x, in: path, required: true, schema: {type: number}}
        - {name: "yes", in: path, required: true, schema: {type: boolean}}
        - {name: ctx, in: path, required: true, schema: {type: string}}
        - {name: options, in: query, schema: {type: array, items: {type: string, enum: [xx, yy]}, maxItems: 2, uniqueItems: true}}
        - {name: "filter[name]", in: query, schema: {type: array, items: {type: number, minimum: 0}, minItems: 1}, style: form, explode: false}
        - {name: flags, in: query, schema: {type: array, items: {type: boolean}, uniqueItems: true}}
        - {name: X-Number, in: header, schema: {type: integer, enum: [1, 2]}}
        - {name: X-Text, in: header, schema: {type: string, enum: ["a\"b", "c"]}}
      responses: {"204": {description: ok}}
  /plain:
    get:
      operationId: get
      deprecated: true
      responses: {"200": {description: ok, content: {text/plain: {schema: {type: string}}}}}
    put:
      operationId: type
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              minProperties: 1
              required: [files, validate]
              allOf:
                - {if: {properties: {n: {const: 5}}, required: [n]}, then: {required: [m]}}
                - {if: {properties: {b: {const: true}}, required: [b]}, then: {required: [m]}}
                - {if: {properties: {d: {const: 0.5}}, required: [d]}, then: {required: [m]}}
              properties:
                files: {type: array, minItems: 1, items: {type: string, format: binary}}
                validate: {type: string}
                n: {type: integer, maximum: 9223372036854775807}
                m: {type: array, items: {type: integer}, maxItems: 3}
                b: {type: boolean}
                d: {type: number, enum: [0.5, 1]}
                "0day": {type: string, format: date-time}
                From: {type: string, format: uuid, deprecated: true, default: x}
                class: {type: string, description: "Line one. */\nLine two.\n\n- a list"}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object, properties: {tree: {$ref: '#/components/schemas/Tree'}}}}}}}
components:
  schemas:
    Client:
      type: object
      required: [next, n, "yes", o]
      properties:
        next: {$ref: '#/components/schemas/Rule'}
        n: {type: integer}
        "yes": {type: boolean}
        o: {type: object, required: [a], properties: {a: {type: number}}}
    Rule: {type: object, properties: {type: {type: string, x-last-segment: range}, "a-b": {type: array, items: {type: array, items: {type: integer}}}}}
    Tree:
      type: object
      properties:
        children: {type: array, items: {$ref: '#/components/schemas/Tree'}}
        parent: {$ref: '#/components/schemas/Tree'}
        any: {}
`

// What is accepted compiles.
func TestGoOfOtherContractsCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles three modules")
	}
	shop, err := os.ReadFile("../../tests/shop/openapi.yaml")
	require.NoError(t, err)
	getOnly := `{"openapi":"3.0.3","info":{"title":"One","version":"1"},"paths":{"/a":{"get":{"operationId":"a","responses":{"204":{"description":"ok"}}}}}}`
	for name, document := range map[string][]byte{"shop": shop, "odd": []byte(oddDocument), "one": []byte(getOnly)} {
		t.Run(name, func(t *testing.T) {
			files, err := Render(modelOf(t, name, document), Package{Name: name, Version: "0.1.0"}, "go", true)
			require.NoError(t, err)
			folder := t.TempDir()
			for _, file := range files {
				path := filepath.Join(folder, filepath.FromSlash(file.Path))
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, file.Content, 0o600))
			}
			vet := exec.Command("go", "vet", "./...")
			vet.Dir = folder
			out, err := vet.CombinedOutput()
			assert.NoError(t, err, "%s", out)
			unformatted, err := exec.Command("gofmt", "-l", folder).CombinedOutput()
			require.NoError(t, err)
			assert.Empty(t, string(unformatted))
		})
	}
}

// Another contract's client knows nothing of this repository's.
func TestGoStandaloneKnowsNoOtherContract(t *testing.T) {
	files, err := Render(modelOf(t, "odd", []byte(oddDocument)), Package{Name: "odd", Version: "0.1.0"}, "go", true)
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file.Path, ".go") {
			assert.NotContains(t, strings.ToLower(string(file.Content)), "contact", file.Path)
		}
	}
}

func TestGoNamesThatStandForTwoThings(t *testing.T) {
	document := strings.ReplaceAll(oddDocument, "schemas/Tree'", "schemas/NewClient'")
	document = strings.ReplaceAll(document, "    Tree:\n", "    NewClient:\n")
	_, err := Render(modelOf(t, "odd", []byte(document)), Package{Name: "odd", Version: "0.1.0"}, "go", false)
	assert.ErrorContains(t, err, "the Go name NewClient stands for two things")
}

func TestGoFailsOnWhatItDoesNotKnow(t *testing.T) {
	for name, spoil := range map[string]func(*contract.Operation){
		"a kind": func(o *contract.Operation) { o.Fields[0].Kind = "matrix" },
		"a rule": func(o *contract.Operation) {
			o.Fields[0].Value = append(o.Fields[0].Value, contract.Rule{Kind: "prime"})
		},
		"a presence": func(o *contract.Operation) { o.Fields[0].Presence = []contract.Rule{{Kind: "maybe"}} },
		"a check": func(o *contract.Operation) {
			o.Fields[0].Value = []contract.Rule{{Kind: contract.Format, Check: "luck"}}
		},
		"a retry":    func(o *contract.Operation) { o.Retry = "sometimes" },
		"an outcome": func(o *contract.Operation) { o.Done = "perhaps" },
		"a place":    func(o *contract.Operation) { o.Fields[0].In = "cookie" },
	} {
		api := modelOf(t, "odd", []byte(oddDocument))
		spoil(&api.Operations[1])
		_, err := Render(api, Package{Name: "odd", Version: "0.1.0"}, "go", false)
		assert.Error(t, err, name)
	}
}

func TestGoIsGeneratedAlikeEachTime(t *testing.T) {
	api := modelOf(t, "odd", []byte(oddDocument))
	first, err := Render(api, Package{Name: "odd", Version: "0.1.0"}, "go", true)
	require.NoError(t, err)
	for range 5 {
		again, err := Render(api, Package{Name: "odd", Version: "0.1.0"}, "go", true)
		require.NoError(t, err)
		assert.Equal(t, first, again)
	}
}

func TestGoNames(t *testing.T) {
	for name, want := range map[string]string{"CampaignID": "campaignID", "URLPath": "urlPath", "ID": "id", "X": "x", "Type": "typeValue", "Ctx": "ctxValue", "XRequestSource": "xRequestSource"} {
		assert.Equal(t, want, goVariable(name))
	}
}
