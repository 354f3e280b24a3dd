package contract

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// enum reads the values that a schema lists, and returns the name of the list.
func (r *reader) enum(what, owner, field string, kind Kind, s *schema) string {
	list, keyword := s.keywords["enum"], "enum"
	if constant := s.keywords["const"]; constant != nil {
		if list != nil {
			r.refuse(constant, "%s: give enum or const, not both", what)
		}
		list, keyword = &yaml.Node{Kind: yaml.SequenceNode, Line: constant.Line, Content: []*yaml.Node{constant}}, "const"
	}
	if list == nil || kind == KindBoolean {
		return ""
	}
	name := s.names[keyword]
	if name == "" {
		name = pascal(words(owner)) + pascal(words(field))
	}
	enum := Enum{Name: name, Names: typeNames(name), Doc: doc(s.base)}
	if enum.Names == (Names{}) {
		r.refuse(list, "%s: the name of a schema must have a letter or a digit", what)
		return ""
	}
	before := len(r.problems)
	for _, item := range list.Content {
		if value, ok := r.enumValue(what, kind, s, item); ok {
			if slices.Contains(enum.Values, value) {
				r.refuse(item, "%s: the enum lists %s twice", what, value)
			}
			enum.Values = append(enum.Values, value)
		}
	}
	if len(enum.Values) == 0 {
		if len(r.problems) == before {
			r.refuse(list, "%s: the enum must be a list with a value", what)
		}
		return ""
	}
	other := r.enumOf(name)
	switch {
	case other.Name == "":
		r.api.Enums = append(r.api.Enums, enum)
		r.types = append(r.types, namedType{enum.Names.Java, "the enum " + name, list})
	case !slices.Equal(other.Values, enum.Values):
		r.refuse(list, "%s: there is another enum of the name %s; make them schemas with names of their own", what, name)
	}
	return name
}

// enumOf is the enum of a name; one without values if there is none.
func (r *reader) enumOf(name string) Enum {
	for _, e := range r.api.Enums {
		if e.Name == name {
			return e
		}
	}
	return Enum{}
}

func (r *reader) enumValue(what string, kind Kind, s *schema, item *yaml.Node) (string, bool) {
	null := item.Tag == "!!null" && item.Kind == yaml.ScalarNode
	switch {
	case null && s.canBeNull(), kind == KindString && item.Tag == "!!str" && item.Value == "":
		return "", false // it is absent
	case kind == KindString && (item.Kind != yaml.ScalarNode || item.Tag != "!!str"):
		r.refuse(item, "%s: the enum value %s must be text; quote it", what, item.Value)
	case kind == KindString && isYAMLBoolean(item):
		r.refuse(item, "%s: quote the enum value %s: some YAML parsers read it as a boolean", what, item.Value)
	case kind == KindString:
		return item.Value, true
	default:
		value, ok := plainNumber(kind, item)
		if !ok {
			r.refuse(item, "%s: the enum value %s must be %s", what, item.Value, plainNumbers(kind))
		}
		return value, ok
	}
	return "", false
}

// YAML 1.1, which some parsers still speak, reads these as booleans when they are bare.
func isYAMLBoolean(item *yaml.Node) bool {
	return item.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 &&
		slices.Contains([]string{"y", "n", "yes", "no", "on", "off"}, strings.ToLower(item.Value))
}
