package contractgen

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"example.com/contacts/internal/contract"
)

type typescript struct{}

// Generated are the types, the tables and the methods, and the two entry points of the package.
func (typescript) Generated(api contract.API, pkg Package) ([]File, error) {
	t := typescriptOf{api, pkg}
	var files []File
	for _, file := range []struct{ path, template string }{
		{"src/generated/types.ts", "types.ts.tmpl"},
		{"src/generated/operations.ts", "operations.ts.tmpl"},
		{"src/generated/client.ts", "client.ts.tmpl"},
		{"src/index.ts", "index.ts.tmpl"},
		{"src/node.ts", "node.ts.tmpl"},
	} {
		content, err := renderTemplate("typescript", file.template, struct {
			contract.API
			Package Package
		}{api, pkg}, t.funcs())
		if err != nil {
			return nil, err
		}
		files = append(files, File{Path: file.path, Content: content})
	}
	return files, nil
}

// Standalone copies the runtime, the adapter and what builds them, under the name of the package.
func (typescript) Standalone(_ contract.API, pkg Package) ([]File, error) {
	const folder = "clients/typescript"
	var files []File
	for _, name := range []string{"src/runtime", "tests/adapter", "tests/adapter.ts", "tsconfig.json", "tsconfig.tests.json", "package.json"} {
		copied, err := sources(folder+"/"+name, name)
		if err != nil {
			return nil, err
		}
		for _, file := range copied {
			file.Content = bytes.ReplaceAll(file.Content, []byte("@example/contacts"), []byte("@example/"+pkg.Name))
			file.Content = bytes.Replace(file.Content, []byte(`"keywords": ["contacts", `), []byte(`"keywords": [`), 1)
			files = append(files, file)
		}
	}
	return files, nil
}

// typescriptOf has the functions of the templates.
type typescriptOf struct {
	api contract.API
	pkg Package
}

func (t typescriptOf) funcs() template.FuncMap {
	return template.FuncMap{
		"mark":    func() string { return Mark + " from the contract. DO NOT EDIT." },
		"npmName": func() string { return "@example/" + t.pkg.Name },
		"comment": commentTS,
		"key":     keyTS,
		"numeric": func(value string, _ any) bool { return false },
		"inputs":  inputFields, "paths": pathFields,
		"inputName": func(op contract.Operation) string { return typeName(op.ID) + "Input" },
		"inputType": t.inputType, "memberType": t.memberType, "shapeType": t.shapeType, "fieldDoc": t.fieldDoc,
		"objectName": t.objectName,
		"patterns":   func() []string { return patternsOf(t.api) },
		"rule":       t.rule,
		"list": func(items []string) string {
			quoted := make([]string, len(items))
			for i, item := range items {
				quoted[i] = quote(item)
			}
			return "[" + strings.Join(quoted, ", ") + "]"
		},
		"hasBytes": func() bool {
			return slices.ContainsFunc(t.api.Operations, func(op contract.Operation) bool { return op.Response.Bytes })
		},
		"imports": t.imports, "methodDoc": methodDocTS, "params": t.params, "result": t.result,
		"pathArgs": func(op contract.Operation) string {
			var names []string
			for _, field := range pathFields(op) {
				names = append(names, field.Names.TypeScript)
			}
			return strings.Join(names, ", ")
		},
		"castArgs": func(op contract.Operation) string {
			var b strings.Builder
			for _, field := range pathFields(op) {
				fmt.Fprintf(&b, "%s as %s, ", field.Names.TypeScript, scalarTS(field.Kind))
			}
			return b.String()
		},
	}
}

// commentTS is text inside of a block comment, its lines after the first behind an indentation.
func commentTS(text, indent string) string {
	text = strings.NewReplacer("*/", "*\\/", "{", "\\{", "}", "\\}", "@", "\\@").Replace(text)
	return strings.ReplaceAll(text, "\n", "\n"+indent+" * ")
}

// keyTS is the name of a property of an object literal.
func keyTS(name string) string {
	for i, r := range name {
		isLetter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
		if !isLetter && (i == 0 || r < '0' || r > '9') {
			return quote(name)
		}
	}
	return name
}

func methodDocTS(op contract.Operation) string { return methodDoc(op) }

func (t typescriptOf) fieldDoc(field contract.Field) string {
	const line = "\n   * "
	doc := commentTS(fieldWords(field), "  ")
	if field.Example != "" {
		doc += line + line[1:] + "@example " + strings.ReplaceAll(commentTS(field.Example, ""), "\n", " ")
		doc = strings.Replace(doc, line+line[1:], "\n   *"+line, 1)
	}
	if field.Deprecated {
		doc += line + "@deprecated"
	}
	return doc
}

func scalarTS(kind contract.Kind) string {
	switch kind {
	case contract.KindString:
		return "string"
	case contract.KindInteger:
		return "number | bigint"
	case contract.KindNumber:
		return "number"
	case contract.KindBoolean:
		return "boolean"
	case contract.KindFile:
		return "FileSource"
	case contract.KindJSON:
		return "unknown"
	}
	panic(fmt.Sprintf("typescript knows no type for the kind %q", kind))
}

func (t typescriptOf) inputType(field contract.Field) string {
	item := scalarTS(field.Kind)
	if field.Enum != "" && field.Kind == contract.KindString {
		item = enumOf(t.api, field.Enum).Names.TypeScript
	}
	switch {
	case field.List == nil:
		return item
	case strings.Contains(item, "|"):
		return "readonly (" + item + ")[]"
	}
	return "readonly " + item + "[]"
}

func (t typescriptOf) memberType(typ contract.Type) string {
	switch typ.Kind {
	case contract.KindObject:
		return t.objectName(typ.Object)
	case contract.KindList:
		item := t.memberType(*typ.Item)
		if strings.Contains(item, "|") {
			item = "(" + item + ")"
		}
		return "readonly " + item + "[]"
	}
	return scalarTS(typ.Kind)
}

func (t typescriptOf) shapeType(typ contract.Type) (string, error) {
	switch typ.Kind {
	case contract.KindObject:
		return "{ object: () => shapeOf" + t.objectName(typ.Object) + " }", nil
	case contract.KindList:
		item, err := t.shapeType(*typ.Item)
		return "{ list: " + item + " }", err
	case contract.KindString, contract.KindInteger, contract.KindNumber, contract.KindBoolean, contract.KindJSON:
		return quote(string(typ.Kind)), nil
	}
	return "", fmt.Errorf("typescript knows no shape for the kind %q", typ.Kind)
}

func (t typescriptOf) objectName(name string) string { return objectOf(t.api, name).Names.TypeScript }

func (t typescriptOf) rule(r contract.Rule) (string, error) {
	if !slices.ContainsFunc(contract.Kinds, func(k struct{ Name, Doc string }) bool { return k.Name == r.Kind }) {
		return "", fmt.Errorf("typescript does not know the rule %q", r.Kind)
	}
	members := []string{"kind: " + quote(r.Kind), "message: " + quote(r.Message)}
	add := func(name, value string) { members = append(members, name+": "+value) }
	if len(r.With) > 0 {
		quoted := make([]string, len(r.With))
		for i, name := range r.With {
			quoted[i] = quote(name)
		}
		add("with", "["+strings.Join(quoted, ", ")+"]")
	}
	if r.When != nil {
		add("when", "{ field: "+quote(r.When.Field)+", value: "+quote(r.When.Value)+" }")
	}
	if r.Length > 0 {
		add("length", fmt.Sprint(r.Length))
	}
	if r.Limit != "" {
		add("limit", quote(r.Limit))
	}
	if r.Open {
		add("open", "true")
	}
	if r.Joined {
		add("joined", "true")
	}
	if r.Pattern != "" {
		add("pattern", fmt.Sprintf("pattern%d", slices.Index(patternsOf(t.api), r.Pattern)))
	}
	if r.Check != "" {
		add("check", quote(r.Check))
	}
	if r.Enum != "" {
		add("values", "valuesOf"+enumOf(t.api, r.Enum).Names.TypeScript)
	}
	return "{ " + strings.Join(members, ", ") + " }", nil
}

// imports are the types that the methods name, sorted.
func (t typescriptOf) imports() []string {
	names := []string{"Inputs"}
	for _, op := range t.api.Operations {
		if len(inputFields(op)) > 0 {
			names = append(names, typeName(op.ID)+"Input")
		}
		if op.Response.Object != "" {
			names = append(names, t.objectName(op.Response.Object))
		}
		if op.Pages != nil {
			names = append(names, t.objectName(op.Pages.ItemObject))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (t typescriptOf) params(op contract.Operation) string {
	var params []string
	for _, field := range pathFields(op) {
		params = append(params, field.Names.TypeScript+": "+scalarTS(field.Kind))
	}
	if inputs := inputFields(op); len(inputs) > 0 {
		param := "input: " + typeName(op.ID) + "Input"
		if !slices.ContainsFunc(inputs, func(f contract.Field) bool { return f.Required }) {
			param += " = {}"
		}
		params = append(params, param)
	}
	return strings.Join(append(params, "options: CallOptions = {}"), ", ")
}

func (t typescriptOf) result(op contract.Operation) string {
	switch {
	case op.Response.Bytes:
		return "ByteStream"
	case op.Response.Object != "":
		return t.objectName(op.Response.Object)
	}
	return "void"
}
