package contract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

func read(source string, overlays ...string) (contract.API, error) {
	var list []contract.Source
	for i, overlay := range overlays {
		list = append(list, contract.Source{Name: fmt.Sprintf("overlay%d.yaml", i+1), Content: []byte(overlay)})
	}
	return contract.Read(contract.Source{Name: "api.yaml", Content: []byte(source)}, list...)
}

// operation is a document with one operation; text stands in it.
func operation(text string) string {
	return "openapi: 3.1.0\ninfo: {title: Things, version: '1'}\npaths:\n  /things:\n    post:\n      operationId: addThing\n" +
		indent(6, text) + "      responses: {'204': {description: Done.}}\n"
}

// form is a document with one operation whose body has the schema.
func form(schema string) string {
	return body("application/x-www-form-urlencoded", "type: object\n"+schema)
}

func body(contentType, schema string) string {
	return operation("requestBody:\n  content:\n    " + contentType + ":\n      schema:\n" + indent(8, schema))
}

func indent(n int, text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSuffix(text, "\n") + "\n") {
		b.WriteString(strings.Repeat(" ", n) + line)
	}
	return b.String()
}

// describe is what matters of a field, in one line.
func describe(f contract.Field) string {
	parts := []string{f.Name, string(f.In), string(f.Kind)}
	if f.List != nil {
		parts[2] = fmt.Sprintf("list(%s) of %s", f.List.Delimiter, f.Kind)
	}
	if f.File != nil {
		parts = append(parts, fmt.Sprintf("file(%s %t)", f.File.BaseName, f.File.NamedPart))
	}
	for _, rule := range slices.Concat(f.Presence, f.Value, f.Item) {
		if rule.Kind != contract.ListItem && rule.Kind != contract.NeedsFile && rule.Kind != contract.FileName && rule.Check != "unicode" {
			parts = append(parts, describeRule(rule))
		}
	}
	for _, word := range [][2]string{{"default", f.Default}, {"format", f.Format}, {"doc", f.Doc}} {
		if word[1] != "" {
			parts = append(parts, word[0]+"="+word[1])
		}
	}
	if f.Deprecated {
		parts = append(parts, "deprecated")
	}
	return strings.Join(parts, " ")
}

func describeRule(rule contract.Rule) string {
	var b strings.Builder
	b.WriteString(rule.Kind)
	switch rule.Kind {
	case contract.TooShort, contract.TooLong, contract.TooFew, contract.TooMany:
		fmt.Fprintf(&b, "=%d", rule.Length)
	case contract.TooSmall, contract.TooLarge:
		fmt.Fprintf(&b, "=%s", rule.Limit)
	case contract.OneOf:
		fmt.Fprintf(&b, "=%s", rule.Enum)
	case contract.Format:
		fmt.Fprintf(&b, "=%s%s", rule.Check, rule.Pattern)
	case contract.RequiredIf:
		fmt.Fprintf(&b, "(%s=%s)", rule.When.Field, rule.When.Value)
	}
	if rule.Open {
		b.WriteString(" open")
	}
	if rule.Joined {
		b.WriteString(" joined")
	}
	if len(rule.With) > 0 {
		fmt.Fprintf(&b, "(%s)", strings.Join(rule.With, ","))
	}
	return b.String()
}

func TestWhatIsCarried(t *testing.T) {
	for _, test := range []struct {
		name, source string
		want         []string
	}{
		{"text", form("properties: {A: {type: string, minLength: 2, maxLength: 9, pattern: '^[a-z]+$', description: Words., deprecated: true, default: abc}}"),
			[]string{"A body string too_short=2 too_long=9 format=^[a-z]+$ default=abc doc=Words. deprecated"}},
		{"an empty value is absent, so that a minimum of 1 says nothing", form("properties: {A: {type: string, minLength: 1}, B: {type: array, minItems: 1, items: {type: string}}}"),
			[]string{"A body string", "B body list() of string"}},
		{"integer", form("properties: {A: {type: integer, minimum: -5, maximum: 5, default: 0}, B: {type: integer, format: int32}, C: {type: integer, exclusiveMinimum: 0}}"),
			[]string{"A body integer too_small=-5 too_large=5 default=0", "B body integer too_small=-2147483648 too_large=2147483647 format=int32", "C body integer too_small=0 open"}},
		{"number", form("properties: {A: {type: number, minimum: -0.5, exclusiveMaximum: 1.50}, B: {type: number, maximum: 1e3}}"),
			[]string{"A body number too_small=-0.5 too_large=1.5 open", "B body number too_large=1000"}},
		{"boolean", form("properties: {A: {type: boolean, default: True}}"), []string{"A body boolean default=true"}},
		{"enum", form("properties: {A: {type: string, enum: [a, b]}, B: {type: integer, enum: [1, 2]}, C: {type: string, const: c}}"),
			[]string{"A body string one_of=AddThingA", "B body integer one_of=AddThingB", "C body string one_of=AddThingC"}},
		{"nullable, in 3.0 and 3.1", form("properties: {A: {type: [string, 'null']}, B: {type: string, nullable: true}, C: {type: [string, 'null'], enum: [a, null]}}"),
			[]string{"A body string", "B body string", "C body string one_of=AddThingC"}},
		{"lists", operation(`
requestBody:
  content:
    application/x-www-form-urlencoded:
      schema:
        type: object
        properties:
          A: {type: array, items: {type: string}}
          B: {type: array, minItems: 2, maxItems: 3, uniqueItems: true, items: {type: integer, minimum: 0}}
          C: {type: array, items: {type: string, maxLength: 5}, x-max-joined-length: 20, default: [a, b]}
          D: {type: array, items: {type: number}}
          E: {type: array, items: {type: boolean}}
      encoding:
        C: {explode: false}
        D: {style: spaceDelimited}
        E: {style: pipeDelimited, explode: false}`[1:]),
			[]string{"A body list() of string", "B body list() of integer too_few=2 too_many=3 duplicate too_small=0",
				"C body list(,) of string too_long=20 joined too_long=5 default=a, b", "D body list( ) of number", "E body list(|) of boolean"}},
		{"parameters", operation(`
parameters:
  - {name: A, in: query, required: true, deprecated: true, description: Words., schema: {type: string, format: uuid}}
  - {name: 'b[c]', in: query, style: form, explode: false, schema: {type: array, items: {type: integer}}}
  - {name: D, in: query, style: pipeDelimited, schema: {type: array, items: {type: string}}}
  - {name: X-E, in: header, schema: {type: string, maxLength: 5}}`[1:]),
			[]string{"A query string required format=^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$ format=uuid doc=Words. deprecated",
				"b[c] query list(,) of integer", "D query list(|) of string", "X-E header string format=header too_long=5"}},
		{"rules between parameters", form(`
required: [A]
dependentRequired: {B: [C], A: [C]}
not: {required: [A, B]}
allOf:
  - {not: {required: [C, D]}}
  - {not: {anyOf: [{required: [D, A]}, {required: [D, E]}]}}
  - {if: {properties: {D: {const: 5}}, required: [D]}, then: {required: [E]}}
  - {if: {properties: {A: {const: a}}}, then: {required: [D]}}
properties: {A: {type: string}, B: {type: string}, C: {type: string}, D: {type: integer}, E: {type: boolean}}`[1:]),
			[]string{"A body string required", "B body string exclusive(A)", "C body string required_with(B,A) exclusive(D)",
				"D body integer exclusive(A) exclusive(E) required_if(A=a)", "E body boolean required_if(D=5)"}},
		{"names of the wire", form("properties: {From: {type: string}, nick_name: {type: string}, 'filter[name]': {type: string}, 0day: {type: string}}"),
			[]string{"From body string", "nick_name body string", "filter[name] body string", "0day body string"}},
		{"files", operation(`
requestBody:
  content:
    multipart/form-data:
      schema:
        type: object
        required: [A]
        properties:
          A: {type: string, format: binary}
          B: {type: array, maxItems: 2, items: {type: string, format: binary}}
          C: {type: string, format: binary, x-named-part: photo}
          D: {contentMediaType: image/png}
          E: {type: string, contentMediaType: text/csv, contentEncoding: base64}`[1:]),
			[]string{"A body file file(a false) required", "B body list() of file file(b false) too_many=2", "C body file file(photo true)",
				"D body file file(d false)", "E body string"}},
		{"a $ref, with words of its own", form("properties: {A: {$ref: '#/components/schemas/A', description: Here., maxLength: 5}}") +
			"components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {type: string, description: There., minLength: 2}}}\n",
			[]string{"A body string too_short=2 too_long=5 doc=Here."}},
		{"a parameter by a $ref, with words of its own", operation("parameters: [{$ref: '#/components/parameters/A', description: Here.}]") +
			"components: {parameters: {A: {name: A, in: query, description: There., schema: {type: string}}}}\n",
			[]string{"A query string doc=Here."}},
		{"a body by a $ref", operation("requestBody: {$ref: '#/components/requestBodies/A'}") +
			"components: {requestBodies: {A: {content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/A'}}}}}, schemas: {A: {properties: {A: {type: string}}}}}\n",
			[]string{"A body string"}},
		{"OpenAPI 3.0", strings.Replace(form("properties: {A: {type: integer, nullable: true, minimum: 0, exclusiveMinimum: true, example: 5}}"), "3.1.0", "3.0.3", 1),
			[]string{"A body integer too_small=0 open"}},
		{"what is false says nothing", form("properties: {A: {type: string, nullable: false, readOnly: false, writeOnly: false, deprecated: false, uniqueItems: false}}"),
			[]string{"A body string"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			api, err := read(test.source)
			require.NoError(t, err)
			require.Len(t, api.Operations, 1)
			var got []string
			for _, field := range api.Operations[0].Fields {
				got = append(got, describe(field))
			}
			assert.Equal(t, test.want, got)
		})
	}
}
