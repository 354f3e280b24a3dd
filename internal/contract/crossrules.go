package contract

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// crossRules are the rules of a body that concern more than one field.
type crossRules struct {
	presence map[string][]Rule
	disjoint []Rule
	notEmpty *Rule
}

// A ruleReader reads the keywords of a body's schema that concern more than one field.
type ruleReader struct {
	*reader
	what   string
	fields []Field
	rules  crossRules
}

// Documentation inside of a rule.
var ruleNotes = []string{"$comment", "title", "description"}

func (r *reader) crossRules(what string, s *schema, fields []Field) crossRules {
	rr := &ruleReader{r, what, fields, crossRules{presence: map[string][]Rule{}}}
	rr.read(s.keywords, s.keys)
	rr.disjoint(s.keywords["x-disjoint"])
	if n := s.keywords["minProperties"]; n != nil {
		if n.Tag != "!!int" || n.Value != "1" {
			r.refuse(n, "%s: minProperties can be 1 only", what)
		}
		rr.rules.notEmpty = &Rule{Kind: Required, Message: notEmptyMessage}
	}
	rr.allOf(s.keywords["allOf"])
	return rr.rules
}

// allOf may hold rules, and nothing else.
func (r *ruleReader) allOf(all *yaml.Node) {
	if all == nil {
		return
	}
	for _, one := range all.Content {
		if one.Kind != yaml.MappingNode {
			r.refuse(one, "%s: the schema must be a mapping", r.what)
		}
		keywords, keys := map[string]*yaml.Node{}, map[string]*yaml.Node{}
		for key, value := range pairs(one) {
			if strings.HasPrefix(key.Value, "x-") {
				r.knownKey(key, value, r.what, nil, nil)
			} else if !slices.Contains(append(ruleNotes, "dependentRequired", "not", "if", "then"), key.Value) {
				r.refuse(key, "%s: an allOf may hold dependentRequired, not, and if with then; write %s into the schema itself", r.what, key.Value)
			}
			r.shaped(value, r.what+": "+key.Value, schemaShapes[key.Value])
			keywords[key.Value], keys[key.Value] = value, key
		}
		r.read(keywords, keys)
	}
}

func (r *ruleReader) read(keywords, keys map[string]*yaml.Node) {
	r.dependentRequired(keywords["dependentRequired"])
	r.conditional(keywords["if"], keywords["then"], cmp.Or(keys["if"], keys["then"]))
	r.not(keywords["not"])
}

func (r *ruleReader) index(name string) int {
	return slices.IndexFunc(r.fields, func(f Field) bool { return f.Name == name })
}

// names are the fields that a list of a keyword names.
func (r *ruleReader) names(keyword string, list *yaml.Node) []string {
	r.shaped(list, r.what+": "+keyword, listShape)
	var out []string
	for _, item := range list.Content {
		switch name := text(item); {
		case r.index(name) < 0:
			r.refuse(item, "%s: %s names %q, which is not among the properties", r.what, keyword, name)
		case slices.Contains(out, name):
			r.refuse(item, "%s: %s names %q twice", r.what, keyword, name)
		default:
			out = append(out, name)
		}
	}
	return out
}

func (r *ruleReader) add(rule Rule) {
	r.rules.presence[rule.Field] = append(r.rules.presence[rule.Field], rule)
}

// only refuses the keys of a schema inside of a rule that are not listed and say something.
func (r *ruleReader) only(node *yaml.Node, keyword string, keys ...string) {
	r.shaped(node, r.what+": "+keyword, mapShape)
	for key, value := range pairs(node) {
		r.knownKey(key, value, r.what+": "+keyword, append(keys, ruleNotes...), schemaShapes)
	}
}

func (r *ruleReader) dependentRequired(node *yaml.Node) {
	needers := map[string][]string{}
	for trigger, list := range pairs(node) {
		if r.index(trigger.Value) < 0 {
			r.refuse(trigger, "%s: dependentRequired names %q, which is not among the properties", r.what, trigger.Value)
			continue
		}
		for _, field := range r.names("dependentRequired", list) {
			needers[field] = append(needers[field], trigger.Value)
		}
	}
	for _, field := range r.fields {
		if with := needers[field.Name]; with != nil {
			r.add(Rule{Field: field.Name, Kind: RequiredWith, With: with, Message: requiredWithMessage(field.Name, with)})
		}
	}
}

// not reads `not: {required: [a, b]}`, or several as `not: {anyOf: […]}`.
func (r *ruleReader) not(node *yaml.Node) {
	if node == nil {
		return
	}
	list := []*yaml.Node{node}
	if several := get(node, "anyOf"); several != nil {
		r.only(node, "not", "anyOf")
		list = several.Content
	}
	for _, one := range list {
		r.only(one, "not", "required")
		required := get(one, "required")
		if required == nil || len(required.Content) < 2 {
			r.refuse(one, "%s: only `not: {required: [a, b]}` can be carried, or an anyOf of such, with two properties or more", r.what)
			continue
		}
		together := r.names("not", required)
		if len(together) < 2 {
			continue
		}
		// The one at fault is one that can be left out.
		fault := slices.IndexFunc(together, func(name string) bool { return !r.fields[r.index(name)].Required })
		if fault < 0 {
			r.refuse(one, "%s: all of these are required, so that no request is valid", r.what)
			continue
		}
		together[0], together[fault] = together[fault], together[0]
		r.add(Rule{Field: together[0], Kind: Exclusive, With: together[1:], Message: exclusiveMessage(together[0], together[1:])})
	}
}

func (r *ruleReader) disjoint(list *yaml.Node) {
	if list == nil {
		return
	}
	for _, pair := range list.Content {
		two := r.names("x-disjoint", pair)
		if len(two) == 2 {
			slices.SortFunc(two, func(a, b string) int { return r.index(a) - r.index(b) })
			a, b := r.fields[r.index(two[0])], r.fields[r.index(two[1])]
			if a.List != nil && b.List != nil && a.Kind == b.Kind && a.File == nil {
				r.rules.disjoint = append(r.rules.disjoint,
					Rule{Field: a.Name, Kind: Exclusive, With: []string{b.Name}, Message: disjointMessage(a.Name, b.Name)})
				continue
			}
		}
		r.refuse(pair, "%s: x-disjoint must hold pairs of lists with items of the same type", r.what)
	}
}

// conditional reads `if: {properties: {X: {const: v}}, required: [X]}, then: {required: [Y]}`. at is one of the two keywords.
func (r *ruleReader) conditional(condition, then, at *yaml.Node) {
	if condition == nil && then == nil {
		return
	}
	if condition == nil || then == nil {
		r.refuse(at, "%s: if and then go together", r.what)
		return
	}
	r.only(condition, "if", "properties", "required")
	r.only(then, "then", "required")
	properties, needed := get(condition, "properties"), get(then, "required")
	if properties == nil || len(properties.Content) != 2 || needed == nil {
		r.refuse(at, "%s: only `if: {properties: {X: {const: v}}, required: [X]}, then: {required: [Y]}` can be carried", r.what)
		return
	}
	name, compared := properties.Content[0], properties.Content[1]
	r.only(compared, "if: "+name.Value, "const")
	constant, i := get(compared, "const"), r.index(name.Value)
	if i < 0 || constant == nil || constant.Kind != yaml.ScalarNode || r.fields[i].List != nil || r.fields[i].File != nil {
		r.refuse(name, "%s: if must compare one property of the body, no list and no file, with a const", r.what)
		return
	}
	field := r.fields[i]
	if field.Kind == "" {
		return // it is refused already
	}
	// Without `required` a JSON Schema takes an absent property for one that fits: a rule that two readers
	// would read differently.
	required := get(condition, "required")
	if required == nil && !field.Required || required != nil && (len(required.Content) != 1 || text(required.Content[0]) != field.Name) {
		r.refuse(cmp.Or(required, at), "%s: if must ask that %s is there, and for nothing else; write `required: [%s]` in it",
			r.what, field.Name, field.Name)
	}
	value, ok := wireText(field.Kind, constant)
	if !ok || value == "" {
		r.refuse(constant, "%s: the const must be a value of %s, of type %s", r.what, field.Name, field.Kind)
		return
	}
	if e := r.enumOf(field.Enum); e.Name != "" && !slices.Contains(e.Values, value) {
		r.refuse(constant, "%s: the const %s is no value of %s", r.what, value, field.Name)
	}
	when := Condition{Field: field.Name, Value: value}
	for _, other := range r.names("then", needed) {
		r.add(Rule{Field: other, Kind: RequiredIf, When: &when, Message: requiredIfMessage(other, when)})
	}
}
