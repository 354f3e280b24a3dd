package contract

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
)

var partName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// body reads a request body: the fields of its encodings together.
func (r *reader) body(op *Operation, where string, node *yaml.Node) {
	_, body := r.follow(node, "requestBodies")
	if body == nil {
		return
	}
	what := where + ": the request body"
	r.known(body, what, "description", "content", "required")
	content := get(body, "content")
	op.Body = &Body{Required: isTrue(get(body, "required")), Form: get(content, formType) != nil, Multipart: get(content, multipartType) != nil}
	before := len(r.problems)
	var first []Field
	var firstAt *yaml.Node
	for contentType, media := range pairs(content) {
		if contentType.Value != formType && contentType.Value != multipartType {
			r.refuse(contentType, "%s: content type %s cannot be carried; use %s or %s", what, contentType.Value, formType, multipartType)
			continue
		}
		r.known(media, what, "schema", "example", "examples", "encoding")
		r.examplesOf(media)
		fields, rules, ok := r.properties(op, what, contentType, media)
		if !ok {
			continue
		}
		if firstAt == nil {
			first, firstAt = fields, contentType
			op.Disjoint, op.NotEmpty = rules.disjoint, rules.notEmpty
			continue
		}
		if !reflect.DeepEqual(op.Disjoint, rules.disjoint) || (op.NotEmpty == nil) != (rules.notEmpty == nil) {
			r.refuse(contentType, "%s: x-disjoint and minProperties must be the same in both encodings (lines %d and %d)",
				what, firstAt.Line, contentType.Line)
		}
		form, multipart := first, fields
		if contentType.Value == formType {
			form, multipart = fields, first
		}
		first = r.merge(what, contentType, firstAt, form, multipart)
	}
	op.Fields = append(op.Fields, first...)
	if firstAt == nil && len(r.problems) == before {
		r.refuse(body, "%s has no content that can be carried", what)
	}
}

// merge joins the fields of the two encodings. A parameter has one meaning, so what both have must be the
// same. A file that only multipart has replaces what only the form has.
func (r *reader) merge(what string, at, firstAt *yaml.Node, form, multipart []Field) []Field {
	same := func(x, y Field) bool {
		y.Doc, y.Example, y.Default, y.Line, y.at = x.Doc, x.Example, x.Default, x.Line, x.at // these are documentation
		return reflect.DeepEqual(x, y)
	}
	in := func(list []Field, name string) bool {
		return slices.ContainsFunc(list, func(f Field) bool { return f.Name == name })
	}
	var files []string
	var out []Field
	for _, field := range multipart {
		i := slices.IndexFunc(form, func(f Field) bool { return f.Name == field.Name })
		switch {
		case i >= 0 && !same(form[i], field):
			r.refuse(at, "%s: %s is not the same in the two encodings (lines %d and %d); give both the same schema and encoding",
				what, field.Name, firstAt.Line, at.Line)
		case i >= 0:
		case field.Kind == KindFile:
			files = append(files, field.Name)
			field.Required = false // without it the request is a form
			field.Presence = slices.DeleteFunc(field.Presence, func(rule Rule) bool { return rule.Kind != Exclusive })
		default:
			r.refuse(at, "%s: only one encoding has %s, which is no file; give both the same schema", what, field.Name)
		}
		out = append(out, field)
	}
	for i, field := range form {
		if in(multipart, field.Name) {
			continue
		}
		if field.Kind == KindFile || len(files) == 0 {
			r.refuse(at, "%s: only one encoding has %s; give both the same schema", what, field.Name)
			continue
		}
		if field.Required {
			field.Required = false
			field.Presence[0].With = files
			field.Presence[0].Message = requiredUnlessMessage(field.Name, files)
		}
		for _, file := range files {
			others := []string{file}
			field.Presence = append(field.Presence, Rule{Field: field.Name, Kind: Exclusive, With: others, Message: exclusiveMessage(field.Name, others)})
		}
		out = slices.Insert(out, min(i, len(out)), field)
	}
	return out
}

func (r *reader) properties(op *Operation, what string, contentType, media *yaml.Node) ([]Field, crossRules, bool) {
	s := r.schema(get(media, "schema"), what)
	if s == nil {
		if get(media, "schema") == nil {
			r.refuse(contentType, "%s needs a schema", what)
		}
		return nil, crossRules{}, false
	}
	if s.kind() != "object" && !(s.kind() == "" && s.has("properties")) {
		r.refuse(cmp.Or(s.keys["type"], s.at), "%s must have `type: object`", what)
		return nil, crossRules{}, false
	}
	r.only(s, what, "type", "properties", "additionalProperties", "required", "dependentRequired", "not", "if", "then", "allOf",
		"minProperties", "x-disjoint")
	if additional := s.keywords["additionalProperties"]; additional != nil && !isTrue(additional) && !isFalse(additional) {
		r.refuse(additional, "%s: additionalProperties can only be true or false: a client has no place for parameters without a name", what)
	}
	encodings := r.encodings(what, contentType, get(media, "encoding"), s.keywords["properties"])

	required := r.required(what, s)
	fields := []Field{}
	ok := true
	for name, property := range pairs(s.keywords["properties"]) {
		field := Field{Name: name.Value, In: InBody, Required: slices.Contains(required, name.Value)}
		encoding, given := encodings[name.Value]
		if !given {
			encoding = encodingOf{exploded: true, at: property}
		}
		ok = r.field(&field, what+": "+name.Value, op.ID, property, encoding) && ok
		field.Line, field.at = name.Line, name
		fields = append(fields, field)
		if field.File == nil || contentType.Value != formType {
			continue
		}
		if !op.Body.Multipart {
			r.refuse(name, "%s: the file %s needs the content type %s", what, field.Name, multipartType)
		} else if field.Required {
			r.refuse(name, "%s: %s is a required file, so that %s can never be sent; take that encoding out", what, field.Name, formType)
		}
	}
	rules := r.crossRules(what, s, fields)
	if !ok {
		return nil, crossRules{}, false
	}
	for i := range fields {
		fields[i].Presence = append(fields[i].Presence, rules.presence[fields[i].Name]...)
	}
	return fields, rules, true
}

func (r *reader) required(what string, s *schema) []string {
	var out []string
	if list := s.keywords["required"]; list != nil {
		for _, item := range list.Content {
			if get(s.keywords["properties"], text(item)) == nil {
				r.refuse(item, "%s: required names %q, which is not among the properties", what, text(item))
			}
			out = append(out, text(item))
		}
	}
	return out
}

// sniffed are the content types that the clients give a file, by its first bytes.
var sniffed = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/*", "application/octet-stream", "*/*"}

func (r *reader) encodings(what string, contentType, node, properties *yaml.Node) map[string]encodingOf {
	out := map[string]encodingOf{}
	for name, encoding := range pairs(node) {
		where := what + ": encoding of " + name.Value
		r.known(encoding, where, "style", "explode", "contentType")
		if get(properties, name.Value) == nil {
			r.refuse(name, "%s: encoding names %q, which is not among the properties", what, name.Value)
			continue
		}
		explode := get(encoding, "explode")
		at := cmp.Or(keyOf(encoding, "style"), keyOf(encoding, "explode"), encoding)
		e := encodingOf{style: text(get(encoding, "style")), at: at, exploded: isTrue(explode)}
		if explode == nil {
			e.exploded = e.style == "" || e.style == "form"
		}
		out[name.Value] = e
		if r.old && contentType.Value == multipartType && (explode != nil || e.style != "") {
			r.refuse(at, "%s: OpenAPI 3.0 ignores style and explode in %s; use `openapi: 3.1.0`", where, multipartType)
		}
		r.partType(where, get(encoding, "contentType"), get(properties, name.Value))
	}
	return out
}

// partType accepts the content types that the clients send.
func (r *reader) partType(what string, contentType, property *yaml.Node) {
	if contentType == nil {
		return
	}
	s := r.schema(property, what)
	if s != nil && s.kind() == "array" {
		s = r.schema(s.keywords["items"], what)
	}
	if s == nil || !s.isBinary() {
		if text(contentType) != "text/plain" {
			r.refuse(contentType, "%s: a contentType can be given for a file only; other parameters are text", what)
		}
		return
	}
	r.sendable(what, contentType)
}

// sendable refuses a file's content types that the clients do not send.
func (r *reader) sendable(what string, contentType *yaml.Node) {
	for one := range strings.SplitSeq(text(contentType), ",") {
		if one = strings.TrimSpace(one); !slices.Contains(sniffed, one) {
			r.refuse(contentType, "%s: the content type %s cannot be carried; a file is sent as PNG, JPEG, GIF or WebP by its first bytes, "+
				"and else as application/octet-stream", what, one)
		}
	}
}
