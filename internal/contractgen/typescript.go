package contractgen

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"example.com/contacts/internal/contract"
)

type typescript struct{}

// Generated are the types, the tables and the methods, and the two entry points of the package.
func (typescript) Generated(api contract.API, pkg Package) ([]File, error) {
	t := typescriptOf{api: api, pkg: pkg}
	if err := t.collectRules(); err != nil {
		return nil, err
	}
	var files []File
	for _, file := range []struct{ path, template string }{
		{"src/generated/types.ts", "types.ts.tmpl"},
		{"src/generated/operations.ts", "operations.ts.tmpl"},
		{"src/generated/base-client.ts", "base-client.ts.tmpl"},
		{"src/generated/functions.ts", "functions.ts.tmpl"},
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
			if file.Path == "package.json" {
				file.Content = devDependencies.ReplaceAllFunc(file.Content, neededToBuild)
			}
			files = append(files, file)
		}
	}
	return files, nil
}

var devDependencies = regexp.MustCompile(`(?s)"devDependencies": \{\n.*?\n  \}`)

// neededToBuild leaves out what only the tests of this repository's client need.
func neededToBuild(all []byte) []byte {
	var needed []string
	for line := range strings.Lines(string(all)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == `"typescript"` || name == `"@types/node"` {
			needed = append(needed, strings.TrimRight(line, ",\n"))
		}
	}
	return []byte("\"devDependencies\": {\n" + strings.Join(needed, ",\n") + "\n  }")
}

// typescriptOf has the functions of the templates.
type typescriptOf struct {
	api contract.API
	pkg Package

	rules []ruleTS          // each once
	names map[string]string // of the rules, by their code
}

// A ruleTS is a rule as a constant, which all fields share that have it.
type ruleTS struct{ Name, Code string }

func (t typescriptOf) funcs() template.FuncMap {
	return template.FuncMap{
		"mark":    func() string { return Mark + " from the contract. DO NOT EDIT." },
		"npmName": func() string { return "@example/" + t.pkg.Name },
		"comment": commentTS,
		"key":     keyTS,
		"inputs":  inputFields, "paths": pathFields,
		"inputName": func(op contract.Operation) string { return typeName(op.ID) + "Input" },
		"inputType": t.inputType, "memberType": t.memberType, "shapeType": t.shapeType, "fieldDoc": t.fieldDoc,
		"objectName": t.objectName,
		"isExact": func(object string) bool {
			return t.isExact(contract.Type{Kind: contract.KindObject, Object: object}, nil)
		},
		"patterns": func() []string { return patternsOf(t.api) },
		"wholeRule": func(r contract.Rule, breaks string) (string, error) {
			return t.rule(contract.Field{Name: r.Field}, r, breaks)
		},
		"kind": kindTS, "sentence": sentenceTS,
		"rules": func() []ruleTS { return t.rules },
		"ruleNames": func(field contract.Field, rules []contract.Rule) (string, error) {
			names := make([]string, len(rules))
			for i, rule := range rules {
				var err error
				if names[i], err = t.rule(field, rule, ""); err != nil {
					return "", err
				}
			}
			return "[" + strings.Join(names, ", ") + "]", nil
		},
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
		"isOnlyMultipart": func() bool {
			return slices.ContainsFunc(t.api.Operations, func(op contract.Operation) bool { return op.Body != nil && !op.Body.Form })
		},
		"hasFiles": func() bool {
			return slices.ContainsFunc(t.api.Operations, func(op contract.Operation) bool {
				return slices.ContainsFunc(inputFields(op), func(f contract.Field) bool { return f.Kind == contract.KindFile })
			})
		},
		"oneOf": oneOfTS,
		"hasPages": func() bool {
			return slices.ContainsFunc(t.api.Operations, func(op contract.Operation) bool { return op.Pages != nil })
		},
		"inputNames": t.inputNames, "typeImports": t.typeImports, "methodDoc": methodDoc, "params": t.params, "result": t.result,
		"pathObject": func(op contract.Operation) string {
			if names := pathNamesTS(op); len(names) > 0 {
				return "{ " + strings.Join(names, ", ") + " }"
			}
			return "{}"
		},
		"args": func(op contract.Operation) string {
			args := pathNamesTS(op)
			if len(inputFields(op)) > 0 {
				args = append(args, "input")
			}
			return strings.Join(append(args, "options"), ", ")
		},
	}
}

func pathNamesTS(op contract.Operation) []string {
	var names []string
	for _, field := range pathFields(op) {
		names = append(names, field.Names.TypeScript)
	}
	return names
}

// oneOfTS is a pattern of a list of values. Of values of two letters, those with the same first letter stand together:
// a list of codes is much smaller so.
func oneOfTS(values []string) string {
	var order []string
	groups := map[string][]string{} // the second letters by the first, or the value itself
	for _, value := range values {
		group, letter := regexp.QuoteMeta(value), ""
		if r := []rune(value); len(r) == 2 && isLetterOrDigit(r[1]) {
			group, letter = regexp.QuoteMeta(string(r[0])), string(r[1])
		}
		if groups[group] == nil {
			order = append(order, group)
		}
		groups[group] = append(groups[group], letter)
	}
	var alternatives []string
	for _, group := range order {
		letters := strings.Join(groups[group], "")
		switch {
		case letters == "":
			alternatives = append(alternatives, group)
		case slices.Contains(groups[group], ""): // a value of one letter, too
			alternatives = append(alternatives, group, group+"["+letters+"]")
		default:
			alternatives = append(alternatives, group+"["+letters+"]")
		}
	}
	return "^(?:" + strings.Join(alternatives, "|") + ")$"
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// commentTS is text inside of a block comment, its lines after the first behind an indentation.
func commentTS(text, indent string) string {
	text = strings.NewReplacer("*/", "*\\/", "{", "\\{", "}", "\\}", "@", "\\@").Replace(text)
	lines := strings.Split(text, "\n")
	for i := range lines[1:] {
		lines[i+1] = strings.TrimRight(indent+" * "+lines[i+1], " ")
	}
	return strings.Join(lines, "\n")
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

// kindTS is the function of runtime/kinds.ts that reads a value.
func kindTS(kind contract.Kind) (string, error) {
	switch kind {
	case contract.KindString:
		return "kinds.text", nil
	case contract.KindInteger, contract.KindNumber, contract.KindBoolean, contract.KindFile:
		return "kinds." + string(kind), nil
	}
	return "", fmt.Errorf("typescript reads no input of the kind %q", kind)
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
	case contract.KindString:
		return "json.text", nil
	case contract.KindJSON:
		return "json.any", nil
	case contract.KindInteger, contract.KindNumber, contract.KindBoolean:
		return "json." + string(typ.Kind), nil
	}
	return "", fmt.Errorf("typescript knows no shape for the kind %q", typ.Kind)
}

// isExact tells whether a type has members that a number of TypeScript may not hold.
func (t typescriptOf) isExact(typ contract.Type, seen []string) bool {
	switch {
	case typ.Kind == contract.KindList:
		return t.isExact(*typ.Item, seen)
	case typ.Kind != contract.KindObject:
		return typ.Kind == contract.KindInteger || typ.Kind == contract.KindJSON
	case slices.Contains(seen, typ.Object):
		return false
	}
	return slices.ContainsFunc(objectOf(t.api, typ.Object).Members, func(member contract.Member) bool {
		return t.isExact(member.Type, append(seen, typ.Object))
	})
}

func (t typescriptOf) objectName(name string) string { return objectOf(t.api, name).Names.TypeScript }

// breaksTS is the function of runtime/checks.ts that tells whether a rule is broken.
func breaksTS(r contract.Rule) (string, error) {
	name, known := map[string]string{
		"required": "isMissing", "required_with": "isMissingBeside", "required_if": "isMissingIf", "exclusive": "isExcluded",
		"too_short": "isTooShort", "too_long": "isTooLong", "too_small": "isTooSmall", "too_large": "isTooLarge",
		"too_few": "isTooFew", "too_many": "isTooMany", "duplicate": "hasDuplicates", "one_of": "hasOtherForm", "format": "hasOtherForm",
		"list_item": "isNoListItem", "file_name": "isNoFileName", "needs_file": "isNoFile",
	}[r.Kind]
	if r.Check != "" {
		name, known = map[string]string{"unicode": "isNoUnicode", "segment": "isNoSegment", "header": "isNoHeader"}[r.Check]
	}
	if !known {
		return "", fmt.Errorf("typescript does not know the rule %q %q", r.Kind, r.Check)
	}
	return name, nil
}

// alwaysTS tells when a rule holds in every mode, as what breaks it cannot be sent.
func alwaysTS(field contract.Field, r contract.Rule) string {
	switch {
	case r.Check != "" || r.Kind == "file_name" || r.Kind == "needs_file" || r.Kind == "required" && field.In == contract.InPath:
		return "true"
	case r.Kind == "list_item":
		return "checks.isAmbiguous"
	}
	return ""
}

// collectRules gives a name to each rule.
func (t *typescriptOf) collectRules() error {
	t.names = map[string]string{}
	collect := func(field contract.Field, breaks string, rules ...contract.Rule) error {
		for _, rule := range rules {
			code, err := t.ruleCode(field, rule, breaks)
			if err != nil {
				return err
			}
			if _, known := t.names[code]; !known {
				name := fmt.Sprintf("%s%d", camelTS(rule.Kind), len(t.rules))
				t.names[code] = name
				t.rules = append(t.rules, ruleTS{name, code})
			}
		}
		return nil
	}
	for _, op := range t.api.Operations {
		for _, field := range op.Fields {
			if err := collect(field, "", slices.Concat(field.Presence, field.Value, field.Item)...); err != nil {
				return err
			}
		}
		for _, rule := range op.Disjoint {
			if err := collect(contract.Field{Name: rule.Field}, "overlaps", rule); err != nil {
				return err
			}
		}
		if op.NotEmpty != nil {
			if err := collect(contract.Field{}, "isEmptyBody", *op.NotEmpty); err != nil {
				return err
			}
		}
	}
	return nil
}

// rule is the name of a rule's constant.
func (t typescriptOf) rule(field contract.Field, r contract.Rule, breaks string) (string, error) {
	code, err := t.ruleCode(field, r, breaks)
	return t.names[code], err
}

// ruleCode is a rule as code. In its message {field} stands for the field, so that fields can share it. breaks is the
// function that checks it, if the kind does not tell.
func (t typescriptOf) ruleCode(field contract.Field, r contract.Rule, breaks string) (string, error) {
	if breaks == "" {
		var err error
		if breaks, err = breaksTS(r); err != nil {
			return "", err
		}
	}
	if strings.Contains(r.Message, "{field}") {
		return "", fmt.Errorf("typescript cannot have {field} in the message of a rule: %s", r.Message)
	}
	always := alwaysTS(field, r)
	members := []string{"kind: " + quote(r.Kind), "message: " + quote(sentenceTS(field, r.Message)), "breaks: checks." + breaks}
	add := func(name, value string) { members = append(members, name+": "+value) }
	if always != "" {
		add("always", always)
	}
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
		add("limit", limitTS(r.Limit))
	}
	if r.Open {
		add("open", "true")
	}
	if r.Pattern != "" {
		add("pattern", fmt.Sprintf("pattern%d", slices.Index(patternsOf(t.api), r.Pattern)))
	}
	if r.Enum != "" {
		add("pattern", "oneOf"+enumOf(t.api, r.Enum).Names.TypeScript)
	}
	return "{ " + strings.Join(members, ", ") + " }", nil
}

// sentenceTS is a sentence in which {field} stands for the field.
func sentenceTS(field contract.Field, words string) string {
	if field.Name == "" {
		return words
	}
	return strings.ReplaceAll(words, field.Name, "{field}")
}

func camelTS(kind string) string {
	first, rest, _ := strings.Cut(kind, "_")
	return first + typeName(rest)
}

// limitTS is a number, or a bigint where a number would not be exact.
func limitTS(limit string) string {
	if strings.ContainsAny(limit, ".eE") || len(limit) <= 15 {
		return limit
	}
	return limit + "n"
}

// inputNames are the types of the inputs, sorted.
func (t typescriptOf) inputNames() []string {
	var names []string
	for _, op := range t.api.Operations {
		if len(inputFields(op)) > 0 {
			names = append(names, typeName(op.ID)+"Input")
		}
	}
	slices.Sort(names)
	return names
}

// typeImports are the types that the methods name, sorted.
func (t typescriptOf) typeImports() []string {
	names := t.inputNames()
	for _, op := range t.api.Operations {
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
	return strings.Join(append(params, "options?: CallOptions"), ", ")
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
