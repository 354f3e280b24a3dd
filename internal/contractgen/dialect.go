package contractgen

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// OpenAPI30 is the name of the older dialect of OpenAPI, for generators that don't read 3.1.
const OpenAPI30 = "openapi-3.0"

var (
	// What means the same in a schema of either dialect.
	sharedKeywords = []string{
		"type", "properties", "required", "items", "allOf", "anyOf", "oneOf", "not", "enum", "pattern",
		"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems", "multipleOf",
		"title", "description", "default", "deprecated", "format", "readOnly", "writeOnly", "example",
	}
	// What 3.0 has no word for, or what makes the generators that want 3.0 turn a body with fields into a
	// map. It is kept under x-NAME.
	setAside = []string{"dependentRequired", "additionalProperties", "contentMediaType", "$comment"}
)

// Derive30 makes the OpenAPI 3.0.3 document that says what a 3.1 document says, keeping the order, the
// comments and the names. A keyword that it cannot carry over is an error.
func Derive30(name string, document []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(root.Content) == 0 {
		return nil, fmt.Errorf("%s: the document is empty", name)
	}
	d := dialect{reader{name: name, root: root.Content[0]}}
	if err := d.document(); err != nil {
		return nil, err
	}
	root.HeadComment = "# Derived by contractgen from " + name + ". DO NOT EDIT."
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(&root); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type dialect struct{ reader }

func (d dialect) document() error {
	version := get(d.root, "openapi")
	if version == nil || !strings.HasPrefix(version.Value, "3.1.") {
		return d.errorf(d.root, "the document must say `openapi: 3.1.x`")
	}
	version.Value = "3.0.3"
	info := get(d.root, "info")
	for key := range pairs(info) {
		if key.Value == "summary" {
			key.Value = "x-summary"
		}
	}
	for key := range pairs(get(info, "license")) {
		if key.Value == "identifier" {
			key.Value = "x-identifier"
		}
	}
	for key := range pairs(d.root) {
		if key.Value == "webhooks" || key.Value == "jsonSchemaDialect" {
			return d.errorf(key, "OpenAPI 3.0 has no %s", key.Value)
		}
	}
	return d.walk(d.root)
}

// walk finds the schemas of a part of the document that is not itself a schema.
func (d dialect) walk(node *yaml.Node) error {
	for key, value := range pairs(node) {
		var err error
		switch key.Value {
		case "example", "examples":
		case "schema":
			err = d.schema(value)
		case "schemas":
			err = d.schemas(value)
		default:
			err = d.walk(value)
		}
		if err != nil {
			return err
		}
	}
	if node.Kind == yaml.SequenceNode {
		for _, item := range node.Content {
			if err := d.walk(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// schemas converts the values of a mapping.
func (d dialect) schemas(node *yaml.Node) error {
	for _, schema := range pairs(node) {
		if err := d.schema(schema); err != nil {
			return err
		}
	}
	return nil
}

func (d dialect) schema(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return nil // a boolean, as additionalProperties may have
	}
	for keyword, value := range pairs(node) {
		var err error
		switch name := keyword.Value; {
		case name == "$ref":
			// 3.0 tells its readers to ignore what stands beside a $ref; it stays, for people.
		case name == "examples":
			if value.Kind != yaml.SequenceNode || len(value.Content) == 0 {
				return d.errorf(value, "examples of a schema must be a list")
			}
			keyword.Value = "example"
			*value = *value.Content[0]
		case name == "type" && value.Kind != yaml.ScalarNode:
			return d.errorf(value, "OpenAPI 3.0 has no schemas of several types")
		case slices.Contains(setAside, name):
			keyword.Value = "x-" + name
		case name == "properties":
			err = d.schemas(value)
		case name == "items" || name == "not":
			err = d.schema(value)
		case slices.Contains([]string{"allOf", "anyOf", "oneOf"}, name):
			for _, schema := range value.Content {
				if err = d.schema(schema); err != nil {
					break
				}
			}
		case !slices.Contains(sharedKeywords, name) && !strings.HasPrefix(name, "x-"):
			return d.errorf(keyword, "the keyword %q of a schema has no counterpart in OpenAPI 3.0 that contractgen knows", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
