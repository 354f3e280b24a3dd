package contract

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Keywords that state nothing about a value.
var annotations = []string{
	"title", "description", "example", "examples", "deprecated", "$comment", "externalDocs", "xml", "default", "format", "writeOnly",
}

// The shapes of the keywords of schemas. What is not here is looked at where it is read.
var schemaShapes = map[string]shape{
	"title": docShape, "description": docShape, "examples": listShape, "deprecated": flagShape, "$comment": docShape,
	"externalDocs": mapShape, "xml": mapShape, "format": scalarShape, "writeOnly": flagShape, "readOnly": flagShape, "nullable": flagShape,
	"properties": mapShape, "required": listShape, "enum": listShape, "dependentRequired": mapShape, "allOf": listShape, "anyOf": listShape,
	"oneOf": listShape, "not": mapShape, "if": mapShape, "then": mapShape, "uniqueItems": flagShape, "pattern": scalarShape,
	"contentMediaType": scalarShape, "contentEncoding": scalarShape, "$ref": scalarShape, "discriminator": mapShape,
	"x-disjoint": listShape, "x-must-be": scalarShape, "x-named-part": scalarShape, "x-outcome": mapShape, "x-last-segment": scalarShape,
	"x-error": mapShape,
}

// A schema is a schema with all that its chain of references says.
type schema struct {
	at       *yaml.Node
	name     string            // of the component that it is, by the last reference; empty if it is inline
	names    map[string]string // of the component that holds a keyword
	keywords map[string]*yaml.Node
	keys     map[string]*yaml.Node // the nodes of the keywords themselves
	base     *yaml.Node            // the last schema of the chain
}

// schema follows the references of a schema. In OpenAPI 3.1 a schema may say more beside its reference; in
// 3.0 that is ignored, and so it is refused.
func (r *reader) schema(node *yaml.Node, what string) *schema {
	if node == nil {
		return nil
	}
	s := &schema{at: node, keywords: map[string]*yaml.Node{}, keys: map[string]*yaml.Node{}, names: map[string]string{}}
	var seen []*yaml.Node
	for node != nil {
		if slices.Contains(seen, node) {
			r.refuse(node, "%s: %v", what, errCircle)
			return nil
		}
		seen = append(seen, node)
		s.base = node
		if node.Kind != yaml.MappingNode {
			r.refuse(node, "%s: the schema must be a mapping", what)
			return nil
		}
		ref := get(node, "$ref")
		if ref != nil {
			r.shaped(ref, what+": $ref", scalarShape)
		}
		r.typed(get(node, "type"), what)
		for key, value := range pairs(node) {
			switch before := s.keywords[key.Value]; {
			case key.Value == "$ref":
			case ref != nil && r.old && key.Value != "description":
				r.refuse(key, "%s: OpenAPI 3.0 ignores %s beside a $ref; move it, or use `openapi: 3.1.0`", what, key.Value)
			case before == nil:
				s.keywords[key.Value], s.keys[key.Value], s.names[key.Value] = value, key, s.name
			case key.Value != "format" && slices.Contains(annotations, key.Value): // the nearest counts
			case !sameYAML(before, value):
				r.refuse(before, "%s: %s is given twice, here and on line %d; keep one", what, key.Value, key.Line)
			}
		}
		if node = nil; ref != nil {
			name, target := r.lookUp(ref, "schemas")
			if target == nil {
				return nil
			}
			s.name, node = name, target
		}
	}
	return s
}

// typed refuses what is no type.
func (r *reader) typed(node *yaml.Node, what string) {
	if node == nil {
		return
	}
	list := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		list = node.Content
	}
	for _, one := range list {
		if one.Tag != "!!str" || !slices.Contains([]string{"string", "integer", "number", "boolean", "array", "object", "null"}, one.Value) {
			r.refuse(node, "%s: type must be string, integer, number, boolean, array, object or, in quotes, \"null\"", what)
			return
		}
	}
}

func sameYAML(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, sameYAML)
}

// kind is the one type of a schema, without null; empty if there is none, or several.
func (s *schema) kind() string {
	t := s.keywords["type"]
	if t == nil {
		return ""
	}
	if t.Kind == yaml.ScalarNode {
		return t.Value
	}
	kind := ""
	for _, item := range t.Content {
		if item.Value == "null" {
			continue
		}
		if kind != "" {
			return ""
		}
		kind = item.Value
	}
	return kind
}

// doc is what a schema says of itself.
func (s *schema) doc() string { return strings.TrimSpace(text(s.keywords["description"])) }

func (s *schema) has(keyword string) bool { return s.keywords[keyword] != nil }

// only refuses the keywords of a schema that are neither listed nor annotations.
func (r *reader) only(s *schema, what string, keywords ...string) {
	for _, key := range sortedNodes(maps.Values(s.keys)) {
		r.knownKey(key, s.keywords[key.Value], what, append(keywords, annotations...), schemaShapes)
	}
}

func sortedNodes(nodes iter.Seq[*yaml.Node]) []*yaml.Node {
	return slices.SortedFunc(nodes, func(a, b *yaml.Node) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column, strings.Compare(a.Value, b.Value))
	})
}

// isBinary tells whether a schema is the content of a file: `format: binary`, or in OpenAPI 3.1 a content
// type without an encoding.
func (s *schema) isBinary() bool {
	if s.kind() == "string" && text(s.keywords["format"]) == "binary" {
		return true
	}
	return (s.kind() == "string" || !s.has("type")) && s.has("contentMediaType") && !s.has("contentEncoding")
}

// canBeNull tells whether null is a value of a schema.
func (s *schema) canBeNull() bool {
	t := s.keywords["type"]
	if isTrue(s.keywords["nullable"]) || t == nil {
		return t != nil || !s.isObject()
	}
	return slices.ContainsFunc(t.Content, func(item *yaml.Node) bool { return item.Value == "null" })
}

// examplesOf are the examples that a schema, a parameter or a media type gives.
func (r *reader) examplesOf(node *yaml.Node) []*yaml.Node {
	if example := get(node, "example"); example != nil {
		return []*yaml.Node{example}
	}
	examples := get(node, "examples")
	if examples == nil {
		return nil
	}
	if examples.Kind == yaml.SequenceNode {
		return examples.Content
	}
	var out []*yaml.Node
	for name, at := range pairs(examples) {
		_, example := r.follow(at, "examples")
		r.known(example, "the example "+name.Value, "summary", "description", "value", "externalValue")
		if value := get(example, "value"); value != nil {
			out = append(out, value)
		}
	}
	return out
}
