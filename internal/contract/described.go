package contract

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// What a schema of a response may say. A client reads its types and the names of its members; it does not
// hold a server to the rest.
var responseKeywords = slices.Concat(annotations, schemaParts, schemaMaps, schemaLists, []string{
	"$ref", "type", "nullable", "readOnly", "required", "enum", "const", "minLength", "maxLength", "pattern", "minimum", "maximum",
	"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains",
	"minProperties", "maxProperties", "dependentRequired", "contentMediaType", "contentEncoding", "discriminator",
	"x-must-be", "x-max-joined-length", "x-named-part", "x-disjoint", "x-outcome", "x-last-segment", "x-error",
})

// Keywords that hold a schema, schemas by a name, and a list of schemas.
var (
	schemaParts = []string{
		"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems",
		"unevaluatedProperties", "contentSchema",
	}
	schemaMaps  = []string{"properties", "patternProperties", "dependentSchemas", "$defs"}
	schemaLists = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
)

// described looks at all that a schema of a response says, and at the schemas inside of it.
func (r *reader) described(node *yaml.Node, what string) {
	if node == nil || r.checked[node] {
		return
	}
	r.checked[node] = true
	if isTrue(node) || isFalse(node) {
		return
	}
	if node.Kind != yaml.MappingNode {
		r.refuse(node, "%s: the schema must be a mapping", what)
		return
	}
	r.typed(get(node, "type"), what)
	for key, value := range pairs(node) {
		name := key.Value
		switch {
		case name == "x-outcome", name == "x-last-segment", name == "x-error":
			r.found(key)
		case slices.Contains(schemaParts, name):
			r.described(value, what)
			continue
		}
		r.knownKey(key, value, what, responseKeywords, schemaShapes)
		switch {
		case slices.Contains(schemaMaps, name):
			r.shaped(value, what+": "+name, mapShape)
			for part, inner := range pairs(value) {
				where := what
				if name == "properties" {
					where += ": " + part.Value
				}
				r.described(inner, where)
			}
		case slices.Contains(schemaLists, name):
			r.shaped(value, what+": "+name, listShape)
			for _, inner := range value.Content {
				r.described(inner, what)
			}
		case name == "$ref":
			if _, target := r.lookUp(value, "schemas"); target != nil {
				r.described(target, what)
			}
		}
	}
}
