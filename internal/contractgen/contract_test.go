package contractgen_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contractgen"
)

// contract is a small one. What stands in for each %s begins on the line that the tests name.
const contract = `openapi: 3.1.0
paths:
  /things:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: {$ref: '#/components/schemas/Thing'}
components:
  schemas:
    Thing:
      type: object
      properties:
        Name: {$ref: '#/components/schemas/Name'}
        Size:
          type: string
          %s
      %s
    Name:
      type: string
    Loop: {$ref: '#/components/schemas/Pool'}
    Pool: {$ref: '#/components/schemas/Loop'}
`

const (
	fieldLine = 17
	bodyLine  = 18
)

func read(field, body string) (contractgen.Contract, error) {
	if field == "" {
		field = "description: nothing"
	}
	return contractgen.Read("api.yaml", fmt.Appendf(nil, contract, field, strings.ReplaceAll(body, "\n", "\n      ")))
}

func TestReadTakesTheContractOfTheTests(t *testing.T) {
	c, err := read("maxLength: 3", "required: [Name]")
	require.NoError(t, err)
	require.Len(t, c.Bodies, 1)
	assert.Equal(t, "Thing", c.Bodies[0].Name)
	require.Len(t, c.Bodies[0].Fields, 2)
	assert.True(t, c.Bodies[0].Fields[0].Required())
	assert.False(t, c.Bodies[0].Fields[1].Required())
	size := c.Bodies[0].Fields[1].Value
	assert.Equal(t, contractgen.Rule{Field: "Size", Kind: contractgen.TooLong, Length: 3, Message: "Size must have at most 3 characters."}, size[len(size)-1])
}

// All keywords of JSON Schema 2020-12 and of OpenAPI 3.1 that state something about a value, but for those
// that contractgen enforces in that place. None may be passed over in silence.
func TestReadRefusesKeywordsThatItCannotEnforce(t *testing.T) {
	everywhere := map[string]string{
		"$anchor": "a", "$defs": "{}", "$dynamicAnchor": "a", "$dynamicRef": "'#a'", "$id": "a", "$schema": "a", "$vocabulary": "{}",
		"allOf": "[{}]", "anyOf": "[{}]", "oneOf": "[{}]", "if": "{}", "then": "{}", "else": "{}",
		"const": "a", "default": "a", "multipleOf": "2", "maximum": "1", "exclusiveMaximum": "1", "minimum": "1", "exclusiveMinimum": "1",
		"items": "{}", "prefixItems": "[{}]", "contains": "{}", "maxItems": "1", "minItems": "1", "uniqueItems": "true", "maxContains": "1", "minContains": "1",
		"maxProperties": "1", "minProperties": "1", "patternProperties": "{}", "propertyNames": "{}", "dependentSchemas": "{}", "dependencies": "{}",
		"unevaluatedItems": "false", "unevaluatedProperties": "false", "contentEncoding": "base64", "contentSchema": "{}",
		"readOnly": "true", "writeOnly": "true", "nullable": "true", "discriminator": "{}", "xml": "{}", "externalDocs": "{}", "unheardOf": "1",
		"maxLenght": "1",
	}
	ofAField := map[string]string{"minLength": "1", "maxLength": "1", "pattern": "^a$", "enum": "[a]"}
	ofABody := map[string]string{"properties": "{}", "required": "[]", "dependentRequired": "{}", "not": "{}", "additionalProperties": "false"}
	refused := func(where, keyword string, line int, err error) {
		if assert.Error(t, err, "%s: %s", where, keyword) {
			assert.Contains(t, err.Error(), fmt.Sprintf("api.yaml:%d: ", line), "%s: %s", where, keyword)
			assert.Contains(t, err.Error(), fmt.Sprintf("%q", keyword), "%s: %s", where, keyword)
		}
	}
	for _, keywords := range []map[string]string{everywhere, ofABody} {
		for keyword, value := range keywords {
			_, err := read(keyword+": "+value, "")
			refused("field", keyword, fieldLine, err)
		}
	}
	for _, keywords := range []map[string]string{everywhere, ofAField} {
		for keyword, value := range keywords {
			_, err := read("", keyword+": "+value)
			refused("body", keyword, bodyLine, err)
			_, err = read("", "additionalProperties:\n  type: string\n  "+keyword+": "+value)
			refused("file part", keyword, bodyLine+2, err)
		}
	}
}

func TestReadTakesAnnotations(t *testing.T) {
	for _, annotation := range []string{
		"title: a", "description: a", "examples: [a]", "example: a", "deprecated: true", "format: email", "$comment: a", "x-anything: {a: b}",
	} {
		_, err := read(annotation, "")
		if !strings.HasPrefix(annotation, "description") { // the body of the tests has none of its own
			assert.NoError(t, err, "field: %s", annotation)
		}
		_, err = read("", annotation)
		assert.NoError(t, err, "body: %s", annotation)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		field, body string
		line        int
		says        string
	}{
		"a number":                      {"x-y: 1\n          type: integer", "", 18, "type is given twice"},
		"two lengths":                   {"maxLength: 1\n          maxLength: 2", "", 18, "maxLength is given twice, here and on line 17"},
		"a length and that of a $ref":   {"maxLength: 1\n          $ref: '#/components/schemas/Short'", "", 0, "there is no such schema"},
		"a length that is none":         {"maxLength: many", "", 17, "whole number"},
		"a length below 0":              {"minLength: -1", "", 17, "whole number"},
		"a broken length":               {"minLength: 1.5", "", 17, "whole number"},
		"a bad pattern":                 {"pattern: '^\\d$'", "", 17, "pattern"},
		"a pattern without ends":        {"pattern: a", "", 17, "begin with ^"},
		"an enum that is empty":         {"enum: []", "", 17, "the enum is empty"},
		"an enum that is no list":       {"enum: {a: b}", "", 17, "enum"},
		"an enum of numbers":            {"enum: [a, 1]", "", 17, "quote it"},
		"an enum with nothing":          {"enum: [a, null]", "", 17, "must be text"},
		"an enum with empty text":       {"enum: [a, '']", "", 17, "not empty"},
		"Norway":                        {"enum: [SE, NO]", "", 17, "quote the enum value NO"},
		"a yes":                         {"enum: [yes]", "", 17, "quote"},
		"a $ref in a circle":            {"$ref: '#/components/schemas/Loop'", "", 0, "circle"},
		"a $ref to elsewhere":           {"$ref: 'https://example.com/schema'", "", 17, "no such schema"},
		"a name that is required":       {"", "required: [Nmae]", 18, `"Nmae"`},
		"required that is no list":      {"", "required: Name", 0, "must be a list"},
		"required of nobody":            {"", "required: []", 0, "must be a list"},
		"required twice":                {"", "required: [Name]\nrequired: [Size]", 19, "required is given twice, here and on line 18"},
		"a trigger that is not there":   {"", "dependentRequired: {Nmae: [Size]}", 18, `"Nmae"`},
		"what it needs is not there":    {"", "dependentRequired: {Name: [Sice]}", 18, `"Sice"`},
		"dependentRequired of a list":   {"", "dependentRequired: [Name]", 18, "must be a mapping"},
		"not without required":          {"", "not: {properties: {}}", 18, "not: {properties"},
		"not with more than required":   {"", "not:\n  required: [Name, Size]\n  type: object", 20, "not: {type"},
		"not of one":                    {"", "not: {required: [Name]}", 18, "two properties or more"},
		"not of nothing":                {"", "not: {}", 0, "must be a list"},
		"not of a stranger":             {"", "not: {required: [Name, Sice]}", 18, `"Sice"`},
		"additional properties":         {"", "additionalProperties: true", 18, "must be false"},
		"additional numbers":            {"", "additionalProperties: {type: integer}", 18, "must be false"},
		"an alias":                      {"", "x-one: &one {Name: [Size]}\ndependentRequired: *one", 19, "alias"},
		"a merge":                       {"", "x-one: &one {not: {required: [Name, Size]}}\n<<: *one", 19, "alias"},
		"a property twice in a mapping": {"", "x-a:\n  b: 1\n  b: 2", 20, "b is given twice, here and on line 19"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(test.field, test.body)
			require.Error(t, err)
			prefix := "api.yaml:"
			if test.line > 0 {
				prefix = fmt.Sprintf("api.yaml:%d: ", test.line)
			}
			assert.True(t, strings.HasPrefix(err.Error(), prefix), "%v", err)
			assert.Contains(t, err.Error(), test.says)
		})
	}
}

// Whole documents that Read refuses; ### marks the line that the error names.
func TestReadRefusesDocuments(t *testing.T) {
	const body = `
paths:
  /things:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: {$ref: '#/components/schemas/Thing'}
components:
  schemas:
    Thing:
`
	for name, document := range map[string]string{
		"empty":               "",
		"no YAML":             "a: [",
		"text":                "openapi ###",
		"an older dialect":    "openapi: 3.0.3 ###" + body + "      {type: object, properties: {Name: {type: string}}}",
		"no version":          "info: {} ###" + body + "      {type: object, properties: {Name: {type: string}}}",
		"no bodies":           "openapi: 3.1.0 ###\npaths: {}",
		"no object":           "openapi: 3.1.0" + body + "      {type: array} ###",
		"no type":             "openapi: 3.1.0" + body + "      {properties: {Name: {type: string}}} ###",
		"a number":            "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {type: integer} ###",
		"a boolean":           "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {type: boolean} ###",
		"a list":              "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {type: array} ###",
		"an object":           "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {type: object} ###",
		"null":                "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {type: 'null'} ###",
		"two types":           "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {type: [string, 'null']} ###",
		"no type of a field":  "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {maxLength: 1} ###",
		"true":                "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: true ###",
		"a name with a dash":  "openapi: 3.1.0" + body + "      type: object\n      properties:\n        First-Name: {type: string} ###",
		"a lower-case name":   "openapi: 3.1.0" + body + "      type: object\n      properties:\n        name: {type: string} ###",
		"a name with a blank": "openapi: 3.1.0" + body + "      type: object\n      properties:\n        First Name: {type: string} ###",
		"a name in Greek":     "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Όνομα: {type: string} ###",
		"a name twice":        "openapi: 3.1.0" + body + "      type: object\n      properties:\n        Name: {type: string}\n        Name: {type: string} ###",
		"a list of names":     "openapi: 3.1.0" + body + "      type: object\n      properties: [Name] ###",
		"JSON":                "openapi: 3.1.0" + strings.Replace(body, "x-www-form-urlencoded:", "json: ###", 1) + "      {type: object}",
		"an inline body":      "openapi: 3.1.0" + strings.Replace(strings.Replace(body, "{$ref: '#/components/schemas/Thing'}", "{type: object}", 1), "urlencoded:", "urlencoded: ###", 1) + "      {type: object}",
		"a body elsewhere":    "openapi: 3.1.0" + strings.Replace(body, "'#/components/schemas/Thing'}", "'other.yaml#/Thing'} ###", 1) + "      {type: object}",
		"a $ref to a body":    "openapi: 3.1.0\npaths:\n  /a:\n    post:\n      requestBody: {$ref: '#/components/requestBodies/Thing'} ###",
		"a $ref to a path":    "openapi: 3.1.0\npaths:\n  /a: {$ref: 'other.yaml#/a'} ###",
		"two enums of a name": "openapi: 3.1.0\npaths:\n  /a:\n    post:\n      requestBody:\n        content:\n          application/x-www-form-urlencoded:\n            schema: {$ref: '#/components/schemas/A'}\n          multipart/form-data:\n            schema: {$ref: '#/components/schemas/B'}\ncomponents:\n  schemas:\n    A: {type: object, properties: {Size: {type: string, enum: [s, m]}}}\n    B: {type: object, properties: {Size: {type: string, enum: [s, l]}}} ###",
	} {
		t.Run(name, func(t *testing.T) {
			line := 0
			for i, text := range strings.Split(document, "\n") {
				if strings.Contains(text, "###") {
					line = i + 1
				}
			}
			_, err := contractgen.Read("api.yaml", []byte(document))
			require.Error(t, err)
			prefix := "api.yaml:"
			if line > 0 {
				prefix = fmt.Sprintf("api.yaml:%d: ", line)
			}
			assert.True(t, strings.HasPrefix(err.Error(), prefix), "%v; want line %d", err, line)
		})
	}
}

// The order of the rules is the order in which they are reported.
func TestRulesOfAField(t *testing.T) {
	c, err := read("minLength: 2\n          maxLength: 4\n          pattern: '^a*$'\n          enum: [aa, aaaa]",
		"required: [Size]\ndependentRequired: {Name: [Size]}\nnot: {required: [Size, Name]}")
	require.NoError(t, err)
	var kinds []string
	size := c.Bodies[0].Fields[1]
	for _, rule := range append(size.Presence, size.Value...) {
		kinds = append(kinds, rule.Kind)
	}
	assert.Equal(t, []string{"required", "required_with", "exclusive", "too_short", "too_long", "format", "one_of"}, kinds)
	assert.Equal(t, []contractgen.Enum{{Name: "Size", Values: []string{"aa", "aaaa"}}}, c.Enums)
}

func TestReadIsNotMovedByOrderOfMaps(t *testing.T) {
	document, err := os.ReadFile("../../openapi.yaml")
	require.NoError(t, err)
	first, err := contractgen.Read("openapi.yaml", document)
	require.NoError(t, err)
	for range 20 {
		again, err := contractgen.Read("openapi.yaml", document)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}

func TestRenderRefusesOtherLanguages(t *testing.T) {
	_, _, err := contractgen.Render(contractgen.Contract{}, "cobol")
	assert.ErrorContains(t, err, `"cobol"`)
}
