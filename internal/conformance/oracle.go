package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"example.com/contacts/internal/contract"
)

// An Oracle tells by the contract's own JSON Schemas whether a request is valid. It reads the document
// by itself: it shares no code with the model of the contract, against which it is a check.
type Oracle struct {
	document map[string]any
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

const resource = "contract:///document"

// NewOracle reads an OpenAPI document, in YAML or JSON, after it has applied overlays to it.
func NewOracle(source []byte, overlays ...[]byte) (*Oracle, error) {
	var node yaml.Node
	if err := yaml.Unmarshal(source, &node); err != nil {
		return nil, err
	}
	for _, text := range overlays {
		o, err := overlay.ParseReader(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		if o.JSONPathVersion == "" {
			o.JSONPathVersion = overlay.JSONPathRFC9535
		}
		if err := o.ApplyTo(&node); err != nil {
			return nil, err
		}
	}
	var parsed any
	if err := node.Decode(&parsed); err != nil {
		return nil, err
	}
	text, err := json.Marshal(parsed)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	root, ok := document.(map[string]any)
	if !ok {
		return nil, errors.New("the contract is no object")
	}
	o := &Oracle{document: root, compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	if version, _ := root["openapi"].(string); strings.HasPrefix(version, "3.0") {
		o.compiler.DefaultDraft(jsonschema.Draft4)
	}
	o.compiler.AssertFormat()
	for _, name := range []string{"email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri-reference", "iri", "iri-reference", "uri-template",
		"json-pointer", "relative-json-pointer", "duration", "time", "period", "semver", "password", "byte", "binary"} {
		o.compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(any) error { return nil }}) // an annotation
	}
	o.compiler.RegisterFormat(&jsonschema.Format{Name: "int32", Validate: bits(32)})
	o.compiler.RegisterFormat(&jsonschema.Format{Name: "int64", Validate: bits(64)})
	return o, o.compiler.AddResource(resource, document)
}

func bits(n int) func(any) error {
	return func(value any) error {
		if number, ok := value.(json.Number); ok {
			whole, fits := wholeNumber(number)
			if !fits {
				return fmt.Errorf("has more than %d bits", n)
			}
			_, err := strconv.ParseInt(whole, 10, n)
			return err
		}
		return nil
	}
}

// Check returns what is wrong with the request of a case, or nil.
func (o *Oracle) Check(op contract.Operation, c *Case, e encoding) error {
	pointer, operation, err := o.find(op.ID)
	if err != nil {
		return err
	}
	given := map[string]any{} // in the body
	for name, value := range c.Input {
		if present(value) {
			given[name] = asInstance(value)
		}
	}
	for _, p := range o.parameters(pointer, operation) {
		name, _ := p.parameter["name"].(string)
		value, has := given[name], given[name] != nil
		delete(given, name)
		if p.parameter["in"] == "path" {
			if p.parameter["x-account"] == true {
				continue
			}
			value, has = c.Path[name], present(c.Path[name])
			if field, ok := fieldOf(op, name); ok && has {
				value = c.value(field)
			}
		}
		if !has {
			if p.parameter["required"] == true {
				return fmt.Errorf("%s is required", name)
			}
			continue
		}
		if err := o.validate(append(p.pointer, "schema"), value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	body, bodyPointer := o.resolve(operation["requestBody"], append(pointer, "requestBody"))
	if body == nil {
		return nil
	}
	if len(given) == 0 && body["required"] != true {
		return nil
	}
	mediaType := string(e)
	if content, _ := body["content"].(map[string]any); content[mediaType] == nil {
		for other := range content {
			mediaType = other
		}
	}
	return o.validate(append(bodyPointer, "content", mediaType, "schema"), given)
}

func fieldOf(op contract.Operation, name string) (contract.Field, bool) {
	for _, f := range op.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return contract.Field{}, false
}

// asInstance is a value as the contract's schemas see it: a file is text.
func asInstance(value any) any {
	switch value := value.(type) {
	case []any:
		out := []any{}
		for _, item := range value {
			out = append(out, asInstance(item))
		}
		return out
	case map[string]any:
		if value["Path"] != nil {
			return "the content of a file"
		}
	}
	return value
}

func (o *Oracle) find(operationID string) (pointer []string, operation map[string]any, err error) {
	paths, _ := o.document["paths"].(map[string]any)
	for path, item := range paths {
		methods, _ := item.(map[string]any)
		for method, value := range methods {
			if operation, _ := value.(map[string]any); operation["operationId"] == operationID {
				return []string{"paths", path, method}, operation, nil
			}
		}
	}
	return nil, nil, fmt.Errorf("the contract has no operation %q", operationID)
}

type located struct {
	parameter map[string]any
	pointer   []string
}

// parameters of an operation: its own go before those of its path.
func (o *Oracle) parameters(pointer []string, operation map[string]any) []located {
	paths := o.document["paths"].(map[string]any)
	item := paths[pointer[1]].(map[string]any)
	var out []located
	seen := map[any]bool{}
	for _, of := range []struct {
		list    any
		pointer []string
	}{{operation["parameters"], pointer}, {item["parameters"], pointer[:2]}} {
		list, _ := of.list.([]any)
		for i, value := range list {
			parameter, at := o.resolve(value, append(append([]string{}, of.pointer...), "parameters", strconv.Itoa(i)))
			if parameter == nil || seen[fmt.Sprint(parameter["in"], parameter["name"])] {
				continue
			}
			seen[fmt.Sprint(parameter["in"], parameter["name"])] = true
			out = append(out, located{parameter, at})
		}
	}
	return out
}

// resolve follows a reference inside the document.
func (o *Oracle) resolve(value any, pointer []string) (map[string]any, []string) {
	object, _ := value.(map[string]any)
	reference, isReference := object["$ref"].(string)
	if !isReference {
		return object, pointer
	}
	var at any = o.document
	var target []string
	for _, token := range strings.Split(strings.TrimPrefix(reference, "#/"), "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		parent, _ := at.(map[string]any)
		at, target = parent[token], append(target, token)
	}
	return o.resolve(at, target)
}

func (o *Oracle) validate(pointer []string, instance any) error {
	var fragment strings.Builder
	for _, token := range pointer {
		fragment.WriteString("/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(token)))
	}
	schema := o.compiled[fragment.String()]
	if schema == nil {
		var err error
		if schema, err = o.compiler.Compile(resource + "#" + fragment.String()); err != nil {
			return err
		}
		o.compiled[fragment.String()] = schema
	}
	return schema.Validate(instance)
}
