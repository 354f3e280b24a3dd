package contract

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// encodingOf is how a parameter, or a property of a body, is sent.
type encodingOf struct {
	style    string // empty: form
	exploded bool
	at       *yaml.Node
}

var valueKeywords = []string{
	"type", "nullable", "enum", "const", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
	"x-must-be", "contentMediaType", "contentEncoding",
}

// field reads the schema of one field. owner is the operation, after which an enum without a name is named.
func (r *reader) field(field *Field, what, owner string, node *yaml.Node, encoding encodingOf) bool {
	s := r.schema(node, what)
	if s == nil {
		return false
	}
	if !usable(field.Name) {
		r.refuse(node, "%s: the name must have a letter or a digit, and no control character", what)
		return false
	}
	field.Names = valueNames(field.Name)
	if field.In == InPath {
		field.Names, field.Required = argumentNames(field.Name), true
	}
	field.Line, field.at = node.Line, node
	field.Doc = s.doc()
	field.Deprecated = field.Deprecated || isTrue(s.keywords["deprecated"])
	field.Format = text(s.keywords["format"])
	if field.Required {
		field.Presence = []Rule{{Field: field.Name, Kind: Required, Message: requiredMessage(field.Name)}}
	}
	if s.kind() == "array" {
		return r.list(field, what, owner, s, encoding)
	}
	if encoding.style != "" && encoding.style != "form" && encoding.style != "simple" {
		r.refuse(encoding.at, "%s: style %s is for lists", what, encoding.style)
	}
	if r.unclear(what, s) {
		return false
	}
	if s.isBinary() {
		return r.file(field, what, s)
	}
	rules, kind, enum, ok := r.value(what, field.Name, field.Name, owner, s)
	field.Kind, field.Enum = kind, enum
	field.Value = append(r.checks(field, field.Name), rules...)
	r.contradictions(what, s, field.Value)
	r.defaultOf(field, what, s.keywords["default"])
	r.example(field, r.examplesOf(annotationsOf(s)))
	return ok
}

// unclear refuses a text with the content type of a text: it may be a file, or text in that format.
func (r *reader) unclear(what string, s *schema) bool {
	contentType := text(s.keywords["contentMediaType"])
	if s.kind() != "string" || text(s.keywords["format"]) == "binary" || s.has("contentEncoding") ||
		!strings.HasPrefix(contentType, "text/") && !isJSON(contentType) && !strings.HasSuffix(contentType, "xml") {
		return false
	}
	r.refuse(s.keys["contentMediaType"], "%s: contentMediaType %s may mean a file or text; write `format: binary` if it is a file, and take it out if not", what, contentType)
	return true
}

// checks are the rules that the place of a text has, whatever the contract says.
func (r *reader) checks(field *Field, subject string) []Rule {
	if field.Kind != KindString {
		return nil
	}
	rule := func(check, message string) Rule {
		return Rule{Field: field.Name, Kind: Format, Check: check, Message: message}
	}
	switch field.In {
	case InHeader:
		return []Rule{rule("header", headerMessage(subject))}
	case InPath:
		return []Rule{rule("unicode", unicodeMessage(subject)), rule("segment", segmentMessage(subject))}
	}
	return []Rule{rule("unicode", unicodeMessage(subject))}
}

func (r *reader) list(field *Field, what, owner string, s *schema, encoding encodingOf) bool {
	r.only(s, what, "type", "nullable", "items", "minItems", "maxItems", "uniqueItems", "x-max-joined-length")
	field.List = &List{}
	if !encoding.exploded {
		switch encoding.style {
		case "", "form":
			field.List.Delimiter = ","
		case "spaceDelimited":
			field.List.Delimiter = " "
		case "pipeDelimited":
			field.List.Delimiter = "|"
		default:
			r.refuse(encoding.at, "%s: style %s cannot be carried; use form, spaceDelimited or pipeDelimited", what, encoding.style)
		}
	} else if encoding.style != "" && encoding.style != "form" {
		r.refuse(encoding.at, "%s: style %s needs `explode: false`", what, encoding.style)
	}
	items := r.schema(s.keywords["items"], what)
	if items == nil {
		r.refuse(s.at, "%s: an array needs items with a type", what)
		return false
	}
	if r.unclear(what, items) {
		return false
	}
	if field.Format == "" {
		field.Format = text(items.keywords["format"])
	}
	ok := true
	if items.isBinary() {
		if !r.file(field, what, items) {
			return false
		}
		if !encoding.exploded {
			r.refuse(encoding.at, "%s: each file of a list is a part of its own; take explode and style out", what)
		}
		if isTrue(s.keywords["uniqueItems"]) {
			r.refuse(s.keys["uniqueItems"], "%s: uniqueItems cannot be carried for files; take it out", what)
		}
	} else {
		subject := "Each item of " + field.Name
		var rules []Rule
		rules, field.Kind, field.Enum, ok = r.value(what, field.Name, subject, owner, items)
		field.Item = append(r.checks(field, subject), rules...)
	}
	for _, limit := range []struct {
		keyword, kind string
		message       func(string, int) string
	}{{"minItems", TooFew, tooFewMessage}, {"maxItems", TooMany, tooManyMessage}} {
		n, given := r.whole(what, s, limit.keyword)
		if !given || limit.kind == TooFew && n <= 1 { // a list without an item is absent
			continue
		}
		field.Value = append(field.Value, Rule{Field: field.Name, Kind: limit.kind, Length: n, Message: limit.message(field.Name, n)})
	}
	if isTrue(s.keywords["uniqueItems"]) {
		field.Value = append(field.Value, Rule{Field: field.Name, Kind: Duplicate, Message: duplicateMessage(field.Name)})
	}
	if n, given := r.whole(what, s, "x-max-joined-length"); given {
		if field.List.Delimiter == "" {
			r.refuse(s.keywords["x-max-joined-length"], "%s: x-max-joined-length is for a list that is sent as one value; give it `explode: false`", what)
		}
		field.Value = append(field.Value, Rule{Field: field.Name, Kind: TooLong, Length: n, Joined: true, Message: tooLongMessage(field.Name, n)})
	}
	if field.File == nil {
		field.Value = append(field.Value, Rule{Field: field.Name, Kind: ListItem, Message: listItemMessage(field.Name, field.List.Delimiter)})
		if e := r.enumOf(field.Enum); field.List.Delimiter != "" {
			for _, value := range e.Values {
				if strings.Contains(value, field.List.Delimiter) {
					r.refuse(encoding.at, "%s: the value %q of the enum cannot be an item, as it holds the delimiter", what, value)
				}
			}
		}
	}
	r.contradictions(what, s, field.Value)
	r.contradictions(what, items, field.Item)
	r.defaultOf(field, what, s.keywords["default"])
	r.example(field, append(r.examplesOf(annotationsOf(s)), r.examplesOf(annotationsOf(items))...))
	return ok
}

func (r *reader) file(field *Field, what string, s *schema) bool {
	r.only(s, what, "type", "nullable", "contentMediaType", "x-named-part")
	field.Kind, field.Format = KindFile, ""
	if s.has("default") {
		r.refuse(s.keys["default"], "%s: a file has no default; take it out", what)
	}
	field.File = &File{BaseName: field.Names.Kebab}
	if contentType := s.keywords["contentMediaType"]; contentType != nil {
		r.sendable(what, contentType)
	}
	if named := s.keywords["x-named-part"]; named != nil {
		field.File.NamedPart, field.File.BaseName = true, named.Value
		if field.List != nil {
			r.refuse(named, "%s: x-named-part is for one file, not for a list", what)
		}
		if !partName.MatchString(text(named)) {
			r.refuse(named, "%s: x-named-part must match %s", what, partName)
		}
	}
	field.Value = append(field.Value,
		Rule{Field: field.Name, Kind: FileName, Message: fileNameMessage(field.Name, field.File.NamedPart)},
		Rule{Field: field.Name, Kind: NeedsFile, Message: needsFileMessage(field.Name)})
	return true
}

// value reads the rules about one value, in the order in which they are checked.
func (r *reader) value(what, field, subject, owner string, s *schema) (rules []Rule, kind Kind, enumName string, ok bool) {
	add := func(rule Rule) { rule.Field = field; rules = append(rules, rule) }
	switch k := s.kind(); k {
	case "string", "integer", "number", "boolean":
		kind = Kind(k)
	case "object":
		r.refuse(s.at, "%s: an object inside a request cannot be carried; use flat parameters", what)
		return nil, "", "", false
	case "":
		r.refuse(s.at, "%s must have one type: string, integer, number, boolean or array", what)
		return nil, "", "", false
	default:
		r.refuse(s.keywords["type"], "%s: type %s cannot be carried", what, k)
		return nil, "", "", false
	}
	r.only(s, what, valueKeywords...)
	mustBe := text(s.keywords["x-must-be"])
	wrongFor := func(keywords ...string) {
		for _, keyword := range keywords {
			if s.has(keyword) {
				r.refuse(s.keys[keyword], "%s: %s cannot be carried for a value of type %s; take it out", what, keyword, kind)
			}
		}
	}
	lengths, limits := []string{"minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding"}, []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
	switch kind {
	case KindString:
		wrongFor(limits...)
		if n, given := r.whole(what, s, "minLength"); given && n > 1 { // an empty value is absent
			add(Rule{Kind: TooShort, Length: n, Message: tooShortMessage(subject, n)})
		}
		if n, given := r.whole(what, s, "maxLength"); given {
			add(Rule{Kind: TooLong, Length: n, Message: tooLongMessage(subject, n)})
		}
		if f, known := formats[text(s.keywords["format"])]; known {
			add(Rule{Kind: Format, Pattern: f.pattern, Message: formatMessage(subject, f.mustBe, f.pattern)})
		}
		if pattern := s.keywords["pattern"]; pattern != nil {
			if err := checkPortable(pattern.Value); err != nil {
				r.refuse(pattern, "%s: the pattern %s %v", what, pattern.Value, err)
			}
			add(Rule{Kind: Format, Pattern: pattern.Value, Message: formatMessage(subject, mustBe, pattern.Value)})
		}
	case KindInteger, KindNumber:
		wrongFor(lengths...)
		r.limits(what, subject, kind, s, add)
	case KindBoolean:
		wrongFor(append(lengths, limits...)...)
		wrongFor("enum", "const")
	}
	enumName = r.enum(what, owner, field, kind, s)
	if enumName != "" {
		add(Rule{Kind: OneOf, Enum: enumName, Message: oneOfMessage(subject, mustBe, r.enumOf(enumName))})
	}
	if mustBe != "" && !s.has("enum") && !s.has("pattern") {
		r.refuse(s.keywords["x-must-be"], "%s: x-must-be gives the words of a pattern or an enum, and there is none", what)
	}
	return rules, kind, enumName, true
}

// defaultOf reads what the server takes for an absent field. It is documentation.
func (r *reader) defaultOf(field *Field, what string, node *yaml.Node) {
	if node == nil || node.Tag == "!!null" {
		return
	}
	items := []*yaml.Node{node}
	if field.List != nil {
		items = node.Content
		if node.Kind != yaml.SequenceNode {
			r.refuse(node, "%s: the default must be a list", what)
			return
		}
	}
	var texts []string
	for _, item := range items {
		value, ok := wireText(field.Kind, item)
		if !ok {
			r.refuse(item, "%s: the default must be of type %s", what, field.Kind)
		}
		texts = append(texts, value)
	}
	field.Default = strings.Join(texts, ", ")
}

// wireText is a value of a document as text of the wire; false if it is of another type.
func wireText(kind Kind, node *yaml.Node) (string, bool) {
	if node.Kind != yaml.ScalarNode {
		return "", false
	}
	switch kind {
	case KindInteger, KindNumber:
		return plainNumber(kind, node)
	case KindBoolean:
		return strings.ToLower(node.Value), node.Tag == "!!bool"
	case KindString:
		return node.Value, node.Tag == "!!str" || node.Tag == "!!timestamp"
	}
	return "", false
}

func annotationsOf(s *schema) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, keyword := range []string{"example", "examples"} {
		if value := s.keywords[keyword]; value != nil {
			node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: keyword}, value)
		}
	}
	return node
}
