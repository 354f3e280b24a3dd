package contractgen

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/template"

	contacts "example.com/contacts"
	"example.com/contacts/internal/contract"
)

// golang renders package wrapper from templates, and package gen by oapi-codegen.
type golang struct{}

func (golang) Generated(api contract.API, pkg Package) ([]File, error) {
	view, err := goView(api, pkg)
	if err != nil {
		return nil, err
	}
	files, err := oapiFiles(view)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"client", "inputs", "tables"} {
		source, err := renderTemplate("go", name+".tmpl", view, view.funcs())
		if err != nil {
			return nil, err
		}
		formatted, err := format.Source(source)
		if err != nil {
			return nil, fmt.Errorf("wrapper/%s.gen.go: %w", name, err)
		}
		files = append(files, File{Path: "wrapper/" + name + ".gen.go", Content: formatted})
	}
	return files, view.oneName(files)
}

// Standalone adds the runtime, the manifest, and the adapter.
func (golang) Standalone(_ contract.API, pkg Package) ([]File, error) {
	files, err := goManifest(pkg)
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{"wrapper", "tests/conformance/adapter"} {
		entries, err := fs.ReadDir(contacts.Sources, folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			name := entry.Name()
			if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".gen.go") {
				continue
			}
			source, err := fs.ReadFile(contacts.Sources, path.Join(folder, name))
			if err != nil {
				return nil, err
			}
			to := path.Join(strings.Replace(folder, "tests/conformance/", "", 1), name)
			renamed := strings.ReplaceAll(string(source), `"example.com/contacts/`, `"`+goModule(pkg)+`/`)
			files = append(files, File{Path: to, Content: []byte(renamed)})
		}
	}
	return files, nil
}

// The client needs the last two, package gen/server the others.
var goModules = []string{
	"github.com/oapi-codegen/runtime", "github.com/apapsch/go-jsonmerge/v2", "github.com/google/uuid", "golang.org/x/net", "golang.org/x/text",
}

// goManifest has the versions of this repository.
func goManifest(pkg Package) ([]File, error) {
	ours, err := fs.ReadFile(contacts.Sources, "go.mod")
	if err != nil {
		return nil, err
	}
	sums, err := fs.ReadFile(contacts.Sources, "go.sum")
	if err != nil {
		return nil, err
	}
	needed := func(line string) bool {
		words := strings.Fields(line)
		return len(words) > 1 && slices.Contains(goModules, words[0])
	}
	mod := "module " + goModule(pkg) + "\n\ngo 1.26.0\n\nrequire (\n"
	for line := range strings.Lines(string(ours)) {
		if needed(line) {
			mod += line
		}
	}
	return []File{{Path: "go.mod", Content: []byte(mod + ")\n")}, {Path: "go.sum", Content: sums}}, nil
}

func goModule(pkg Package) string { return "example.com/" + pkg.Name }

// A goAPI is what the templates of Go see.
type goAPI struct {
	contract.API
	Module, Package, Version string
	Operations               []goOperation
	TypedEnums               []contract.Enum // those that are types: of text
	Types                    []contract.Object
	Patterns                 []string
	Kinds                    []goKind
	Links                    []string // statements that join the tables of types
	RuleImports              []string
	Paged                    bool // some operation has pages
}

type goKind struct{ Name, Go, Doc string }

type goOperation struct {
	contract.Operation
	Index          int
	Var            string // createContact: begins the names of what is not exported
	Method         string // of the client
	Input          string // the type; empty if there is no input
	Path           []goField
	InputFields    []goField
	PathParameters string // of the method
	PathDoc        string
	PathValue      string
	Result         string // the type; empty if there is none
	Item           string
	PageField      string
	ItemsMember    string
	PageCount      string // an expression
	SendMethod     string
	SendArguments  string
	PathRules      []string // statements that check
	InputRules     []string
	HasRules       bool
}

type goField struct {
	contract.Field
	Type  string
	GoDoc string
}

// Names of methods and fields that an operation cannot have.
var goTakenMethods = []string{"Close", "Call", "CallPages", "Client", "RequestEditors"}

func goView(api contract.API, pkg Package) (*goAPI, error) {
	v := &goAPI{API: api, Module: goModule(pkg), Package: pkg.Name, Version: pkg.Version, Types: api.Objects, Patterns: patternsOf(api)}
	for _, kind := range contract.Kinds {
		v.Kinds = append(v.Kinds, goKind{kind.Name, goRuleName(kind.Name), kind.Doc})
	}
	for _, enum := range api.Enums {
		if v.isTyped(enum.Name) {
			v.TypedEnums = append(v.TypedEnums, enum)
		}
	}
	for _, object := range api.Objects {
		for i, member := range object.Members {
			at, t := fmt.Sprintf("object%s.Members[%d].Type", object.Names.Go, i), &member.Type
			for ; t.Kind == contract.KindList; t = t.Item {
				at += ".Item"
			}
			if t.Kind == contract.KindObject {
				v.Links = append(v.Links, fmt.Sprintf("%s.Object = &object%s", at, v.typeName(t.Object)))
			}
		}
	}
	for i, operation := range api.Operations {
		o, err := v.operation(i, operation)
		if err != nil {
			return nil, err
		}
		v.Operations = append(v.Operations, o)
		for _, pkg := range []string{"slices", "strconv"} {
			uses := func(statement string) bool { return strings.Contains(statement, pkg+".") }
			if !slices.Contains(v.RuleImports, pkg) && (slices.ContainsFunc(o.PathRules, uses) || slices.ContainsFunc(o.InputRules, uses)) {
				v.RuleImports = append(v.RuleImports, pkg)
			}
		}
	}
	slices.Sort(v.RuleImports)
	return v, nil
}

// isTyped tells whether an enum is a type of its own: its values are text, and oapi-codegen can write them.
func (v *goAPI) isTyped(name string) bool {
	i := slices.IndexFunc(v.Enums, func(e contract.Enum) bool { return e.Name == name })
	if i < 0 || slices.ContainsFunc(v.Enums[i].Values, func(value string) bool {
		return strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '"' || r == '`' || r == '\\' })
	}) {
		return false
	}
	for _, operation := range v.API.Operations {
		for _, field := range operation.Fields {
			if field.Enum == name && field.Kind != contract.KindString {
				return false
			}
		}
	}
	return true
}

func (v *goAPI) typeName(name string) string {
	for _, object := range v.Objects {
		if object.Name == name {
			return object.Names.Go
		}
	}
	for _, enum := range v.Enums {
		if enum.Name == name {
			return enum.Names.Go
		}
	}
	panic("the model has no type " + name)
}

func (v *goAPI) operation(index int, operation contract.Operation) (goOperation, error) {
	o := goOperation{Operation: operation, Index: index, Method: operation.Names.Go}
	if slices.Contains(goTakenMethods, o.Method) {
		o.Method += "Operation"
	}
	o.Var = goLower(o.Method)
	for _, field := range operation.Fields {
		if _, err := goConstant("In", string(field.In), goPlaces...); err != nil {
			return o, err
		}
		if field.In == contract.InPath && len(o.InputFields) > 0 {
			return o, fmt.Errorf("%s: the parameters of the path must come first", operation.ID)
		}
		one, err := v.fieldType(field)
		if err != nil {
			return o, fmt.Errorf("%s: %s: %w", operation.ID, field.Name, err)
		}
		f := goField{Field: field, Type: one, GoDoc: goFieldDoc(field)}
		if field.In == contract.InPath {
			o.Path = append(o.Path, f)
		} else {
			o.InputFields = append(o.InputFields, f)
		}
	}
	if len(o.InputFields) > 0 {
		o.Input = o.Method + "Input"
	}
	o.path()
	switch {
	case operation.Response.Bytes:
		o.Result = "*ByteStream"
	case operation.Response.Object != "":
		o.Result = v.typeName(operation.Response.Object)
	}
	if operation.Pages != nil {
		v.Paged = true
		v.pages(&o)
	}
	return o, v.rules(&o)
}

func (o *goOperation) path() {
	var values, docs []string
	for _, f := range o.Path {
		name := goVariable(f.Names.Go)
		o.PathParameters += ", " + name + " " + strings.TrimPrefix(f.Type, "*")
		if strings.HasPrefix(f.Type, "*") {
			values = append(values, "&"+name)
		} else {
			values = append(values, name)
		}
		if f.Doc != "" {
			docs = append(docs, name+": "+f.Doc)
		}
	}
	o.PathValue = fmt.Sprintf("&%sPath{%s}", o.Var, strings.Join(values, ", "))
	o.PathDoc = strings.Join(docs, "\n\n")
	o.SendMethod = o.Method
	for _, name := range pathNames(o.Operation.Path) {
		i := slices.IndexFunc(o.Path, func(f goField) bool { return f.Name == name })
		switch {
		case i < 0:
			o.SendArguments += "c.account, "
		case strings.HasPrefix(o.Path[i].Type, "*"):
			o.SendArguments += "*p." + o.Path[i].Names.Go + ", "
		default:
			o.SendArguments += "p." + o.Path[i].Names.Go + ", "
		}
	}
	if slices.ContainsFunc(o.InputFields, func(f goField) bool { return f.In == contract.InQuery }) {
		o.SendArguments += "r.query, "
	}
	if o.Body != nil {
		o.SendMethod += "WithBody"
		o.SendArguments += "r.contentType, body, "
	}
}

// pathNames are the parameters of a path's template.
func pathNames(template string) []string {
	var names []string
	for _, part := range strings.Split(template, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		names = append(names, name)
	}
	return names
}

func (v *goAPI) pages(o *goOperation) {
	o.Item = v.typeName(o.Pages.ItemObject)
	for _, f := range o.InputFields {
		if f.Name == o.Pages.Page {
			o.PageField = f.Names.Go
		}
	}
	o.PageCount = "0"
	for _, object := range v.Objects {
		if object.Name != o.Response.Object {
			continue
		}
		for _, member := range object.Members {
			switch at := "page." + member.Names.Go; {
			case member.Name == o.Pages.Items:
				o.ItemsMember = member.Names.Go
			case member.Name != o.Pages.TotalPages:
			case member.Type.Kind == contract.KindString:
				o.PageCount = "pageCount(" + at + ")"
			case member.Required:
				o.PageCount = at
			default:
				o.PageCount = "pageNumber(" + at + ")"
			}
		}
	}
}

// fieldType is the type of a field of an input. A number or a boolean is a pointer, as its zero is a value.
func (v *goAPI) fieldType(f contract.Field) (string, error) {
	types := map[contract.Kind]string{
		contract.KindString: "string", contract.KindInteger: "int64", contract.KindNumber: "float64", contract.KindBoolean: "bool", contract.KindFile: "*File",
	}
	one, known := types[f.Kind]
	switch {
	case !known:
		return "", fmt.Errorf("there is no field of the kind %q", f.Kind)
	case f.Enum != "" && f.In != contract.InPath && v.isTyped(f.Enum):
		one = v.typeName(f.Enum)
	}
	switch {
	case f.List != nil:
		return "[]" + one, nil
	case f.Kind == contract.KindString, f.Kind == contract.KindFile:
		return one, nil
	}
	return "*" + one, nil
}

// goFieldDoc is what godoc says of a field: the contract's words, the rules, an example.
func goFieldDoc(f contract.Field) string {
	var says []string
	for _, rules := range [][]contract.Rule{f.Presence, f.Value, f.Item} {
		for _, rule := range rules {
			switch {
			case rule.Check == "unicode", rule.Kind == contract.NeedsFile:
			case rule.Kind == contract.ListItem && f.List.Delimiter == "":
			case rule.Kind == contract.ListItem:
				says = append(says, "No item may hold the delimiter "+strconv.Quote(f.List.Delimiter)+", or begin or end with white space.")
			default:
				says = append(says, rule.Message)
			}
		}
	}
	if f.Default != "" {
		says = append(says, "The server takes "+f.Default+" if it is absent.")
	}
	if f.Example != "" {
		says = append(says, "Example: "+f.Example)
	}
	text := f.Doc
	if text == "" {
		text = "The parameter " + f.Name + "."
	}
	if len(says) > 0 {
		text += "\n\n" + strings.Join(says, " ")
	}
	if f.Deprecated {
		text += "\n\nDeprecated: the contract says that this parameter is deprecated."
	}
	return text
}

func (v *goAPI) funcs() template.FuncMap {
	return template.FuncMap{
		"comment":  goComment,
		"compile":  contract.CompilePattern,
		"typeName": v.typeName,
		"ruleName": goRuleName,
		"strings": func(list []string) string {
			if len(list) == 0 {
				return "nil"
			}
			var quoted []string
			for _, s := range list {
				quoted = append(quoted, quote(s))
			}
			return "[]string{" + strings.Join(quoted, ", ") + "}"
		},
		"kind": func(k contract.Kind) (string, error) {
			return goConstant("Kind", string(k), "string", "integer", "number", "boolean", "file", "object", "list", "json")
		},
		"in": func(in contract.In) (string, error) { return goConstant("In", string(in), goPlaces...) },
		"retry": func(r contract.Retry) (string, error) {
			return goConstant("Retry", string(r), "never", "idempotent", "safe")
		},
		"outcome": func(o string) (string, error) {
			return goConstant("Outcome", o, "created", "updated", "deleted", "found")
		},
	}
}

var goPlaces = []string{"path", "query", "header", "body"}

// goConstant is a constant of the runtime. What the runtime does not know has none.
func goConstant(prefix, value string, known ...string) (string, error) {
	if !slices.Contains(known, value) {
		return "", fmt.Errorf("package wrapper knows no %s %q", strings.ToLower(prefix), value)
	}
	return prefix + goTitle(value), nil
}

func goTitle(word string) string {
	if word == "json" {
		return "JSON"
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

func goRuleName(kind string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(kind, "_") {
		b.WriteString(goTitle(word))
	}
	return b.String()
}

// goComment is text as a comment of lines that are not too long.
func goComment(indent, text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		for line = strings.TrimRight(line, " \t\r"); ; {
			cut := len(line)
			if cut > 110 {
				if cut = strings.LastIndexByte(line[:110], ' '); cut <= 0 {
					cut = len(line)
				}
			}
			b.WriteString(strings.TrimRight(indent+"// "+line[:cut], " ") + "\n")
			if cut == len(line) {
				break
			}
			line = strings.TrimLeft(line[cut:], " ")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// goLower makes a name that is not exported: campaignID of CampaignID, urlPath of URLPath.
func goLower(name string) string {
	n := 0
	for n < len(name) && name[n] >= 'A' && name[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(name) {
		n--
	}
	return strings.ToLower(name[:n]) + name[n:]
}

// goVariable is the name of a parameter of a method.
func goVariable(name string) string {
	name = goLower(name)
	if token.IsKeyword(name) || slices.Contains([]string{"ctx", "c", "input", "options", "string", "int64", "float64", "bool", "error", "nil", "run"}, name) {
		name += "Value"
	}
	return name
}

// oneName refuses names that two declarations of a package have.
func (v *goAPI) oneName(files []File) error {
	packages := map[string][]File{}
	for _, file := range files {
		packages[path.Dir(file.Path)] = append(packages[path.Dir(file.Path)], file)
	}
	entries, err := fs.ReadDir(contacts.Sources, "wrapper")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, ".gen.go") {
			source, err := fs.ReadFile(contacts.Sources, "wrapper/"+name)
			if err != nil {
				return err
			}
			packages["wrapper"] = append(packages["wrapper"], File{Path: "wrapper/" + name, Content: source})
		}
	}
	for _, of := range packages {
		seen := map[string]string{}
		for _, file := range of {
			parsed, err := parser.ParseFile(token.NewFileSet(), file.Path, file.Content, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, name := range declared(parsed) {
				if other := seen[name]; other != "" && name != "init" && name != "_" {
					return fmt.Errorf("the Go name %s stands for two things, in %s and in %s; rename the operation, the schema or the parameter that it comes from",
						name, other, file.Path)
				}
				seen[name] = file.Path
			}
		}
	}
	return nil
}

// declared are the names at the top of a file, and the methods as T.M.
func declared(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			name := decl.Name.Name
			if decl.Recv != nil {
				receiver := decl.Recv.List[0].Type
				if star, is := receiver.(*ast.StarExpr); is {
					receiver = star.X
				}
				if ident, is := receiver.(*ast.Ident); is {
					name = ident.Name + "." + name
				}
			}
			names = append(names, name)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, spec.Name.Name)
				case *ast.ValueSpec:
					for _, ident := range spec.Names {
						names = append(names, ident.Name)
					}
				}
			}
		}
	}
	return names
}
