package contractgen

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"example.com/contacts/internal/contract"
	"example.com/contacts/sandbox/programs"
)

// A programTable is what package programs needs of a contract: what each language calls its operations and parameters.
type programTable struct{}

// Standalone is for clients.
func (programTable) Standalone(contract.API, Package) ([]File, error) { return nil, nil }

func (programTable) Generated(api contract.API, pkg Package) ([]File, error) {
	out := programs.API{
		Comment: Mark + " from the contract. DO NOT EDIT.",
		Package: pkg.Name, JavaClient: javaOf{api, pkg}.client(), Account: api.AccountName, Enums: map[string][]string{},
	}
	for _, enum := range api.Enums {
		out.Enums[enum.Name] = enum.Values
	}
	golang, err := goView(api, pkg)
	if err != nil {
		return nil, err
	}
	rust, err := newRustCrate(api, pkg)
	if err != nil {
		return nil, err
	}
	for i, op := range api.Operations {
		out.Operations = append(out.Operations, program(op, golang.Operations[i], rust.Operations[i]))
	}
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	err = to.Encode(out)
	return []File{{Path: "api.json", Content: b.Bytes()}}, err
}

// program tells of an operation what is needed to call it.
func program(op contract.Operation, golang goOperation, rust rustOperation) programs.Operation {
	out := programs.Operation{
		ID: op.ID, Method: op.Method, Path: op.Path, Accept: op.Response.Accept, Done: op.Done, Result: programs.Nothing,
		Names: programs.Names{Go: golang.Method, TypeScript: op.Names.TypeScript, Python: op.Names.Python, Java: op.Names.Java, Rust: rust.MethodName},
	}
	switch {
	case op.Response.Bytes:
		out.Result = programs.Bytes
	case op.Response.Object != "":
		out.Result = programs.Object
	}
	if op.Body != nil {
		out.Form, out.Multipart, out.Body = op.Body.Form, op.Body.Multipart, op.Body.Required
	}
	if op.Pages != nil { // the method that reads one page
		out.Names.Go += "Page"
		out.Names.TypeScript += "Page"
		out.Names.Python += "_page"
		out.Names.Java += "Page"
	}
	if golang.Input != "" {
		input := typeName(op.ID) + "Input"
		out.Input = programs.Names{Go: golang.Input, TypeScript: input, Python: input, Java: input, Rust: rust.InputName}
	}
	for _, field := range slices.Concat(golang.Path, golang.InputFields) {
		out.Fields = append(out.Fields, programField(field))
	}
	return out
}

func programField(field goField) programs.Field {
	out := programs.Field{
		Name: field.Name, In: string(field.In), Kind: string(field.Kind), Enum: field.Enum, Required: field.Required,
		Names: programs.Names{Go: field.Names.Go, TypeScript: field.Names.TypeScript, Python: field.Names.Python, Java: field.Names.Java, Rust: field.Names.Rust},
		Says:  map[string]string{contract.WrongType: contract.WrongTypeMessage(field.Field)},
	}
	if field.List != nil {
		out.List = &programs.List{Delimiter: field.List.Delimiter}
	}
	if field.File != nil {
		out.File = &programs.File{NamedPart: field.File.NamedPart, BaseName: field.File.BaseName}
	}
	for _, rule := range slices.Concat(field.Presence, field.Value, field.Item) {
		if slices.Contains([]string{contract.Required, contract.OneOf, contract.ListItem}, rule.Kind) {
			out.Says[rule.Kind] = rule.Message
		}
	}
	out.GoType = field.Type
	if field.In == contract.InPath {
		out.GoType = strings.TrimPrefix(field.Type, "*")
	}
	if name := strings.TrimLeft(out.GoType, "[]*"); name != "" && 'A' <= name[0] && name[0] <= 'Z' { // a type of the package
		out.GoType = strings.TrimSuffix(out.GoType, name) + "wrapper." + name
	}
	return out
}
