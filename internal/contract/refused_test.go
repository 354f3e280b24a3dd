package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/contract"
)

// refusedAt holds a document against the comments in it: each line that ends in `#! words` must be refused in
// these words, several with ` && ` between them, and no other.
func refusedAt(t *testing.T, source string, overlays ...string) {
	t.Helper()
	var want []string
	for i, text := range append([]string{source}, overlays...) {
		file := "api.yaml"
		if i > 0 {
			file = fmt.Sprintf("overlay%d.yaml", i)
		}
		for n, line := range strings.Split(text, "\n") {
			if _, words, marked := strings.Cut(line, "#! "); marked {
				for _, one := range strings.Split(words, " && ") {
					want = append(want, fmt.Sprintf("%s:%d: %s", file, n+1, one))
				}
			}
		}
	}
	api, err := read(source, overlays...)
	var problems contract.Problems
	require.ErrorAs(t, err, &problems, "%s", source)
	assert.Equal(t, contract.API{}, api, "nothing is returned when something is refused")
	for i, problem := range problems {
		require.Less(t, i, len(want), "not foreseen: %s", problem)
		file, rest, _ := strings.Cut(want[i], ":")
		line, words, _ := strings.Cut(rest, ": ")
		assert.Equal(t, file+":"+line, fmt.Sprintf("%s:%d", problem.File, problem.Line), problem.String())
		assert.Contains(t, strings.ReplaceAll(problem.Text, "`", ""), words)
	}
	assert.Len(t, problems, len(want), "%v", err)
}

func TestRulesThatTwoLanguagesCouldReadDifferentlyAreRefused(t *testing.T) {
	refusedAt(t, form(`
required: [A]
properties:
  A: {type: string}
  P1: {type: string, pattern: 'abc'} #! must begin with ^ and end with $
  P2: {type: string, pattern: '^\d$'} #! has the escape "\\d"
  P3: {type: string, pattern: '^a|b$'} #! has alternatives outside a group
  P4: {type: string, pattern: '^(?i)a$'} #! has a group of a kind
  P5: {type: string, pattern: '^.$'} #! has a bare .
  N1: {type: integer, minimum: 1.0} #! must be a whole number of 64 bits
  N2: {type: integer, maximum: 9223372036854775808} #! must be a whole number of 64 bits
  N3: {type: number, minimum: 0.1234567890123456789} #! must be a decimal number that a double holds
  N4: {type: number, minimum: 9007199254740993} #! must be a decimal number that a double holds
  N5: {type: number, maximum: 1e400} #! must be a decimal number that a double holds
  N6: {type: integer, maximum: 010} #! must be a whole number of 64 bits
  N7: {type: integer, maximum: 0x10} #! must be a whole number of 64 bits
  N8: {type: integer, maximum: 1_000} #! must be a whole number of 64 bits
  N9: {type: integer, maximum: '5'} #! must be a whole number of 64 bits
  N10: {type: number, multipleOf: 0.01} #! multipleOf cannot be carried into every language; say it in the description
  N11: {type: integer, exclusiveMinimum: true} #! is a number in OpenAPI 3.1 and a boolean in 3.0
  N12: {type: integer, exclusiveMinimum: 1, minimum: 1} #! not both
  L1: {type: string, maxLength: 10.0} #! maxLength must be a whole number from 0 to 2147483647
  L2: {type: string, maxLength: -1} #! maxLength must be a whole number from 0 to 2147483647
  L3: {type: string, maxLength: 007} #! maxLength must be a whole number from 0 to 2147483647
  E1: {type: string, enum: [a, no]} #! quote the enum value no
  E2: {type: string, enum: [a, 5]} #! must be text; quote it
  E3: {type: integer, enum: [1, 1.0]} #! must be a whole number of 64 bits
  E4: {type: number, enum: [1, 1.0]} #! the enum lists 1 twice
  E5: {type: boolean, enum: [true]} #! enum cannot be carried for a value of type boolean
  M1: {type: string, contentMediaType: text/csv} #! may mean a file or text
  T1: {type: [string, integer]} #! must have one type
  T2: {type: [string, null]} #! in quotes, "null"
  Q1: {type: string, enum: [sms, letter]}
allOf:
  - if: {properties: {Q1: {const: sms}}} #! if must ask that Q1 is there
    then: {required: [A]}
  - if: {properties: {Q1: {const: fax}}, required: [Q1]} #! the const fax is no value of Q1
    then: {required: [A]}
  - if: {properties: {N1: {const: 1.0}}, required: [N1]} #! the const must be a value of N1
    then: {required: [A]}
`[1:]))
}

func TestBodiesThatCannotBeCarriedAreRefused(t *testing.T) {
	refusedAt(t, form(`
additionalProperties: {type: string} #! additionalProperties can only be true or false
required: [A, F, Z] #! required names "Z"
dependentRequired:
  Z: [A] #! dependentRequired names "Z"
  A: [Y] #! dependentRequired names "Y"
not: {required: [A]} #! can be carried, or an anyOf
x-disjoint:
  - [A, B] #! x-disjoint must hold pairs of lists
minProperties: 2 #! minProperties can be 1 only
allOf:
  - required: [A] #! an allOf may hold dependentRequired, not, and if with then; write required into the schema itself
  - $ref: '#/components/schemas/A' #! write $ref into the schema itself
  - not: {required: [A, A]} #! not names "A" twice
  - not: {required: [A, F]} #! all of these are required
  - then: {required: [A]} #! if and then go together
  - if: {properties: {A: {const: a}, B: {const: b}}} #! can be carried
    then: {required: [B]}
  - if: {properties: {A: {const: a}}, required: [A, B]} #! and for nothing else
    then: {required: [B]}
  - if: {properties: {A: {minLength: 5}}} #! minLength cannot be carried && with a const
    then: {required: [B]}
  - if: {properties: {A: {const: a}}} #! can be carried
    then: {maxProperties: 5} #! maxProperties cannot be carried
properties:
  A: {type: string}
  B: {type: array, items: {type: string}}
  C: {type: object} #! an object inside a request cannot be carried; use flat parameters
  D: {type: array} #! an array needs items with a type
  E: {type: array, items: {type: array, items: {type: string}}} #! type array cannot be carried
  F: {type: string, format: binary} #! needs the content type multipart/form-data
  G: {oneOf: [{type: string}, {type: integer}]} #! must have one type
  H: {type: string, readOnly: true} #! give the request a schema without this property
  I: {type: string, maxLength: 0} #! no value can keep all of its rules
  J: {type: integer, minimum: 5, maximum: 4} #! no value can keep all of its rules
  K: {type: array, minItems: 5, maxItems: 4, items: {type: string}} #! no value can keep all of its rules
  L: {type: string, x-mustbe: fine} #! write x-must-be, not x-mustbe
  M: {type: string, x-must-be: fine} #! there is none
  N: {type: array, items: {type: string}, x-max-joined-length: 5} #! x-max-joined-length is for a list that is sent as one value
  O: {$ref: '#/components/schemas/None'} #! there is no such component
  P: {$ref: 'other.yaml#/A'} #! must begin with #/components/schemas/
  Q: {$ref: '#/components/schemas/Loop'}
  R: {type: integer, default: 1.5} #! the default must be of type integer
  S: {type: integer, default: [1]} #! the default must be of type integer
  T: {type: array, items: {type: integer}, default: 1} #! the default must be a list
  '...': {type: string} #! the name must have a letter or a digit
`[1:])+`components:
  schemas:
    A: {type: string}
    Loop: {$ref: '#/components/schemas/Pool'} #! leads in a circle
    Pool: {$ref: '#/components/schemas/Loop'}
`)
}

func TestParametersThatCannotBeCarriedAreRefused(t *testing.T) {
	refusedAt(t, `
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /a/{Id}/{Id}: #! the path has {Id} twice
    get:
      operationId: getA
      parameters:
        - {name: Id, in: path, required: true, schema: {type: string}}
      responses: {'204': {description: D}}
  /b/{Id}/{No}: #! the path has {No}, but getB has no parameter && the parameter Other is not in the path
    get:
      operationId: getB
      parameters:
        - {name: Id, in: path, schema: {type: string}} #! must have required: true
        - {name: Other, in: path, required: true, schema: {type: string}}
        - {name: Q1, in: query, schema: {type: string}}
        - {name: Q1, in: query, schema: {type: string}} #! the parameter Q1 is given twice
        - {name: Q2, in: query} #! a parameter needs a schema
        - {name: Q3, in: query, content: {application/json: {}}} #! give the parameter a schema && a parameter needs a schema
        - {name: Q4, in: query, style: form, allowReserved: true, schema: {type: string}} #! the clients escape all but
        - {name: Q5, in: query, style: deepObject, schema: {type: array, items: {type: string}}} #! style deepObject cannot be carried
        - {name: Q6, in: query, style: pipeDelimited, explode: true, schema: {type: array, items: {type: string}}} #! needs explode: false
        - {name: Q7, in: query, schema: {type: string, format: binary}} #! a file can only be in a multipart body
        - {name: C, in: cookie, schema: {type: string}} #! a parameter must be in: path, query or header
        - {name: X-L, in: header, schema: {type: array, items: {type: string}}} #! a list can be in the query or in the body
        - {name: Accept, in: header, schema: {type: string}} #! this header cannot be a parameter
        - {name: Accept-Encoding, in: header, schema: {type: string}} #! this header cannot be a parameter
        - {name: 'X Y', in: header, schema: {type: string}} #! this header cannot be a parameter
        - {name: q1, in: query, schema: {type: string}} #! Q1 and q1 are the same name in some language
        - {$ref: '#/components/parameters/None'} #! there is no such component
      responses: {'204': {description: D}}
  /c/../d: #! have no segment that is empty, . or ..
    get: {operationId: getC, responses: {'204': {description: D}}}
  /d//e: #! have no segment that is empty, . or ..
    get: {operationId: getD, responses: {'204': {description: D}}}
  /e f: #! hold only characters that need no escaping
    get: {operationId: getE, responses: {'204': {description: D}}}
  /f/{A}:
    get:
      operationId: getF
      parameters: [{name: A, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: D}}
  /f/{B}: #! are the same but for the names of their parameters
    get:
      operationId: getF2
      parameters: [{name: B, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: D}}
    delete:
      operationId: deleteF
      parameters: [{name: B, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {}} #! a request body has no meaning with DELETE
      responses: {'204': {description: D}}
`)
}

func TestAccountsAreOneParameterOfThePath(t *testing.T) {
	refusedAt(t, `
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /a/{A}/{B}:
    get:
      operationId: getA
      parameters:
        - {name: A, in: path, required: true, x-account: true, schema: {type: string, maxLength: 5}} #! rules for the account cannot be carried
        - {name: B, in: path, required: true, x-account: true, schema: {type: string}} #! x-account marks A already
        - {name: Q, in: query, x-account: true, schema: {type: string}} #! stands in a parameter of the path
      responses: {'204': {description: D}}
`)
}

func TestEncodingsOfOneBodyMustAgree(t *testing.T) {
	both := func(form, multipart string) string {
		return operation("requestBody:\n  content:\n    application/x-www-form-urlencoded:\n      schema:\n        type: object\n" + indent(8, form) +
			"    multipart/form-data:\n      schema:\n        type: object\n" + indent(8, multipart))
	}
	for _, test := range []struct{ form, multipart, want string }{
		{"properties: {A: {type: string}}", "properties: {A: {type: integer}}", "A is not the same in the two encodings"},
		{"properties: {A: {type: string}}", "properties: {A: {type: string, maxLength: 5}}", "A is not the same in the two encodings"},
		{"properties: {A: {type: string}}", "properties: {A: {type: string, deprecated: true}}", "A is not the same in the two encodings"},
		{"properties: {A: {type: string, enum: [a]}}", "properties: {A: {type: string, enum: [b]}}", "another enum of the name AddThingA"},
		{"properties: {A: {type: string}}", "properties: {A: {type: string}, B: {type: string}}", "only one encoding has B, which is no file"},
		{"properties: {A: {type: string}, B: {type: string}}", "properties: {A: {type: string}}", "only one encoding has B"},
		{"required: [A]\nproperties: {A: {type: string}}", "properties: {A: {type: string}}", "A is not the same in the two encodings"},
		{"minProperties: 1\nproperties: {A: {type: string}}", "properties: {A: {type: string}}", "x-disjoint and minProperties must be the same"},
		{"required: [A]\nproperties: {A: {type: string, format: binary}}", "required: [A]\nproperties: {A: {type: string, format: binary}}",
			"A is a required file, so that application/x-www-form-urlencoded can never be sent"},
	} {
		_, err := read(both(test.form, test.multipart))
		assert.ErrorContains(t, err, test.want)
	}

	// A file that only multipart has replaces what only the form has.
	api, err := read(both("required: [A, Url]\nproperties: {Url: {type: string}, A: {type: string}}",
		"required: [A]\nnot: {required: [File, A]}\nproperties: {A: {type: string}, File: {type: string, format: binary}}"))
	require.NoError(t, err)
	var got []string
	for _, field := range api.Operations[0].Fields {
		got = append(got, describe(field))
	}
	assert.Equal(t, []string{"Url body string required(File) exclusive(File)", "A body string required", "File body file file(file false) exclusive(A)"}, got)
	assert.Equal(t, "Url is required unless File is given.", api.Operations[0].Fields[0].Presence[0].Message)
}

func TestOpenAPI30IgnoresStyleInMultipart(t *testing.T) {
	refusedAt(t, strings.Replace(operation(`
requestBody:
  content:
    multipart/form-data:
      schema: {type: object, properties: {A: {type: array, items: {type: string}}, B: {$ref: '#/components/schemas/B', maxLength: 5}}} #! OpenAPI 3.0 ignores maxLength beside a $ref
      encoding:
        A: {explode: false} #! OpenAPI 3.0 ignores style and explode in multipart/form-data`[1:])+
		"components: {schemas: {B: {type: string}}}\n", "3.1.0", "3.0.3", 1))
}

func TestResponsesThatCannotBeCarriedAreRefused(t *testing.T) {
	refusedAt(t, `
openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /a:
    get:
      operationId: getA #! needs responses
    put:
      operationId: putA
      responses:
        '400': {description: D} #! needs a response with a status of 2xx
        '3xx': {description: D} #! a response is named by its status
    delete:
      operationId: deleteA
      responses:
        '200':
          description: D
          content:
            application/json:
              schema:
                type: object
                required: [Z] #! required names "Z"
                properties:
                  A: {type: string, x-outcome: {done: [a, a], other: [b]}} #! x-outcome: other is none of done, queued and refused && each value must be text, and be listed once
                  B: {type: string, x-outcome: {done: [b]}} #! x-outcome may stand in one member
                  C: {type: integer, x-last-segment: D} #! stands in a member that is text
                  a_: {type: string} #! A and a_ are the same name in some language
                  E: {type: object, properties: {F: {type: string, x-outcome: {done: [f]}}}} #! x-outcome has no meaning here
                  G: {type: array, items: {type: string, x-last-segment: H}} #! x-last-segment has no meaning here
                  I: {type: strin} #! type must be string
                  J: {maxlength: 5} #! maxlength cannot be carried
                if: {properties: {A: {const: b}}, required: [A]} #! x-outcome lists no b
                then: {required: [Y]} #! then names "Y"
        '403':
          description: D
          content:
            application/json:
              schema:
                type: object
                x-error: {message: A} #! x-error has no meaning here
                properties: {A: {$ref: '#/components/schemas/None'}} #! there is no such component
    post:
      operationId: postA
      x-pages: {page: Page, items: Items, pages: 5} #! x-pages: pages is none of page, items and totalPages && page must name a query parameter && x-pages needs a response that is an object
      responses: {'204': {description: D}}
`)
}
