package contract

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	pathParameter = regexp.MustCompile(`\{([^{}]*)\}`)
	plainPath     = regexp.MustCompile(`^(/([A-Za-z0-9._~!$&'()*+,;=:@-]|\{[^{}/]+\})*)+$`)
	noSegment     = regexp.MustCompile(`//|/\.\.?(/|$)`) // clients, or what is between, may leave it out
)

func (r *reader) operation(path, method, item, node *yaml.Node) {
	where := strings.ToUpper(method.Value) + " " + path.Value
	r.known(node, where, "tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses",
		"deprecated", "security", "x-idempotent", "x-pages")
	r.externalDocs(node)
	id := get(node, "operationId")
	if !usable(text(id)) {
		r.refuse(method, "%s needs an operationId: its methods are named after it", where)
		return
	}
	if security := get(node, "security"); security != nil {
		r.security(security)
	}
	op := Operation{
		ID: id.Value, Names: methodNames(id.Value), at: id, Method: strings.ToUpper(method.Value), Path: path.Value,
		Summary: strings.TrimSpace(text(get(node, "summary"))), Doc: doc(node), Deprecated: isTrue(get(node, "deprecated")),
	}
	if !plainPath.MatchString(path.Value) || noSegment.MatchString(path.Value) {
		r.refuse(path, "the path %s must begin with /, hold only characters that need no escaping, and {Name}, and have no segment that is empty, . or ..", path.Value)
	}
	switch op.Method {
	case "GET":
		op.Retry, op.Done = RetrySafe, "found"
	case "PUT":
		op.Retry, op.Done = RetryIdempotent, "updated"
	case "DELETE":
		op.Retry, op.Done = RetryIdempotent, "deleted"
	case "PATCH":
		op.Retry, op.Done = RetryNever, "updated"
	default:
		op.Retry, op.Done = RetryNever, "created"
	}
	if idempotent := get(node, "x-idempotent"); idempotent != nil {
		if !isFalse(idempotent) {
			r.refuse(idempotent, "%s: x-idempotent can only be false: the method says what is idempotent, and a contract may narrow it", where)
		}
		op.Retry = RetryNever
	}
	r.parameters(&op, where, path, item, node)
	if body := get(node, "requestBody"); body != nil {
		if op.Method == "GET" || op.Method == "DELETE" {
			r.refuse(body, "%s: a request body has no meaning with %s", where, op.Method)
		} else {
			r.body(&op, where, body)
		}
	}
	r.clashes(op)
	if slices.ContainsFunc(op.Fields, func(f Field) bool { return f.In != InPath }) {
		r.inputs = append(r.inputs, namedType{pascal(words(op.ID + "-input")), "the input of " + op.ID, id})
	}
	r.response(&op, where, node)
	if pages := get(node, "x-pages"); pages != nil {
		r.pages(&op, where, pages)
	}
	r.api.Operations = append(r.api.Operations, op)
}

// parameters reads those of the path's item and those of the operation, which come before.
func (r *reader) parameters(op *Operation, where string, path, item, node *yaml.Node) {
	type declared struct{ at, parameter *yaml.Node }
	var list []declared
	for _, parent := range []*yaml.Node{node, item} {
		parameters := get(parent, "parameters")
		if parameters == nil {
			continue
		}
		for _, at := range parameters.Content {
			_, parameter := r.follow(at, "parameters")
			if parameter == nil {
				continue
			}
			same := func(f declared) bool {
				return text(get(f.parameter, "name")) == text(get(parameter, "name")) && text(get(f.parameter, "in")) == text(get(parameter, "in"))
			}
			if i := slices.IndexFunc(list, same); i >= 0 {
				if parent == node {
					r.refuse(at, "%s: the parameter %s is given twice; keep one", where, text(get(parameter, "name")))
				}
				continue
			}
			list = append(list, declared{at, parameter})
		}
	}
	inPath := map[string]Field{}
	var others []Field
	for _, f := range list {
		field, account, ok := r.parameter(where, op.ID, f.at, f.parameter)
		switch {
		case !ok:
		case account:
			inPath[field.Name] = Field{}
		case field.In == InPath:
			inPath[field.Name] = field
		default:
			others = append(others, field)
		}
	}
	var inTemplate []string
	for _, match := range pathParameter.FindAllStringSubmatch(path.Value, -1) {
		name := match[1]
		field, known := inPath[name]
		switch {
		case slices.Contains(inTemplate, name):
			r.refuse(path, "the path has {%s} twice; rename one", name)
		case !known:
			r.refuse(path, "the path has {%s}, but %s has no parameter of this name with `in: path`", name, op.ID)
		case field.Name != "":
			op.Fields = append(op.Fields, field)
		}
		inTemplate = append(inTemplate, name)
	}
	for _, name := range slices.Sorted(maps.Keys(inPath)) {
		if !slices.Contains(inTemplate, name) {
			r.refuse(path, "%s: the parameter %s is not in the path; add {%s}, or take it out", where, name, name)
		}
	}
	for _, in := range []In{InQuery, InHeader} {
		for _, field := range others {
			if field.In == in {
				op.Fields = append(op.Fields, field)
			}
		}
	}
}

var reservedHeaders = []string{
	"accept", "content-type", "authorization", "content-length", "transfer-encoding", "host", "connection", "expect", "user-agent",
	"cookie", "trailer", "upgrade", "te", "keep-alive", "proxy-authorization", "idempotency-key", "x-idempotency-key", "accept-encoding",
	"content-encoding", "content-disposition", "proxy-connection", "via", "date", "x-http-method-override",
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// parameter reads one. at is where it is named: itself, or a reference, which may have a description of its own.
func (r *reader) parameter(where, operation string, at, node *yaml.Node) (field Field, account, ok bool) {
	name := text(get(node, "name"))
	what := where + ": " + name
	r.known(node, what, "name", "in", "description", "required", "deprecated", "style", "explode", "schema", "example", "examples", "x-account")
	field = Field{Name: name, In: In(text(get(node, "in")))}
	style, explode := text(get(node, "style")), get(node, "explode")
	styleAt := cmp.Or(keyOf(node, "style"), keyOf(node, "explode"), node)
	exploded := isTrue(explode) || explode == nil && (style == "" || style == "form")
	switch field.In {
	case InPath:
		if !isTrue(get(node, "required")) {
			r.refuse(node, "%s: a parameter of the path must have `required: true`", what)
		}
		if style != "" && style != "simple" || isTrue(explode) {
			r.refuse(styleAt, "%s: a parameter of the path is sent with `style: simple`, which is the default", what)
		}
	case InHeader:
		if style != "" && style != "simple" || isTrue(explode) {
			r.refuse(styleAt, "%s: a header is sent with `style: simple`, which is the default", what)
		}
		if !headerName.MatchString(name) || slices.Contains(reservedHeaders, strings.ToLower(name)) {
			r.refuse(node, "%s: this header cannot be a parameter: the client sets it, or its name is none", what)
		}
	case InQuery:
	default:
		r.refuse(cmp.Or(keyOf(node, "in"), node), "%s: a parameter must be `in: path`, `query` or `header`, not %q", what, field.In)
		return field, false, false
	}
	if mark := get(node, "x-account"); mark != nil {
		switch {
		case field.In != InPath || !isTrue(mark):
			r.refuse(mark, "%s: x-account must be true, and stands in a parameter of the path", what)
			return field, false, false
		case r.account != "" && r.account != name:
			r.refuse(mark, "%s: x-account marks %s already; a document has one account", what, r.account)
		default:
			r.account = name
		}
		r.accountSchema(what, node)
		return field, true, true
	}
	schema := get(node, "schema")
	if schema == nil {
		r.refuse(node, "%s: a parameter needs a schema", what)
		return field, false, false
	}
	field.Required = isTrue(get(node, "required"))
	field.Deprecated = isTrue(get(node, "deprecated"))
	encoding := encodingOf{style: style, exploded: exploded, at: styleAt}
	if !r.field(&field, what, operation, schema, encoding) {
		return field, false, false
	}
	field.Doc = cmp.Or(doc(at), doc(node), field.Doc)
	r.example(&field, r.examplesOf(node))
	if field.File != nil {
		r.refuse(schema, "%s: a file can only be in a multipart body", what)
	}
	if field.List != nil && field.In != InQuery {
		r.refuse(node, "%s: a list can be in the query or in the body", what)
	}
	return field, false, true
}

// accountSchema accepts any text for the account: the client has rules of its own for it.
func (r *reader) accountSchema(what string, node *yaml.Node) {
	schema := r.schema(get(node, "schema"), what)
	if schema == nil {
		return
	}
	if schema.kind() != "string" {
		r.refuse(cmp.Or(schema.keys["type"], schema.at), "%s: the account must have `type: string`", what)
	}
	for _, key := range sortedNodes(maps.Values(schema.keys)) {
		if slices.Contains(annotations, key.Value) || strings.HasPrefix(key.Value, "x-") {
			r.knownKey(key, schema.keywords[key.Value], what, annotations, schemaShapes)
		} else if key.Value != "type" {
			r.refuse(key, "%s: rules for the account cannot be carried: it is an argument of the client, not of an operation", what)
		}
	}
}

// clashes refuses two fields whose identifiers are the same in some language.
func (r *reader) clashes(op Operation) {
	for i, field := range op.Fields {
		for _, other := range op.Fields[:i] {
			switch {
			case field.Name == other.Name:
				r.refuse(field.at, "%s: %s is there twice, as a parameter in %s and in %s; rename one", op.ID, field.Name, other.In, field.In)
			case sameName(field.Names, other.Names):
				r.refuse(field.at, "%s: %s and %s are the same name in some language; rename one", op.ID, other.Name, field.Name)
			}
		}
	}
}

func (r *reader) pages(op *Operation, where string, node *yaml.Node) {
	r.marksOf(node, "x-pages", "page", "items", "totalPages")
	pages := Pages{Page: text(get(node, "page")), Items: text(get(node, "items")), TotalPages: text(get(node, "totalPages"))}
	i := slices.IndexFunc(op.Fields, func(f Field) bool {
		return f.Name == pages.Page && f.In == InQuery && f.Kind == KindInteger && f.List == nil
	})
	if i < 0 {
		r.refuse(node, "%s: x-pages: page must name a query parameter with `type: integer`", where)
	}
	j := slices.IndexFunc(r.api.Objects, func(o Object) bool { return o.Name == op.Response.Object })
	if j < 0 {
		r.refuse(node, "%s: x-pages needs a response that is an object", where)
		return
	}
	for _, member := range r.api.Objects[j].Members {
		if member.Name == pages.Items && member.Type.Kind == KindList && member.Type.Item.Kind == KindObject {
			pages.ItemObject = member.Type.Item.Object
		}
	}
	if pages.ItemObject == "" {
		r.refuse(node, "%s: x-pages: items must name a member of the response that is a list of objects", where)
	}
	if total := pages.TotalPages; total != "" && !slices.ContainsFunc(r.api.Objects[j].Members, func(m Member) bool {
		return m.Name == total && (m.Type.Kind == KindString || m.Type.Kind == KindInteger)
	}) {
		r.refuse(node, "%s: x-pages: totalPages must name a member of the response that is text or an integer", where)
	}
	if op.Method != "GET" {
		r.refuse(node, "%s: x-pages is for GET", where)
	}
	op.Pages = &pages
}
