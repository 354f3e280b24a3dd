package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Source is a file: its name, as errors say it, and what it holds.
type Source struct {
	Name    string
	Content []byte
}

// A Problem is a place of a document that cannot be carried into every language.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Problems are all places of a document that cannot be carried, in the order of the document.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// document is a parsed document, and what is wrong with it.
type document struct {
	file     string
	root     *yaml.Node
	old      bool                  // OpenAPI 3.0
	files    map[*yaml.Node]string // of the nodes that an overlay put in
	marks    map[*yaml.Node]bool   // of our extensions: whether something read it
	problems Problems
}

// refuse notes a problem.
func (d *document) refuse(at *yaml.Node, format string, args ...any) {
	p := Problem{File: d.file, Line: 1, Text: fmt.Sprintf(format, args...)}
	if at != nil {
		p.Line = max(at.Line, 1)
		if file, ok := d.files[at]; ok {
			p.File = file
		}
	}
	if !slices.Contains(d.problems, p) {
		d.problems = append(d.problems, p)
	}
}

var yamlError = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?(.*)`)

// parse reads the one YAML document of a file.
func parse(source Source) (*yaml.Node, error) {
	problem := func(line int, text string) error { return Problems{{source.Name, line, text}} }
	decoder := yaml.NewDecoder(bytes.NewReader(source.Content))
	var node, next yaml.Node
	err := decoder.Decode(&node)
	if err == nil {
		if !errors.Is(decoder.Decode(&next), io.EOF) {
			return nil, problem(max(next.Line, 1), "a second document follows; a file must hold one")
		}
	}
	switch {
	case errors.Is(err, io.EOF), err == nil && (len(node.Content) == 0 || node.Content[0].Tag == "!!null"):
		return nil, problem(1, "the document is empty")
	case err != nil:
		line := 1
		parts := yamlError.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
		if parts == nil {
			return nil, problem(line, err.Error())
		}
		if n, err := strconv.Atoi(parts[1]); err == nil && n > 0 {
			line = n
		}
		return nil, problem(line, "this is no YAML: "+parts[2])
	}
	return node.Content[0], nil
}

// plain refuses what would hide a part of the document from the rest of the reader.
func (d *document) plain(node *yaml.Node) {
	if node.Kind == yaml.AliasNode {
		d.refuse(node, "a YAML alias; write it out, or use $ref")
		return
	}
	if !strings.HasPrefix(node.ShortTag(), "!!") || node.ShortTag() == "!!binary" {
		d.refuse(node, "a YAML tag %s; take it out", node.Tag)
	}
	lines := map[string]int{}
	for key := range pairs(node) {
		if key.Kind != yaml.ScalarNode {
			d.refuse(key, "a key must be text")
			continue
		}
		if line, twice := lines[key.Value]; twice {
			d.refuse(key, "%s is given twice, here and on line %d; keep one", key.Value, line)
		}
		lines[key.Value] = key.Line
	}
	for _, child := range node.Content {
		d.plain(child)
	}
}

// pairs are the keys and values of a mapping; none if node is no mapping.
func pairs(node *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i], node.Content[i+1]) {
				return
			}
		}
	}
}

// get is the value of a key of a mapping; nil if there is none.
func get(node *yaml.Node, key string) *yaml.Node {
	for k, value := range pairs(node) {
		if k.Value == key {
			return value
		}
	}
	return nil
}

func text(node *yaml.Node) string {
	if node == nil || node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return ""
	}
	return node.Value
}

func isTrue(node *yaml.Node) bool {
	return node != nil && node.Kind == yaml.ScalarNode && node.Tag == "!!bool" && strings.EqualFold(node.Value, "true")
}

func isFalse(node *yaml.Node) bool {
	return node != nil && node.Kind == yaml.ScalarNode && node.Tag == "!!bool" && strings.EqualFold(node.Value, "false")
}

// A shape is what the value of a key must look like.
type shape int

const (
	anything shape = iota
	docShape       // text, or nothing
	scalarShape
	flagShape
	listShape
	mapShape
)

// The shapes of the keys of OpenAPI's objects, schemas apart.
var shapes = map[string]shape{
	"openapi": scalarShape, "info": mapShape, "servers": listShape, "paths": mapShape, "components": mapShape, "security": listShape,
	"tags": listShape, "externalDocs": mapShape, "title": scalarShape, "summary": docShape, "description": docShape,
	"termsOfService": scalarShape, "email": scalarShape, "identifier": scalarShape, "externalValue": scalarShape, "contact": mapShape, "license": mapShape, "version": scalarShape, "url": scalarShape, "name": scalarShape,
	"in": scalarShape, "required": flagShape, "deprecated": flagShape, "style": scalarShape, "explode": flagShape, "schema": mapShape,
	"examples": mapShape, "parameters": listShape, "requestBody": mapShape, "responses": mapShape, "operationId": scalarShape,
	"content": mapShape, "encoding": mapShape, "contentType": scalarShape, "headers": mapShape, "links": mapShape, "$ref": scalarShape,
	"schemas": mapShape, "requestBodies": mapShape, "securitySchemes": mapShape, "x-pages": mapShape, "type": scalarShape, "scheme": scalarShape,
}

// Keys that say nothing if they are false.
var saidByTrue = []string{"allowReserved", "allowEmptyValue", "readOnly", "writeOnly", "nullable", "uniqueItems"}

// known refuses the keys of a mapping that are not listed, and values of another shape. Extensions are for
// other tools, but for ours, which must stand where they mean something.
func (d *document) known(node *yaml.Node, what string, keys ...string) {
	if node == nil {
		return
	}
	if node.Kind != yaml.MappingNode {
		d.refuse(node, "%s must be a mapping", what)
		return
	}
	for key, value := range pairs(node) {
		d.knownKey(key, value, what, keys, shapes)
	}
}

func (d *document) knownKey(key, value *yaml.Node, what string, keys []string, shapes map[string]shape) {
	name := key.Value
	switch {
	case slices.Contains(keys, name):
		d.shaped(value, what+": "+name, shapes[name])
	case slices.Contains(extensions, name):
		d.refuse(key, "%s: %s has no meaning here; docs/contract.md says where it has one", what, name)
	case strings.HasPrefix(name, "x-"):
		for _, ours := range extensions {
			if letters(name) == letters(ours) {
				d.refuse(key, "%s: write %s, not %s", what, ours, name)
			}
		}
	case slices.Contains(saidByTrue, name) && isFalse(value):
	default:
		what, advice := what+": "+name, advices[name]
		if advice == "" {
			advice = "take it out (docs/contract.md lists what can)"
		}
		d.refuse(key, "%s cannot be carried into every language; %s", what, advice)
	}
}

func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

func (d *document) shaped(value *yaml.Node, what string, shape shape) {
	switch {
	case (shape == scalarShape || shape == docShape) && value.Kind != yaml.ScalarNode:
		d.refuse(value, "%s must be text", what)
	case shape == scalarShape && value.Tag == "!!null":
		d.refuse(value, "%s is empty; take it out", what)
	case shape == flagShape && !isTrue(value) && !isFalse(value):
		d.refuse(value, "%s must be true or false", what)
	case shape == listShape && value.Kind != yaml.SequenceNode:
		d.refuse(value, "%s must be a list", what)
	case shape == mapShape && value.Kind != yaml.MappingNode:
		d.refuse(value, "%s must be a mapping", what)
	}
}

// What to do about a key that is refused.
var advices = map[string]string{
	"multipleOf":            "say it in the description: languages divide fractions differently",
	"readOnly":              "give the request a schema without this property",
	"allOf":                 "write out one flat object",
	"oneOf":                 "write out one flat object",
	"anyOf":                 "write out one flat object",
	"discriminator":         "write out one flat object",
	"else":                  "write it as another if with then, in an allOf",
	"dependentSchemas":      "use dependentRequired",
	"dependencies":          "use dependentRequired",
	"patternProperties":     "a request has parameters that the contract names",
	"propertyNames":         "a request has parameters that the contract names",
	"unevaluatedProperties": "use additionalProperties: false",
	"content":               "give the parameter a schema",
	"allowReserved":         "the clients escape all but A-Z a-z 0-9 - . _ ~",
	"allowEmptyValue":       "an empty value is absent, and never sent",
	"servers":               "keep one list of servers, at the top of the document",
	"variables":             "write out the URL",
	"callbacks":             "take it out: a client gets no requests",
	"webhooks":              "take it out: a client gets no requests",
}

// The extensions that have a meaning.
var extensions = []string{
	"x-account", "x-disjoint", "x-error", "x-idempotent", "x-last-segment", "x-max-joined-length", "x-must-be",
	"x-named-part", "x-outcome", "x-pages",
}

// found notes one of our extensions, which must be used before the end.
func (d *document) found(key *yaml.Node) {
	if _, noted := d.marks[key]; !noted {
		d.marks[key] = false
	}
}

// keyOf is the node of a key of a mapping.
func keyOf(node *yaml.Node, name string) *yaml.Node {
	for key := range pairs(node) {
		if key.Value == name {
			return key
		}
	}
	return nil
}

var errCircle = errors.New("the $ref leads in a circle")

// follow goes along a reference to a component of a kind. A reference may have a description of its own.
func (d *document) follow(node *yaml.Node, kind string) (name string, target *yaml.Node) {
	var seen []*yaml.Node
	for target = node; ; {
		ref := get(target, "$ref")
		if ref == nil {
			return name, target
		}
		if slices.Contains(seen, target) {
			d.refuse(ref, "%v", errCircle)
			return "", nil
		}
		seen = append(seen, target)
		d.known(target, "a reference", "$ref", "summary", "description")
		if name, target = d.lookUp(ref, kind); target == nil {
			return "", nil
		}
	}
}

// lookUp finds the component that a reference names.
func (d *document) lookUp(ref *yaml.Node, kind string) (name string, target *yaml.Node) {
	prefix := "#/components/" + kind + "/"
	name, local := strings.CutPrefix(ref.Value, prefix)
	if !local || strings.Contains(name, "/") {
		d.refuse(ref, "$ref %s must begin with %s and name one of this document", ref.Value, prefix)
		return "", nil
	}
	name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	if target = get(get(get(d.root, "components"), kind), name); target == nil {
		d.refuse(ref, "$ref %s: there is no such component", ref.Value)
	}
	return name, target
}
