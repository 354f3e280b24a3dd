package contract

import (
	"cmp"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var methods = []string{"get", "put", "post", "delete", "patch"}

// Read reads an OpenAPI 3.0 or 3.1 document, after it has applied the overlays to it in their order. What
// cannot be carried is returned as Problems: all of it, with files and lines.
func Read(source Source, overlays ...Source) (API, error) {
	root, files, err := load(source, overlays)
	if err != nil {
		return API{}, err
	}
	r := &reader{document: document{file: source.Name, root: root, files: files, marks: map[*yaml.Node]bool{}}}
	r.plain(root)
	if len(r.problems) == 0 {
		r.read()
	}
	if len(r.problems) > 0 {
		sortProblems(r.problems, source, overlays)
		return API{}, r.problems
	}
	return r.api, nil
}

// ReadFiles reads a document and overlays from files. It returns their content as well, the document's first.
func ReadFiles(document string, overlays ...string) (API, []Source, error) {
	var sources []Source
	for _, name := range append([]string{document}, overlays...) {
		content, err := os.ReadFile(name)
		if err != nil {
			return API{}, nil, err
		}
		sources = append(sources, Source{Name: name, Content: content})
	}
	api, err := Read(sources[0], sources[1:]...)
	return api, sources, err
}

// sortProblems puts those of the document first, then those of the overlays in their order.
func sortProblems(problems Problems, source Source, overlays []Source) {
	order := func(p Problem) int {
		if p.File == source.Name {
			return -1
		}
		return slices.IndexFunc(overlays, func(o Source) bool { return o.Name == p.File })
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		if a.File == b.File {
			return a.Line - b.Line
		}
		return order(a) - order(b)
	})
}

type reader struct {
	document
	api     API
	account string                // the name of the path parameter that is the account
	objects map[*yaml.Node]string // the objects that were read, by their schema
	lists   []*yaml.Node          // the lists whose items are being read
	checked map[*yaml.Node]bool   // the schemas of responses that were looked at
	inputs  []namedType           // the types of operations' inputs
	types   []namedType           // the others
}

var openapiVersion = regexp.MustCompile(`^3\.[01]\.[0-9]+$`)

func (r *reader) read() {
	root := r.root
	r.known(root, "the document", "openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs")
	version := text(get(root, "openapi"))
	if !openapiVersion.MatchString(version) {
		r.refuse(root, "the document must say `openapi: 3.1.x` or `openapi: 3.0.x`")
		return
	}
	r.old = strings.HasPrefix(version, "3.0.")
	r.info()
	r.servers()
	components := get(root, "components")
	for kind, all := range pairs(components) {
		r.knownKey(kind, all, "components", []string{
			"schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links",
		}, nil)
		if !strings.HasPrefix(kind.Value, "x-") {
			r.shaped(all, "components: "+kind.Value, mapShape)
		}
	}
	r.security(get(root, "security"))
	r.errorFormat(get(components, "schemas"))

	r.objects, r.checked = map[*yaml.Node]string{}, map[*yaml.Node]bool{}
	paths := get(root, "paths")
	if paths == nil {
		r.refuse(root, "the document has no paths")
	}
	templates := map[string]*yaml.Node{}
	for path, item := range pairs(paths) {
		if strings.HasPrefix(path.Value, "x-") {
			continue
		}
		r.known(item, path.Value, append([]string{"summary", "description", "parameters"}, methods...)...)
		template := pathParameter.ReplaceAllString(path.Value, "{}")
		if before := templates[template]; before != nil {
			r.refuse(path, "the paths %s and %s are the same but for the names of their parameters; keep one", before.Value, path.Value)
		}
		templates[template] = path
		for method, operation := range pairs(item) {
			if slices.Contains(methods, method.Value) {
				r.operation(path, method, item, operation)
			}
		}
	}
	if paths != nil && len(r.api.Operations) == 0 && len(r.problems) == 0 {
		r.refuse(paths, "the document has no operation")
	}
	r.api.AccountName = r.account
	r.nameClashes()
	for _, key := range sortedNodes(maps.Keys(r.marks)) {
		if !r.marks[key] {
			r.refuse(key, "%s has no meaning here; docs/contract.md says where it has one", key.Value)
		}
	}
}

func (r *reader) info() {
	info := get(r.root, "info")
	r.known(info, "info", "title", "summary", "description", "termsOfService", "contact", "license", "version")
	r.known(get(info, "contact"), "contact", "name", "url", "email")
	r.known(get(info, "license"), "license", "name", "identifier", "url")
	r.api.Title, r.api.Version, r.api.Doc = text(get(info, "title")), text(get(info, "version")), doc(info)
	if len(words(r.api.Title)) == 0 {
		r.refuse(cmp.Or(info, r.root), "info: the title must have a letter or a digit: the clients are named after it")
	}
	r.externalDocs(r.root)
	if tags := get(r.root, "tags"); tags != nil {
		for _, tag := range tags.Content {
			r.known(tag, "a tag", "name", "description", "externalDocs")
			r.externalDocs(tag)
		}
	}
}

func (r *reader) externalDocs(node *yaml.Node) {
	r.known(get(node, "externalDocs"), "externalDocs", "description", "url")
}

// servers reads the first, which is the base URL; an option of the clients sets another.
func (r *reader) servers() {
	servers := get(r.root, "servers")
	if servers == nil {
		return
	}
	for i, server := range servers.Content {
		r.known(server, "a server", "url", "description")
		if i > 0 {
			continue
		}
		r.api.Server = strings.TrimSuffix(text(get(server, "url")), "/")
		u, err := url.Parse(r.api.Server)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(r.api.Server, "?#{} ") {
			r.refuse(server, "the first server must have a url that begins with https:// and has no user, query, fragment or variables")
		}
	}
}

// security accepts HTTP Basic alone: the clients sign each request with it.
func (r *reader) security(list *yaml.Node) {
	if list == nil {
		return // Basic all the same: many contracts leave it to their prose
	}
	var others []*yaml.Node
	for _, requirement := range list.Content {
		alone := len(requirement.Content) > 0
		for name := range pairs(requirement) {
			if !r.isBasic(name) {
				others = append(others, name)
				alone = false
			}
		}
		if alone {
			return // one of several ways in is enough
		}
	}
	for _, name := range others {
		r.refuse(name, "security %s must be HTTP Basic (type: http, scheme: basic)", name.Value)
	}
	if len(others) == 0 {
		r.refuse(list, "security is empty; the clients sign each request with HTTP Basic")
	}
}

func (r *reader) isBasic(name *yaml.Node) bool {
	at := get(get(get(r.root, "components"), "securitySchemes"), name.Value)
	if at == nil {
		return false
	}
	_, scheme := r.follow(at, "securitySchemes")
	if text(get(scheme, "type")) != "http" || !strings.EqualFold(text(get(scheme, "scheme")), "basic") {
		return false
	}
	r.known(scheme, "security "+name.Value, "type", "scheme", "description")
	return true
}

// errorFormat reads x-error, which stands in the schema of the errors' envelope.
func (r *reader) errorFormat(schemas *yaml.Node) {
	for name, node := range pairs(schemas) {
		key := keyOf(node, "x-error")
		if key == nil {
			continue
		}
		r.marks[key] = true
		marks := get(node, "x-error")
		if r.api.ErrorFormat != nil {
			r.refuse(key, "%s: x-error may stand in one schema of a document", name.Value)
			continue
		}
		r.marksOf(marks, "x-error", "message", "errors", "field")
		format := ErrorFormat{Message: text(get(marks, "message")), Errors: text(get(marks, "errors")), Field: text(get(marks, "field"))}
		r.api.ErrorFormat = &format
		s := r.schema(node, name.Value)
		if format.Message == "" || (format.Errors == "") != (format.Field == "") {
			r.refuse(key, "x-error must name the member with the message; if it names errors, also their field")
		}
		if s == nil || format.Message == "" {
			continue
		}
		envelope := s.keywords["properties"]
		r.mustHave(marks, envelope, format.Message, "string")
		if format.Errors == "" {
			continue
		}
		r.mustHave(marks, envelope, format.Errors, "array")
		list := r.schema(get(envelope, format.Errors), name.Value)
		if list == nil {
			continue
		}
		if item := r.schema(list.keywords["items"], name.Value); item != nil {
			r.mustHave(marks, item.keywords["properties"], format.Message, "string")
			r.mustHave(marks, item.keywords["properties"], format.Field, "string")
		} else {
			r.refuse(marks, "x-error: the items of %s must have the members %s and %s", format.Errors, format.Message, format.Field)
		}
	}
}

func (r *reader) mustHave(at, properties *yaml.Node, name, kind string) {
	if s := r.schema(get(properties, name), name); s == nil || s.kind() != kind {
		r.refuse(at, "x-error names %s, which is no property with `type: %s`", name, kind)
	}
}

// marksOf refuses the members of one of our extensions that it does not have.
func (r *reader) marksOf(node *yaml.Node, extension string, keys ...string) {
	if node.Kind != yaml.MappingNode {
		r.refuse(node, "%s must be a mapping", extension)
	}
	for key := range pairs(node) {
		if !slices.Contains(keys, key.Value) {
			r.refuse(key, "%s: %s is none of %s", extension, key.Value, join(keys, "and"))
		}
	}
}

// doc is what a part of the document says for people.
func doc(node *yaml.Node) string { return strings.TrimSpace(text(get(node, "description"))) }
