package contract

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var statusKey = regexp.MustCompile(`^([1-5]([0-9][0-9]|XX)|default)$`)

// response reads what a success returns. A method has one result: the object of all responses with a status
// of 2xx, or nothing; what differs, or is no object, is content.
func (r *reader) response(op *Operation, where string, node *yaml.Node) {
	responses := get(node, "responses")
	if responses == nil {
		r.refuse(node, "%s needs responses", where)
		return
	}
	var results []result
	for status, at := range pairs(responses) {
		if strings.HasPrefix(status.Value, "x-") {
			continue
		}
		what := where + ": response " + status.Value
		if !statusKey.MatchString(status.Value) {
			r.refuse(status, "%s: a response is named by its status, as 200 or 2XX, or default", where)
		}
		_, response := r.follow(at, "responses")
		if response == nil {
			continue
		}
		r.known(response, what, "description", "headers", "content", "links", "summary")
		r.headers(what, get(response, "headers"))
		for _, media := range pairs(get(response, "content")) {
			r.known(media, what, "schema", "example", "examples")
			r.examplesOf(media)
			r.described(get(media, "schema"), what)
		}
		if strings.HasPrefix(status.Value, "2") {
			results = append(results, r.result(what, get(response, "content")))
		}
	}
	if len(results) == 0 {
		r.refuse(responses, "%s needs a response with a status of 2xx", where)
		return
	}
	r.join(op, results)
}

// A result is what one response holds: an object, content, or nothing.
type result struct {
	what   string
	object *schema
	types  []string
}

func (r *reader) result(what string, content *yaml.Node) result {
	out := result{what: what}
	for contentType, media := range pairs(content) {
		base, _, _ := strings.Cut(contentType.Value, ";")
		base = strings.ToLower(strings.TrimSpace(base))
		if !isJSON(base) {
			out.types = append(out.types, base)
			continue
		}
		// Where there is JSON, it is asked for.
		out.types = []string{base}
		if s := r.schema(get(media, "schema"), what); s != nil && s.isObject() {
			out.object = s
		}
		break
	}
	return out
}

func (r *reader) join(op *Operation, results []result) {
	first := results[0]
	same := true
	var types []string
	for _, one := range results {
		for _, t := range one.types {
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
		switch {
		case one.object == nil && first.object == nil:
			same = same && (len(one.types) == 0) == (len(first.types) == 0)
		default:
			same = same && one.object != nil && first.object != nil && one.object.base == first.object.base
		}
	}
	op.Response.Accept = "application/json"
	switch {
	case same && first.object != nil:
		op.Response.Accept = strings.Join(types, ", ")
		op.Response.Object = r.object(first.object, pascal(words(op.ID))+"Response", first.what)
		r.outcome(op, first.what, first.object)
	case len(types) > 0:
		op.Response.Accept = strings.Join(types, ", ")
		op.Response.Bytes = true
	}
}

func isJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasSuffix(contentType, "+json")
}

// headers looks at the headers of a response. A client gives them as they came.
func (r *reader) headers(what string, headers *yaml.Node) {
	for name, at := range pairs(headers) {
		_, header := r.follow(at, "headers")
		where := what + ": " + name.Value
		r.known(header, where, "description", "required", "deprecated", "style", "explode", "schema", "example", "examples")
		r.examplesOf(header)
		r.described(get(header, "schema"), where)
	}
}

// isObject tells whether a schema is an object with members of its own, and so a type.
func (s *schema) isObject() bool {
	properties := s.keywords["properties"]
	if properties == nil || len(properties.Content) == 0 || s.has("anyOf") || s.has("oneOf") {
		return false
	}
	if all := s.keywords["allOf"]; all != nil {
		for _, one := range all.Content { // rules make no other type of it
			for key := range pairs(one) {
				if !slices.Contains([]string{"if", "then", "not", "dependentRequired"}, key.Value) {
					return false
				}
			}
		}
	}
	return s.kind() == "object" || !s.has("type")
}

// object reads a type of responses, once, and returns its name.
func (r *reader) object(s *schema, inline, what string) string {
	if name, seen := r.objects[s.base]; seen {
		return name
	}
	name := inline
	if s.name != "" {
		name = s.name
	}
	object := Object{Name: name, Names: typeNames(name), Doc: s.doc()}
	if object.Names == (Names{}) {
		r.refuse(s.at, "%s: the name of a schema must have a letter or a digit", what)
		return ""
	}
	r.types = append(r.types, namedType{object.Names.Java, "the schema " + name, s.base})
	r.objects[s.base] = name
	place := len(r.api.Objects)
	r.api.Objects = append(r.api.Objects, object) // before its members: they may refer to it

	required := r.required(what, s)
	for key, property := range pairs(s.keywords["properties"]) {
		object.Members = append(object.Members, r.members(key, property, name, what+": "+key.Value, slices.Contains(required, key.Value))...)
	}
	for i, member := range object.Members {
		for _, other := range object.Members[:i] {
			if sameName(member.Names, other.Names) {
				r.refuse(member.at, "%s: %s and %s are the same name in some language; rename one", what, other.Name, member.Name)
			}
		}
	}
	r.api.Objects[place] = object
	return name
}

// members reads one member, and what is derived from it.
func (r *reader) members(key, property *yaml.Node, owner, what string, required bool) []Member {
	member := Member{Name: key.Value, Names: valueNames(key.Value), Line: key.Line, at: key}
	if !usable(key.Value) {
		r.refuse(key, "%s: the name must have a letter or a digit, and no control character", what)
		return nil
	}
	if isTrue(property) {
		member.Type = Type{Kind: KindJSON}
		return []Member{member}
	}
	p := r.schema(property, what)
	if p == nil {
		return nil
	}
	if isTrue(p.keywords["writeOnly"]) {
		return nil // it is never in a response
	}
	member.Required = required && !p.canBeNull()
	member.Doc = p.doc()
	member.Deprecated = isTrue(p.keywords["deprecated"])
	member.Type = r.typeOf(p, owner+pascal(words(key.Value)), what)
	derived := p.keywords["x-last-segment"]
	if derived == nil {
		return []Member{member}
	}
	r.marks[p.keys["x-last-segment"]] = true
	if member.Type.Kind != KindString || !usable(text(derived)) {
		r.refuse(derived, "%s: x-last-segment names a new member, and stands in a member that is text", what)
	}
	return []Member{member, {
		Name: text(derived), Names: valueNames(text(derived)), Type: Type{Kind: KindString}, LastSegmentOf: key.Value,
		Doc: "The last segment of `" + key.Value + "`.", Line: derived.Line, at: derived,
	}}
}

// typeOf is the type of a member. What has none of ours is JSON, as it came.
func (r *reader) typeOf(s *schema, inline, what string) Type {
	format := text(s.keywords["format"])
	switch kind := s.kind(); {
	case s.isObject():
		return Type{Kind: KindObject, Object: r.object(s, inline, what)}
	case s.has("allOf") || s.has("anyOf") || s.has("oneOf"):
	case kind == "string" || kind == "integer" || kind == "number" || kind == "boolean":
		return Type{Kind: Kind(kind), Format: format}
	case kind == "array" && s.has("items") && s.keywords["items"].Kind == yaml.MappingNode && !slices.Contains(r.lists, s.base):
		items := r.schema(s.keywords["items"], what)
		if items == nil {
			break
		}
		item := Type{Kind: KindJSON} // a list of ours has no null
		if !items.canBeNull() {
			r.lists = append(r.lists, s.base) // a list of itself has no end
			item = r.typeOf(items, inline, what)
			r.lists = r.lists[:len(r.lists)-1]
		}
		return Type{Kind: KindList, Item: &item}
	}
	return Type{Kind: KindJSON}
}

// outcome reads x-outcome, which stands in the member of a response that tells what became of a request.
func (r *reader) outcome(op *Operation, what string, s *schema) {
	for name, property := range pairs(s.keywords["properties"]) {
		if property.Kind != yaml.MappingNode {
			continue
		}
		p := r.schema(property, what+": "+name.Value)
		if p == nil || !p.has("x-outcome") {
			continue
		}
		key, marks := p.keys["x-outcome"], p.keywords["x-outcome"]
		r.marks[key] = true
		if op.Response.Outcome != nil {
			r.refuse(key, "%s: x-outcome may stand in one member", what)
			continue
		}
		if p.kind() != "string" {
			r.refuse(key, "%s: x-outcome stands in a member that is text", what)
		}
		outcome := &Outcome{Member: name.Value, Requires: map[string][]string{}}
		r.marksOf(marks, "x-outcome", "done", "queued", "refused")
		var all []string
		for key, list := range pairs(marks) {
			r.shaped(list, what+": x-outcome: "+key.Value, listShape)
			var values []string
			for _, item := range list.Content {
				if item.Tag != "!!str" || item.Value == "" || slices.Contains(all, item.Value) {
					r.refuse(item, "%s: x-outcome: each value must be text, and be listed once", what)
				}
				values = append(values, item.Value)
				all = append(all, item.Value)
			}
			switch key.Value {
			case "done":
				outcome.Done = values
			case "queued":
				outcome.Queued = values
			case "refused":
				outcome.Refused = values
			}
		}
		if len(outcome.Done) == 0 {
			r.refuse(key, "%s: x-outcome must list the values that mean done", what)
		}
		op.Response.Outcome = outcome
		r.requires(outcome, what, s.keywords, s)
		if all := s.keywords["allOf"]; all != nil {
			for _, one := range all.Content {
				inner := map[string]*yaml.Node{}
				for key, value := range pairs(one) {
					inner[key.Value] = value
				}
				r.requires(outcome, what, inner, s)
			}
		}
	}
}

// requires reads the members that a value of the outcome needs: `if: {properties: {Status: {const: OK}}}, then: {required: [Uri]}`.
func (r *reader) requires(outcome *Outcome, what string, keywords map[string]*yaml.Node, s *schema) {
	condition, then := keywords["if"], keywords["then"]
	if condition == nil {
		return
	}
	properties := get(condition, "properties")
	constant := get(get(properties, outcome.Member), "const")
	onlyKeys := func(node *yaml.Node, keys ...string) bool {
		for key := range pairs(node) {
			if !slices.Contains(keys, key.Value) {
				return false
			}
		}
		return true
	}
	required := get(condition, "required")
	if constant == nil || get(then, "required") == nil || keywords["else"] != nil || len(properties.Content) != 2 ||
		!onlyKeys(condition, "properties", "required") || !onlyKeys(then, "required") || !onlyKeys(get(properties, outcome.Member), "const") ||
		required != nil && (len(required.Content) != 1 || text(required.Content[0]) != outcome.Member) {
		r.refuse(condition, "%s: only `if: {properties: {%s: {const: v}}, required: [%s]}, then: {required: […]}` can be carried",
			what, outcome.Member, outcome.Member)
		return
	}
	if value := text(constant); !slices.Contains(outcome.Done, value) && !slices.Contains(outcome.Queued, value) {
		r.refuse(constant, "%s: x-outcome lists no %s that means done or queued", what, value)
	}
	for _, item := range get(then, "required").Content {
		if get(s.keywords["properties"], text(item)) == nil {
			r.refuse(item, "%s: then names %q, which is not among the properties", what, text(item))
		}
		outcome.Requires[text(constant)] = append(outcome.Requires[text(constant)], text(item))
	}
}
