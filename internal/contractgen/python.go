package contractgen

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"example.com/contacts/internal/contract"
)

type python struct{}

// Generated are the types, the tables, the clients and the package's entry.
func (python) Generated(api contract.API, pkg Package) ([]File, error) {
	p := pythonOf{api}
	folder := "src/" + pkg.Name + "/"
	var files []File
	for _, file := range []struct{ path, template string }{
		{"_generated/__init__.py", "generated_init.py.tmpl"},
		{"_generated/types.py", "types.py.tmpl"},
		{"_generated/table.py", "table.py.tmpl"},
		{"_generated/clients.py", "clients.py.tmpl"},
		{"__init__.py", "init.py.tmpl"},
	} {
		content, err := renderTemplate("python", file.template, struct {
			contract.API
			Package Package
		}{api, pkg}, p.funcs())
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: folder + file.path, Content: content})
	}
	return files, nil
}

// Standalone copies the runtime, the adapters and the manifest, under the name of the package.
func (python) Standalone(_ contract.API, pkg Package) ([]File, error) {
	const folder = "clients/python/"
	var files []File
	for _, name := range []string{"src/contacts/_runtime", "src/contacts/py.typed", "tests/adapter", "tests/adapter-async", "tests/adapter.py", "pyproject.toml"} {
		copied, err := sources(folder+name, name)
		if err != nil {
			return nil, err
		}
		for _, file := range copied {
			// The README is about this repository's client.
			file.Content = bytes.Replace(file.Content, []byte("readme = \"README.md\"\n"), nil, 1)
			for _, form := range []string{"src/%s", "import %s", "from %s", "\"%s-client\""} {
				file.Content = bytes.ReplaceAll(file.Content, fmt.Appendf(nil, form, "contacts"), fmt.Appendf(nil, form, pkg.Name))
			}
			file.Path = strings.Replace(file.Path, "src/contacts/", "src/"+pkg.Name+"/", 1)
			files = append(files, file)
		}
	}
	return files, nil
}

// pythonOf has the functions of the templates.
type pythonOf struct{ api contract.API }

func (p pythonOf) funcs() template.FuncMap {
	result := func(bytes, module string) func(contract.Operation) string {
		return func(op contract.Operation) string {
			switch {
			case op.Response.Bytes:
				return bytes
			case op.Response.Object != "":
				return module + objectOf(p.api, op.Response.Object).Names.Python
			}
			return "ResponseInfo"
		}
	}
	return template.FuncMap{
		"mark": func() string { return Mark + " from the contract. DO NOT EDIT." },
		"doc":  docPython, "sentence": sentence, "fieldDoc": p.fieldDoc, "methodDoc": methodDoc, "argsDoc": p.argsDoc,
		"inputs":    inputFields,
		"inputName": func(op contract.Operation) string { return typeName(op.ID) + "Input" },
		"exports":   p.exports, "signatures": p.signatures, "allNames": p.allNames,
		"uses":      p.uses,
		"inputType": p.inputType, "memberType": p.memberType, "member": p.member, "rule": p.rule,
		"default": func(f contract.Field) string {
			switch {
			case f.Required:
				return ""
			case f.List != nil:
				return " = ()"
			}
			return " = None"
		},
		"constant": func(name string) string { return strings.ToUpper(strings.ReplaceAll(snakeOf(name), "-", "_")) },
		"bool": func(b bool) string {
			if b {
				return "True"
			}
			return "False"
		},
		"tuple": tuplePython,
		"method": func(op contract.Operation) string {
			if op.Pages != nil {
				return op.Names.Python + "_page"
			}
			return op.Names.Python
		},
		"resultType": result("ByteStream", "types."), "syncResult": result("ByteStream", ""), "asyncResult": result("AsyncByteStream", ""),
		"itemType": func(op contract.Operation) string { return objectOf(p.api, op.Pages.ItemObject).Names.Python },
		"params":   p.params,
		"pathTuple": func(op contract.Operation) string {
			var b strings.Builder
			for _, field := range pathFields(op) {
				b.WriteString(field.Names.Python + ", ")
			}
			return "(" + strings.TrimSuffix(b.String(), " ") + ")"
		},
		"pageAttribute": func(op contract.Operation) string {
			i := slices.IndexFunc(op.Fields, func(f contract.Field) bool { return f.Name == op.Pages.Page })
			return op.Fields[i].Names.Python
		},
		"memberAttribute": func(op contract.Operation, name string) string {
			for _, member := range objectOf(p.api, op.Response.Object).Members {
				if member.Name == name {
					return member.Names.Python
				}
			}
			return ""
		},
	}
}

func snakeOf(name string) string { return contract.SnakeName(name) }

// docPython is text inside of a docstring, its lines after the first behind an indentation.
func docPython(text, indent string) string {
	text = strings.NewReplacer(`\`, `\\`, `"""`, `\"\"\"`).Replace(text)
	if strings.HasSuffix(text, `"`) {
		text = strings.TrimSuffix(text, `"`) + `\"`
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		if i > 0 && lines[i] != "" {
			lines[i] = indent + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

func sentence(text string) string {
	if !strings.HasSuffix(text, ".") {
		return text + "."
	}
	return text
}

func (p pythonOf) fieldDoc(field contract.Field) string {
	doc := sentence(fieldWords(field))
	if field.Example != "" {
		doc += "\nExample: " + field.Example
	}
	if field.Deprecated {
		doc += "\nDeprecated."
	}
	return doc
}

func (p pythonOf) argsDoc(op contract.Operation) string {
	var b strings.Builder
	b.WriteString("\n        Args:\n")
	for _, field := range pathFields(op) {
		doc := field.Doc
		if doc == "" {
			doc = field.Name
		}
		b.WriteString("            " + field.Names.Python + ": " + docPython(sentence(doc), "                ") + "\n")
	}
	if len(inputFields(op)) > 0 {
		b.WriteString("            parameters: The other parameters.\n")
	}
	b.WriteString("            **options: For this call.\n\n        Raises:\n")
	b.WriteString("            InvalidError: Rules are broken, and nothing was sent.\n")
	b.WriteString("            ApiError: Any other outcome but a success.\n")
	b.WriteString("            UsageError: An argument cannot be used, or the client is closed.")
	return b.String()
}

// exports are the names of all types, sorted.
func (p pythonOf) exports() []string {
	names := p.classes()
	for _, enum := range p.api.Enums {
		names = append(names, enum.Names.Python)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p pythonOf) classes() []string {
	names := p.inputs()
	for _, object := range p.api.Objects {
		names = append(names, object.Names.Python)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (p pythonOf) inputs() []string {
	var names []string
	for _, op := range p.api.Operations {
		if len(inputFields(op)) > 0 {
			names = append(names, typeName(op.ID)+"Input")
		}
	}
	return names
}

// signatures are the names of the types that the methods take and return.
func (p pythonOf) signatures() []string {
	names := p.inputs()
	for _, op := range p.api.Operations {
		if op.Response.Object != "" {
			names = append(names, objectOf(p.api, op.Response.Object).Names.Python)
		}
		if op.Pages != nil {
			names = append(names, objectOf(p.api, op.Pages.ItemObject).Names.Python)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// uses tells what the modules must import.
func (p pythonOf) uses(what string) (bool, error) {
	inType := func(kind contract.Kind) bool {
		return slices.ContainsFunc(p.api.Objects, func(object contract.Object) bool {
			return slices.ContainsFunc(object.Members, func(member contract.Member) bool { return hasKind(member.Type, kind) })
		})
	}
	operation := func(is func(contract.Operation) bool) (bool, error) {
		return slices.ContainsFunc(p.api.Operations, is), nil
	}
	input := func(is func(contract.Field) bool) bool {
		return slices.ContainsFunc(p.api.Operations, func(op contract.Operation) bool { return slices.ContainsFunc(inputFields(op), is) })
	}
	switch what {
	case "pages":
		return operation(func(op contract.Operation) bool { return op.Pages != nil })
	case "content":
		return operation(func(op contract.Operation) bool { return op.Response.Bytes })
	case "no content":
		return operation(func(op contract.Operation) bool { return !op.Response.Bytes && op.Response.Object == "" })
	case "file":
		return input(func(f contract.Field) bool { return f.Kind == contract.KindFile }), nil
	case "list":
		return inType(contract.KindList) || input(func(f contract.Field) bool { return f.List != nil }), nil
	case "json":
		return inType(contract.KindJSON) || input(func(f contract.Field) bool { return f.Kind == contract.KindJSON }), nil
	case "input":
		return len(p.inputs()) > 0, nil
	}
	return false, fmt.Errorf("python does not know %q", what)
}

// hasKind tells whether a type is of a kind, or a list of such.
func hasKind(t contract.Type, kind contract.Kind) bool {
	return t.Kind == kind || (t.Kind == contract.KindList && hasKind(*t.Item, kind))
}

func (p pythonOf) allNames() []string {
	names := append(p.exports(), "ApiError", "AsyncByteStream", "AsyncClient", "AttemptReport", "ByteStream", "CallOptions",
		"CallReport", "Client", "FieldError", "File", "InDoubtError", "InvalidError", "NotSentError", "Outcome", "QueuedError",
		"RefusedError", "ResponseInfo", "RuleKind", "Rules", "UsageError", "Violation", "__version__", "info_of", "validate_draft")
	slices.Sort(names)
	return append([]string{"OPERATIONS"}, names...) // constants first, as isort has it
}

func scalarPython(kind contract.Kind) string {
	switch kind {
	case contract.KindString:
		return "str"
	case contract.KindInteger:
		return "int"
	case contract.KindNumber:
		return "float"
	case contract.KindBoolean:
		return "bool"
	case contract.KindFile:
		return "File"
	case contract.KindJSON:
		return "Any"
	}
	panic(fmt.Sprintf("python knows no type for the kind %q", kind))
}

func (p pythonOf) inputType(field contract.Field) string {
	item := scalarPython(field.Kind)
	if field.Enum != "" && field.Kind == contract.KindString {
		item = enumOf(p.api, field.Enum).Names.Python
	}
	switch {
	case field.List != nil:
		return "Sequence[" + item + "]"
	case field.Required:
		return item
	}
	return item + " | None"
}

func (p pythonOf) typeOf(t contract.Type) string {
	switch t.Kind {
	case contract.KindObject:
		return objectOf(p.api, t.Object).Names.Python
	case contract.KindList:
		return "Sequence[" + p.typeOf(*t.Item) + "]"
	}
	return scalarPython(t.Kind)
}

func (p pythonOf) memberType(member contract.Member) string {
	t := p.typeOf(member.Type)
	switch {
	case member.Required:
		return t
	case member.Type.Kind == contract.KindList:
		return t + " = ()"
	}
	return t + " | None = None"
}

func (p pythonOf) member(m contract.Member) string {
	out := fmt.Sprintf("t.Member(%s, %s, %s", quote(m.Name), quote(m.Names.Python), p.memberKind(m.Type))
	if m.Required {
		out += ", required=True"
	}
	out += p.memberParts(m.Type)
	if m.LastSegmentOf != "" {
		out += ", last_segment_of=" + quote(m.LastSegmentOf)
	}
	return out + ")"
}

func (p pythonOf) memberKind(t contract.Type) string { return quote(string(t.Kind)) }

func (p pythonOf) memberParts(t contract.Type) string {
	switch t.Kind {
	case contract.KindObject:
		return ", object=types." + objectOf(p.api, t.Object).Names.Python
	case contract.KindList:
		return fmt.Sprintf(`, item=t.Member("item", "", %s%s)`, p.memberKind(*t.Item), p.memberParts(*t.Item))
	}
	return ""
}

func tuplePython(items []string) string {
	var b strings.Builder
	for _, item := range items {
		b.WriteString(quote(item) + ", ")
	}
	return "(" + strings.TrimSuffix(b.String(), " ") + ")"
}

func (p pythonOf) rule(r contract.Rule) (string, error) {
	if !slices.ContainsFunc(contract.Kinds, func(k struct{ Name, Doc string }) bool { return k.Name == r.Kind }) {
		return "", fmt.Errorf("python does not know the rule %q", r.Kind)
	}
	out := fmt.Sprintf("t.Rule(broken=t.Violation(%s, %s, %s)", quote(r.Field), quote(r.Kind), quote(r.Message))
	if len(r.With) > 0 {
		out += ", others=" + tuplePython(r.With)
	}
	if r.When != nil {
		out += ", when=(" + quote(r.When.Field) + ", " + quote(r.When.Value) + ")"
	}
	if r.Length > 0 {
		out += fmt.Sprintf(", length=%d", r.Length)
	}
	if r.Limit != "" {
		out += ", limit=" + quote(r.Limit)
	}
	if r.Open {
		out += ", open=True"
	}
	if r.Pattern != "" {
		out += ", pattern=" + quote(r.Pattern)
	}
	if r.Check != "" {
		out += ", check=" + quote(r.Check)
	}
	if r.Enum != "" {
		out += ", values=_" + strings.ToUpper(snakeOf(r.Enum))
	}
	return out + ")", nil
}

func (p pythonOf) params(op contract.Operation) string {
	params := []string{"self"}
	for _, field := range pathFields(op) {
		params = append(params, field.Names.Python+": "+scalarPython(field.Kind))
	}
	if inputs := inputFields(op); len(inputs) > 0 {
		param := "parameters: " + typeName(op.ID) + "Input"
		if !slices.ContainsFunc(inputs, func(f contract.Field) bool { return f.Required }) {
			param += " | None = None"
		}
		params = append(params, param)
	}
	return "\n        " + strings.Join(append(params, "**options: Unpack[CallOptions]"), ",\n        ") + ","
}
