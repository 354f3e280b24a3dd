// Package contractgen is the generator for what other generators drop from a contract: it reads the
// request bodies of an OpenAPI 3.1 document and renders, for each language, the order of their fields
// and the check of their rules.
//
// It enforces all of what a body's schema says or nothing: a keyword that it does not know is an error,
// with the line, and no output.
package contractgen

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Contract is what the rendered code needs to know of an OpenAPI document.
type Contract struct {
	Bodies []Body // in the order in which the document's operations list them
	Enums  []Enum // of the fields of Bodies, by first use
}

// A Body is the schema of one request body.
type Body struct {
	Name   string
	Fields []Field // in the order of the schema's properties
}

// A Field is one parameter of a body.
//
// Its rules are checked in order, first those about its presence, then, if it is there, those about its
// value. The first that is broken is the field's violation.
type Field struct {
	Name     string
	Presence []Rule // Required, RequiredWith, Exclusive
	Value    []Rule // TooShort, TooLong, Format, OneOf
}

// Required tells whether the field must be there whatever else is.
func (f Field) Required() bool {
	return slices.ContainsFunc(f.Presence, func(r Rule) bool { return r.Kind == Required })
}

// A Rule is one thing that must hold of a field. The members after Message belong to some kinds only.
type Rule struct {
	Field   string // the field that is at fault when the rule is broken
	Kind    string // what a Violation calls it: one of the constants below
	Message string // the same English sentence in every language

	With    []string // RequiredWith: any of these; Exclusive: all of these together
	Length  int      // TooShort, TooLong: in Unicode code points
	Pattern string   // Format; empty: must be well-formed Unicode
	Enum    Enum     // OneOf
}

// The kinds of rules that a contract can state.
const (
	Required     = "required"
	RequiredWith = "required_with"
	Exclusive    = "exclusive"
	TooShort     = "too_short"
	TooLong      = "too_long"
	Format       = "format"
	OneOf        = "one_of"
)

// An Enum is a named list of values.
type Enum struct {
	Name   string
	Values []string
}

// Keywords that state nothing about a value.
var annotations = []string{"title", "description", "examples", "example", "deprecated", "format", "$comment"}

var (
	bodyKeywords  = append([]string{"type", "properties", "required", "dependentRequired", "not", "additionalProperties"}, annotations...)
	fieldKeywords = append([]string{"type", "minLength", "maxLength", "pattern", "enum"}, annotations...)
	partKeywords  = append([]string{"type", "contentMediaType"}, annotations...)
	contentTypes  = []string{"application/x-www-form-urlencoded", "multipart/form-data"}
	methods       = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

	// A name of this shape is an identifier in every language, and needs no escaping on the wire.
	portableName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
)

// Read parses an OpenAPI 3.1 document. name stands for it in errors, which have the form
// "name:line: what is wrong".
func Read(name string, document []byte) (Contract, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(document, &root); err != nil {
		return Contract{}, fmt.Errorf("%s: %w", name, err)
	}
	if len(root.Content) == 0 {
		return Contract{}, fmt.Errorf("%s: the document is empty", name)
	}
	r := &reader{name: name, root: root.Content[0]}
	if err := r.plain(r.root); err != nil {
		return Contract{}, err
	}
	return r.contract()
}

type reader struct {
	name string
	root *yaml.Node
	out  Contract
}

func (r *reader) errorf(at *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.name, at.Line, fmt.Sprintf(format, args...))
}

// plain refuses what would hide a part of the document from the rest of the reader.
func (r *reader) plain(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		return r.errorf(node, "contractgen does not follow a YAML alias; write it out, or use $ref")
	}
	lines := map[string]int{}
	for key := range pairs(node) {
		if line, twice := lines[key.Value]; twice {
			return r.errorf(key, "%s is given twice, here and on line %d; keep one", key.Value, line)
		}
		lines[key.Value] = key.Line
	}
	for _, child := range node.Content {
		if err := r.plain(child); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) contract() (Contract, error) {
	if version := get(r.root, "openapi"); version == nil || !strings.HasPrefix(version.Value, "3.1.") {
		return Contract{}, r.errorf(r.root, "the document must say `openapi: 3.1.x`: older dialects give these keywords other meanings")
	}
	for path, item := range pairs(get(r.root, "paths")) {
		for method, operation := range pairs(item) {
			if method.Value == "$ref" {
				return Contract{}, r.errorf(operation, "%s: contractgen does not follow the $ref of a path; write it out", path.Value)
			}
			if !slices.Contains(methods, method.Value) {
				continue
			}
			body := get(operation, "requestBody")
			if body == nil {
				continue
			}
			content := get(body, "content")
			if content == nil {
				return Contract{}, r.errorf(body, "%s %s: the request body must have its content here: contractgen does not follow a $ref to it",
					method.Value, path.Value)
			}
			for contentType, media := range pairs(content) {
				if !slices.Contains(contentTypes, contentType.Value) {
					return Contract{}, r.errorf(contentType, "%s %s: contractgen knows the content types %s, not %s",
						method.Value, path.Value, strings.Join(contentTypes, " and "), contentType.Value)
				}
				if err := r.body(contentType, get(media, "schema")); err != nil {
					return Contract{}, err
				}
			}
		}
	}
	if len(r.out.Bodies) == 0 {
		return Contract{}, r.errorf(r.root, "the document has no request body")
	}
	return r.out, nil
}

func (r *reader) body(contentType, schema *yaml.Node) error {
	ref := get(schema, "$ref")
	if ref == nil {
		return r.errorf(contentType, "the schema of a request body must be a $ref to a schema with a name")
	}
	name, node, err := r.resolve(ref)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(r.out.Bodies, func(b Body) bool { return b.Name == name }) {
		return nil
	}
	if err := r.known(name, node, bodyKeywords); err != nil {
		return err
	}
	if t := get(node, "type"); t == nil || t.Value != "object" {
		return r.errorf(node, "%s must have `type: object`", name)
	}
	if err := r.additional(name, get(node, "additionalProperties")); err != nil {
		return err
	}

	body := Body{Name: name}
	properties, err := r.mapping(name, node, "properties")
	if err != nil {
		return err
	}
	for property := range pairs(properties) {
		if !portableName.MatchString(property.Value) {
			return r.errorf(property, "%s: the name %q must match %s, to be a name in every language", name, property.Value, portableName)
		}
		body.Fields = append(body.Fields, Field{Name: property.Value})
	}
	presence, err := r.presence(name, node, body.Fields)
	if err != nil {
		return err
	}
	i := 0
	for _, schema := range pairs(properties) {
		field := &body.Fields[i]
		field.Presence = presence[field.Name]
		if field.Value, err = r.value(name+"."+field.Name, field.Name, schema); err != nil {
			return err
		}
		i++
	}
	r.out.Bodies = append(r.out.Bodies, body)
	return nil
}

// presence reads the rules about which fields are there, in the order in which they are checked.
func (r *reader) presence(name string, node *yaml.Node, fields []Field) (map[string][]Rule, error) {
	rules := map[string][]Rule{}
	names := func(keyword string, list *yaml.Node) ([]string, error) {
		if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
			return nil, r.errorf(node, "%s: %s must be a list of properties", name, keyword)
		}
		var out []string
		for _, item := range list.Content {
			if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == item.Value }) {
				return nil, r.errorf(item, "%s: %s names %q, which is not among the properties", name, keyword, item.Value)
			}
			out = append(out, item.Value)
		}
		return out, nil
	}

	if list := get(node, "required"); list != nil {
		required, err := names("required", list)
		if err != nil {
			return nil, err
		}
		for _, field := range required {
			rules[field] = append(rules[field], Rule{Field: field, Kind: Required, Message: field + " is required."})
		}
	}
	dependent, err := r.mapping(name, node, "dependentRequired")
	if err != nil {
		return nil, err
	}
	needers := map[string][]string{}
	for trigger, list := range pairs(dependent) {
		if _, err := names("dependentRequired", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{trigger}}); err != nil {
			return nil, err
		}
		needed, err := names("dependentRequired", list)
		if err != nil {
			return nil, err
		}
		for _, field := range needed {
			needers[field] = append(needers[field], trigger.Value)
		}
	}
	for field, with := range needers {
		rules[field] = append(rules[field], Rule{Field: field, Kind: RequiredWith, With: with, Message: requiredWithMessage(field, with)})
	}
	if not := get(node, "not"); not != nil {
		for keyword := range pairs(not) {
			if keyword.Value != "required" {
				return nil, r.errorf(keyword, "%s: contractgen cannot enforce `not: {%s: …}`, only `not: {required: [a, b]}`", name, keyword.Value)
			}
		}
		together, err := names("not", get(not, "required"))
		if err != nil {
			return nil, err
		}
		if len(together) < 2 {
			return nil, r.errorf(not, "%s: `not: {required: […]}` must name two properties or more", name)
		}
		first, others := together[0], together[1:]
		rules[first] = append(rules[first], Rule{Field: first, Kind: Exclusive, With: others, Message: exclusiveMessage(first, others)})
	}
	return rules, nil
}

// value reads the rules about one field's value, in the order in which they are checked. A schema and
// those that it refers to all apply.
func (r *reader) value(path, field string, node *yaml.Node) ([]Rule, error) {
	keywords := map[string]*yaml.Node{}
	holder, enumName, typed := field, "", false
	var seen []*yaml.Node
	for node != nil {
		if slices.Contains(seen, node) {
			return nil, r.errorf(node, "%s: the $ref leads in a circle", path)
		}
		seen = append(seen, node)
		var ref *yaml.Node
		if node.Kind != yaml.MappingNode {
			return nil, r.errorf(node, "%s must be a schema with `type: string`", path)
		}
		for keyword, value := range pairs(node) {
			switch known := slices.Contains(fieldKeywords, keyword.Value); {
			case keyword.Value == "$ref":
				ref = value
			case !known && !strings.HasPrefix(keyword.Value, "x-"):
				return nil, r.unknown(path, keyword, fieldKeywords)
			case slices.Contains(annotations, keyword.Value):
			case keyword.Value == "type":
				if value.Value != "string" {
					return nil, r.errorf(value, "%s must have `type: string`: a form carries text", path)
				}
				typed = true
			case keywords[keyword.Value] != nil:
				return nil, r.errorf(keyword, "%s: %s is given twice, here and on line %d; keep one", path, keyword.Value, keywords[keyword.Value].Line)
			default:
				keywords[keyword.Value] = value
			}
			if keyword.Value == "enum" {
				enumName = holder
			}
		}
		if node = nil; ref != nil {
			var err error
			if holder, node, err = r.resolve(ref); err != nil {
				return nil, err
			}
		}
	}
	if !typed {
		return nil, r.errorf(seen[0], "%s must have `type: string`: a form carries text", path)
	}

	var rules []Rule
	if keywords["enum"] == nil {
		rules = append(rules, Rule{Field: field, Kind: Format, Message: field + " must be well-formed Unicode text."})
	}
	mustBe := ""
	if says := keywords["x-must-be"]; says != nil {
		mustBe = says.Value
	}
	for _, limit := range []struct {
		keyword, kind string
		message       func(string, int) string
	}{{"minLength", TooShort, tooShortMessage}, {"maxLength", TooLong, tooLongMessage}} {
		value := keywords[limit.keyword]
		if value == nil {
			continue
		}
		n, err := strconv.Atoi(value.Value)
		if err != nil || n < 0 {
			return nil, r.errorf(value, "%s: %s must be a whole number, not %q", path, limit.keyword, value.Value)
		}
		// An empty value is an absent one (FACTS D1), so that every value has a length of 1.
		if limit.kind == TooShort && n <= 1 {
			continue
		}
		rules = append(rules, Rule{Field: field, Kind: limit.kind, Length: n, Message: limit.message(field, n)})
	}
	if value := keywords["pattern"]; value != nil {
		if err := checkPortable(value.Value); err != nil {
			return nil, r.errorf(value, "%s: pattern %s: %v", path, value.Value, err)
		}
		rules = append(rules, Rule{Field: field, Kind: Format, Pattern: value.Value, Message: formatMessage(field, mustBe, value.Value)})
	}
	if value := keywords["enum"]; value != nil {
		enum, err := r.enum(path, enumName, value)
		if err != nil {
			return nil, err
		}
		rules = append(rules, Rule{Field: field, Kind: OneOf, Enum: enum, Message: oneOfMessage(field, mustBe, enum)})
	}
	return rules, nil
}

func (r *reader) enum(path, name string, list *yaml.Node) (Enum, error) {
	enum := Enum{Name: name}
	if list.Kind != yaml.SequenceNode {
		return Enum{}, r.errorf(list, "%s: the enum must be a list", path)
	}
	for _, item := range list.Content {
		if item.Tag != "!!str" || item.Value == "" {
			return Enum{}, r.errorf(item, "%s: the enum value %s must be text that is not empty; quote it", path, item.Value)
		}
		// YAML 1.1, which some languages' parsers still speak, reads these as booleans when they are bare.
		if bare := item.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0; bare &&
			slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(item.Value)) {
			return Enum{}, r.errorf(item, "%s: quote the enum value %s: some YAML parsers read it as a boolean", path, item.Value)
		}
		enum.Values = append(enum.Values, item.Value)
	}
	if len(enum.Values) == 0 {
		return Enum{}, r.errorf(list, "%s: the enum is empty", path)
	}
	switch i := slices.IndexFunc(r.out.Enums, func(e Enum) bool { return e.Name == name }); {
	case i < 0:
		r.out.Enums = append(r.out.Enums, enum)
	case !slices.Equal(r.out.Enums[i].Values, enum.Values):
		return Enum{}, r.errorf(list, "%s: there is another enum of the name %s; make them schemas with names of their own", path, name)
	}
	return enum, nil
}

// additional accepts no additional properties, or the file parts of a multipart body: the one keeps
// itself, in a type that has no place for others, and the other is for a wrapper to keep.
func (r *reader) additional(name string, node *yaml.Node) error {
	if node == nil || node.Value == "false" {
		return nil
	}
	if ref := get(node, "$ref"); ref != nil {
		var err error
		if _, node, err = r.resolve(ref); err != nil {
			return err
		}
	}
	if t := get(node, "type"); t == nil || t.Value != "string" {
		return r.errorf(node, "%s: additionalProperties must be false, or a file part: `type: string`", name)
	}
	return r.known(name+".additionalProperties", node, partKeywords)
}

func (r *reader) known(path string, node *yaml.Node, keywords []string) error {
	for keyword := range pairs(node) {
		if !slices.Contains(keywords, keyword.Value) && !strings.HasPrefix(keyword.Value, "x-") {
			return r.unknown(path, keyword, keywords)
		}
	}
	return nil
}

func (r *reader) unknown(path string, keyword *yaml.Node, keywords []string) error {
	return r.errorf(keyword, "%s: contractgen cannot enforce the keyword %q; it knows %s",
		path, keyword.Value, strings.Join(keywords, ", "))
}

func (r *reader) resolve(ref *yaml.Node) (string, *yaml.Node, error) {
	name, local := strings.CutPrefix(ref.Value, "#/components/schemas/")
	node := get(get(get(r.root, "components"), "schemas"), name)
	if !local || node == nil {
		return "", nil, r.errorf(ref, "$ref %s: there is no such schema in this document", ref.Value)
	}
	return name, node, nil
}

// mapping is the value of a key, which must be a mapping if it is there.
func (r *reader) mapping(name string, node *yaml.Node, key string) (*yaml.Node, error) {
	value := get(node, key)
	if value != nil && value.Kind != yaml.MappingNode {
		return nil, r.errorf(value, "%s: %s must be a mapping", name, key)
	}
	return value, nil
}

// get is the value of a key of a mapping, or nil.
func get(node *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(node) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// pairs goes through a mapping's keys and values in the document's order; anything else has none.
func pairs(node *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
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
