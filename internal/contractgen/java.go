package contractgen

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"example.com/contacts/internal/contract"
)

type java struct{}

const javaFolder = "com/example/"

// Generated are a class for each type, the tables, and the client.
func (java) Generated(api contract.API, pkg Package) ([]File, error) {
	j := javaOf{api, pkg}
	folder := "src/generated/java/" + javaFolder + pkg.Name + "/"
	var files []File
	add := func(name, template string, of map[string]any) error {
		of["Package"] = pkg
		content, err := renderTemplate("java", template, of, j.funcs())
		files = append(files, File{Path: folder + name + ".java", Content: content})
		return err
	}
	all := func() map[string]any {
		return map[string]any{"Title": api.Title, "Server": api.Server, "ErrorFormat": api.ErrorFormat, "Operations": api.Operations,
			"Enums": api.Enums, "AccountName": api.AccountName}
	}
	for _, file := range []struct{ name, template string }{
		{"package-info", "package-info.java.tmpl"}, {"Operations", "Operations.java.tmpl"},
		{j.client(), "Client.java.tmpl"}, {"Default" + j.client(), "DefaultClient.java.tmpl"},
	} {
		if err := add(file.name, file.template, all()); err != nil {
			return nil, err
		}
	}
	for _, op := range api.Operations {
		if len(inputFields(op)) > 0 {
			if err := add(typeName(op.ID)+"Input", "input.java.tmpl", map[string]any{"Operation": op}); err != nil {
				return nil, err
			}
		}
	}
	for _, object := range api.Objects {
		if err := add(object.Names.Java, "object.java.tmpl", map[string]any{"Object": object}); err != nil {
			return nil, err
		}
	}
	for _, enum := range api.Enums {
		if err := add(enum.Names.Java, "enum.java.tmpl", map[string]any{"Enum": enum}); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Standalone copies the runtime, the adapter and what builds them, under the name of the package.
func (java) Standalone(_ contract.API, pkg Package) ([]File, error) {
	const folder = "clients/java/"
	var files []File
	for _, name := range []string{"src/main/java", "src/test/java/com/example/contacts/Adapter.java", "tests/adapter", "pom.xml", ".mvn/jvm.config"} {
		copied, err := sources(folder+name, name)
		if err != nil {
			return nil, err
		}
		for _, file := range copied {
			file.Content = bytes.ReplaceAll(file.Content, []byte("com.example.contacts"), []byte("com.example."+pkg.Name))
			for _, form := range []string{"<artifactId>%s<", "<name>%s<"} {
				file.Content = bytes.ReplaceAll(file.Content, fmt.Appendf(nil, form, "contacts"), fmt.Appendf(nil, form, pkg.Name))
			}
			file.Path = strings.Replace(file.Path, javaFolder+"contacts/", javaFolder+pkg.Name+"/", 1)
			files = append(files, file)
		}
	}
	return files, nil
}

// javaOf has the functions of the templates.
type javaOf struct {
	api contract.API
	pkg Package
}

func (j javaOf) client() string { return contract.TypeName(j.api.Title) + "Client" }

func (j javaOf) funcs() template.FuncMap {
	each := func(op contract.Operation, format string) string {
		var b strings.Builder
		for _, field := range pathFields(op) {
			b.WriteString(strings.NewReplacer("{name}", field.Names.Java, "{type}", primitiveJava(field.Kind)).Replace(format))
		}
		return b.String()
	}
	withInput := func(op contract.Operation, format, input string) string {
		out := each(op, format)
		if len(inputFields(op)) > 0 {
			out += strings.ReplaceAll(input, "{input}", typeName(op.ID)+"Input")
		}
		return out
	}
	isList := func(f contract.Field) bool { return f.List != nil }
	return template.FuncMap{
		"mark":   func() string { return Mark + " from the contract. DO NOT EDIT." },
		"client": j.client, "doc": docJava, "code": codeJava, "fieldWords": fieldWords, "methodDoc": methodDoc,
		"summary": func(op contract.Operation) string { first, _, _ := strings.Cut(methodDoc(op), "\n"); return first },
		"inputs":  inputFields, "paths": pathFields,
		"inputName":    func(op contract.Operation) string { return typeName(op.ID) + "Input" },
		"objectName":   func(name string) string { return objectOf(j.api, name).Names.Java },
		"constant":     func(op contract.Operation) string { return constantJava(op.ID) },
		"constantOf":   constantJava,
		"enumConstant": func(e contract.Enum) string { return "VALUES_OF_" + constantJava(e.Name) },
		"patterns":     func() []string { return patternsOf(j.api) },
		"boxed":        boxedJava, "setter": setterJava, "memberType": j.memberType, "shapeType": j.shapeType,
		"nullable": func(f contract.Field) bool {
			return f.List != nil || f.Kind == contract.KindString || f.Kind == contract.KindFile
		},
		"hasLists": func(op contract.Operation) bool { return slices.ContainsFunc(inputFields(op), isList) },
		"objectHasLists": func(o contract.Object) bool {
			return slices.ContainsFunc(o.Members, func(m contract.Member) bool { return m.Type.Kind == contract.KindList })
		},
		"objectHasOptional": func(o contract.Object) bool {
			return slices.ContainsFunc(o.Members, func(m contract.Member) bool { return !m.Required && m.Type.Kind != contract.KindList })
		},
		"orNull": orNullJava, "rule": j.rule, "rules": j.rules, "set": setJava, "requires": requiresJava,
		"result": j.result,
		"boxedResult": func(op contract.Operation) string {
			if result := j.result(op); result != "void" {
				return result
			}
			return "Void"
		},
		"method": func(op contract.Operation) string {
			if op.Pages != nil {
				return op.Names.Java + "Page"
			}
			return op.Names.Java
		},
		"params": func(op contract.Operation) string { return withInput(op, "{type} {name}, ", "{input} input, ") },
		"paramsOnly": func(op contract.Operation) string {
			return strings.TrimSuffix(withInput(op, "{type} {name}, ", "{input} input, "), ", ")
		},
		"args":       func(op contract.Operation) string { return withInput(op, "{name}, ", "input, ") },
		"pathArgs":   func(op contract.Operation) string { return each(op, "{name}, ") },
		"pathValues": func(op contract.Operation) string { return strings.TrimSuffix(each(op, "{name}, "), ", ") },
		"pageField": func(op contract.Operation) string {
			i := slices.IndexFunc(op.Fields, func(f contract.Field) bool { return f.Name == op.Pages.Page })
			return op.Fields[i].Names.Java
		},
	}
}

// docJava is text inside of a Javadoc comment, its lines after the first behind an indentation.
func docJava(text, indent string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "*/", "*&#47;", "\\u", "&#92;u").Replace(text)
	return strings.ReplaceAll(text, "\n", "\n"+indent+"* ")
}

// codeJava is text inside of {@code}.
func codeJava(text string) string {
	return strings.NewReplacer("{", "(", "}", ")", "*/", "*", "\\u", "\\ u", "\n", " ").Replace(text)
}

// constantJava is a name as a constant.
func constantJava(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) || r > unicode.MaxASCII:
			b.WriteByte('_')
			continue
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]):
			b.WriteByte('_')
		case unicode.IsDigit(r) && i == 0:
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	if constant := b.String(); strings.Trim(constant, "_") != "" {
		return constant
	}
	return "N" + b.String()
}

func primitiveJava(kind contract.Kind) string {
	switch kind {
	case contract.KindString:
		return "String"
	case contract.KindInteger:
		return "long"
	case contract.KindNumber:
		return "double"
	case contract.KindBoolean:
		return "boolean"
	case contract.KindFile:
		return "FileSource"
	}
	panic(fmt.Sprintf("java knows no type for the kind %q", kind))
}

func boxKindJava(kind contract.Kind) string {
	switch p := primitiveJava(kind); p {
	case "String", "FileSource":
		return p
	default:
		return strings.ToUpper(p[:1]) + p[1:]
	}
}

func boxedJava(field contract.Field) string {
	if field.List != nil {
		return "List<" + boxKindJava(field.Kind) + ">"
	}
	return boxKindJava(field.Kind)
}

func setterJava(field contract.Field) string {
	if field.List != nil {
		return boxedJava(field)
	}
	return primitiveJava(field.Kind)
}

func (j javaOf) memberType(typ contract.Type) string {
	switch typ.Kind {
	case contract.KindObject:
		return objectOf(j.api, typ.Object).Names.Java
	case contract.KindList:
		return "List<" + j.memberType(*typ.Item) + ">"
	case contract.KindJSON:
		return "Object"
	}
	return boxKindJava(typ.Kind)
}

func (j javaOf) shapeType(typ contract.Type) (string, error) {
	switch typ.Kind {
	case contract.KindObject:
		return "new Operation.ObjectOf(() -> " + objectOf(j.api, typ.Object).Names.Java + ".SHAPE)", nil
	case contract.KindList:
		item, err := j.shapeType(*typ.Item)
		return "new Operation.ListOf(" + item + ")", err
	case contract.KindString, contract.KindInteger, contract.KindNumber, contract.KindBoolean, contract.KindJSON:
		return "Operation.Scalar." + strings.ToUpper(string(typ.Kind)), nil
	}
	return "", fmt.Errorf("java knows no shape for the kind %q", typ.Kind)
}

func orNullJava(text string) string {
	if text == "" {
		return "null"
	}
	return quote(text)
}

func quotedJava(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = quote(item)
	}
	return strings.Join(quoted, ", ")
}

func setJava(items []string) string { return "Set.of(" + quotedJava(items) + ")" }

func requiresJava(requires map[string][]string) string {
	var entries []string
	for value, names := range requires {
		entries = append(entries, quote(value)+", List.of("+quotedJava(names)+")")
	}
	slices.Sort(entries)
	return "Map.of(" + strings.Join(entries, ", ") + ")"
}

func (j javaOf) rules(rules []contract.Rule) (string, error) {
	var out []string
	for _, rule := range rules {
		source, err := j.rule(rule)
		if err != nil {
			return "", err
		}
		out = append(out, source)
	}
	return "List.of(" + strings.Join(out, ", ") + ")", nil
}

func (j javaOf) rule(r contract.Rule) (string, error) {
	if !slices.ContainsFunc(contract.Kinds, func(k struct{ Name, Doc string }) bool { return k.Name == r.Kind }) {
		return "", fmt.Errorf("java does not know the rule %q", r.Kind)
	}
	with, limit, pattern, check, values := r.With, "null", "null", "null", "null"
	switch {
	case r.When != nil:
		with, values = []string{r.When.Field}, setJava([]string{r.When.Value})
	case r.Enum != "":
		values = "VALUES_OF_" + constantJava(r.Enum)
	}
	switch {
	case r.Length > 0:
		limit = fmt.Sprintf(`new BigDecimal("%d")`, r.Length)
	case r.Limit != "":
		limit = "new BigDecimal(" + quote(r.Limit) + ")"
	}
	if r.Pattern != "" {
		pattern = fmt.Sprintf("PATTERN_%d", slices.Index(patternsOf(j.api), r.Pattern))
	}
	if r.Check != "" {
		check = "Check." + strings.ToUpper(r.Check)
	}
	return fmt.Sprintf("new Rule(%s, RuleKind.%s, %s, List.of(%s), %s, %t, %s, %s, %s)",
		quote(r.Field), strings.ToUpper(r.Kind), quote(r.Message), quotedJava(with), limit, r.Open, pattern, check, values), nil
}

func (j javaOf) result(op contract.Operation) string {
	switch {
	case op.Response.Bytes:
		return "ByteStream"
	case op.Response.Object != "":
		return objectOf(j.api, op.Response.Object).Names.Java
	}
	return "void"
}
