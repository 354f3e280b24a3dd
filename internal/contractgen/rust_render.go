package contractgen

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	contacts "example.com/contacts"
	"example.com/contacts/internal/contract"
)

// rustErased turns what an operation returns into what any may return.
func rustErased(o rustOperation) string {
	switch {
	case o.Response.Object != "":
		return "|value| Content::Object(json(value))"
	case o.Response.Bytes:
		return "Content::Bytes"
	}
	return "|()| Content::Nothing"
}

func rustPathType(field rustPathField, text string) (string, error) {
	return rustOneOf("kind of a parameter of a path", map[contract.Kind]string{
		contract.KindString: text, contract.KindInteger: "i64", contract.KindNumber: "f64", contract.KindBoolean: "bool",
	})(field.Kind)
}

// rustParameters are those of a method, behind self.
func rustParameters(o rustOperation) (string, error) {
	var b strings.Builder
	for _, field := range o.PathFields {
		typ, err := rustPathType(field, "&str")
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, ", %s: %s", field.Argument, typ)
	}
	if o.Input != nil {
		fmt.Fprintf(&b, ", input: &%s", o.InputName)
	}
	return b.String(), nil
}

// rustList joins what is made of each parameter of the path, and what stands for the input.
func rustList(o rustOperation, path func(rustPathField) string, input string) (items []string) {
	for _, field := range o.PathFields {
		items = append(items, path(field))
	}
	if o.Input != nil && input != "" {
		items = append(items, input)
	}
	return items
}

// rustArguments hands the parameters of a method on.
func rustArguments(o rustOperation) string {
	return strings.Join(rustList(o, func(f rustPathField) string { return f.Argument }, "input"), ", ")
}

func rustAllowArguments(o rustOperation) string {
	if len(o.PathFields) > 5 { // with self and the input
		return "#[allow(clippy::too_many_arguments)]\n    "
	}
	return ""
}

// rustValues are the values of all fields.
func rustValues(o rustOperation, path, input string) string {
	values := rustList(o, func(f rustPathField) string { return fmt.Sprintf(path, f.Argument) }, "")
	list := "[" + strings.Join(values, ", ") + "]"
	if o.Input != nil {
		return fmt.Sprintf("values(%s, %s)", list, input)
	}
	return "vec!" + list
}

// rustDraftPattern reads the parameters of a method from a draft.
func rustDraftPattern(o rustOperation, path string) string {
	call := o.Names.Rust + "(" + path + ", draft).await?;"
	names := rustTuple(rustList(o, func(f rustPathField) string { return f.Argument }, "input"))
	if names != "()" {
		return "let " + names + " = " + call
	}
	return call
}

func rustDraftArguments(o rustOperation) string {
	return strings.Join(rustList(o, func(f rustPathField) string {
		if f.Kind == contract.KindString {
			return "&" + f.Argument
		}
		return f.Argument
	}, "&input"), ", ")
}

func rustTuple(items []string) string {
	if len(items) == 1 {
		return items[0]
	}
	return "(" + strings.Join(items, ", ") + ")"
}

func rustDraftTuple(o rustOperation) (string, error) {
	var failed error
	types := rustList(o, func(f rustPathField) string {
		typ, err := rustPathType(f, "String")
		if err != nil {
			failed = err
		}
		return typ
	}, o.InputName)
	return rustTuple(types), failed
}

func rustDraftResult(o rustOperation) string {
	return rustTuple(rustList(o, func(f rustPathField) string { return f.Argument + ".unwrap_or_default()" }, "input"))
}

func (c rustCrate) memberType(member contract.Member) (string, error) {
	typ, err := c.valueType(member.Type)
	if member.Type.Kind == contract.KindObject && c.contains(member.Type.Object, member.Type.Object, map[string]bool{}) {
		typ = "Box<" + typ + ">" // a type of no end needs an indirection
	}
	if !member.Required {
		typ = "Option<" + typ + ">"
	}
	return typ, err
}

func (c rustCrate) valueType(typ contract.Type) (string, error) {
	switch typ.Kind {
	case contract.KindObject:
		return rustObject(c.API, typ.Object).Names.Rust, nil
	case contract.KindList:
		item, err := c.valueType(*typ.Item)
		return "Vec<" + item + ">", err
	}
	return rustOneOf("kind of member", map[contract.Kind]string{
		contract.KindString: "String", contract.KindInteger: "i64", contract.KindNumber: "f64", contract.KindBoolean: "bool",
		contract.KindJSON: "serde_json::Value",
	})(typ.Kind)
}

// contains tells whether an object holds another one directly, not in a list.
func (c rustCrate) contains(object, other string, seen map[string]bool) bool {
	if seen[object] {
		return false
	}
	seen[object] = true
	for _, member := range rustObject(c.API, object).Members {
		if member.Type.Kind == contract.KindObject && (member.Type.Object == other || c.contains(member.Type.Object, other, seen)) {
			return true
		}
	}
	return false
}

func rustMemberReader(object contract.Object, member contract.Member) string {
	if source := member.LastSegmentOf; source != "" {
		read := fmt.Sprintf("object.last_segment(%s)", rustString(source))
		for _, m := range object.Members {
			switch {
			case m.Name == source && member.Required:
				return read + "?"
			case m.Name == source && m.Required:
				return "Some(" + read + "?)"
			}
		}
		return read
	}
	if member.Required {
		return fmt.Sprintf("object.required(%s)?", rustString(member.Name))
	}
	return fmt.Sprintf("object.optional(%s)?", rustString(member.Name))
}

var (
	rustBlankLines = regexp.MustCompile(`\n{3,}`)
	rustCodeSpan   = regexp.MustCompile("`[^`\n]*`")
	rustBareURL    = regexp.MustCompile(`https?://[^\s<>)"]*[^\s<>)".,;:]`)
)

// rustText escapes text for rustdoc, but for what stands between backticks.
func rustText(text string) string {
	plain := func(s string) string {
		var b strings.Builder
		last := 0
		escape := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "*", `\*`, "`", "\\`").Replace
		for _, at := range rustBareURL.FindAllStringIndex(s, -1) {
			b.WriteString(escape(s[last:at[0]]) + "<" + s[at[0]:at[1]] + ">")
			last = at[1]
		}
		return b.String() + escape(s[last:])
	}
	var b strings.Builder
	last := 0
	for _, at := range rustCodeSpan.FindAllStringIndex(text, -1) {
		b.WriteString(plain(text[last:at[0]]) + text[at[0]:at[1]])
		last = at[1]
	}
	return b.String() + plain(text[last:])
}

// rustCode is text as code in rustdoc.
func rustCode(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

// rustComment makes doc comments of lines, whose text is rustdoc already.
func rustComment(indent, text string) string {
	lines := strings.Split(rustBlankLines.ReplaceAllString(strings.TrimSpace(text), "\n\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(indent+"/// "+strings.TrimRight(strings.ReplaceAll(line, "\r", ""), " \t"), " ")
	}
	return strings.Join(lines, "\n")
}

// rustDoc is the documentation of the contract, or what stands for it.
func rustDoc(indent, doc, otherwise string) string {
	if strings.TrimSpace(doc) == "" {
		doc = otherwise
	}
	return rustComment(indent, rustText(doc))
}

func rustFieldDoc(field contract.Field) string {
	doc := field.Doc
	if strings.TrimSpace(doc) == "" {
		doc = "The parameter `" + field.Name + "`."
	}
	var b strings.Builder
	b.WriteString(rustText(strings.TrimSpace(doc)) + "\n\n")
	for _, rules := range [][]contract.Rule{field.Presence, field.Value, field.Item} {
		for _, rule := range rules {
			// The others say what is always so of a list or a file.
			if rule.Check == "" && !slices.Contains([]string{contract.ListItem, contract.FileName, contract.NeedsFile}, rule.Kind) {
				b.WriteString("- " + rustText(rule.Message) + "\n")
			}
		}
	}
	if field.Default != "" {
		fmt.Fprintf(&b, "\nWithout it, the server takes %s.\n", rustCode(field.Default))
	}
	if field.Example != "" {
		fmt.Fprintf(&b, "\nExample: %s\n", rustCode(field.Example))
	}
	return rustComment("    ", b.String())
}

func rustMethodDoc(o rustOperation) string {
	if o.Pages != nil {
		return rustOperationDoc(o, "Reads one page")
	}
	return rustOperationDoc(o, "")
}

// rustOperationDoc is the documentation of a method.
func rustOperationDoc(o rustOperation, what string) string {
	summary := rustText(strings.TrimRight(strings.TrimSpace(o.Summary), "."))
	if summary == "" {
		summary = "Calls " + rustCode(o.ID)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", summary, rustCode(o.Method+" "+o.Path))
	if what != "" {
		b.WriteString(what + ".\n\n")
	}
	if o.Doc != "" {
		b.WriteString(rustText(strings.TrimSpace(o.Doc)) + "\n\n")
	}
	for _, field := range o.PathFields {
		fmt.Fprintf(&b, "- %s: %s\n", rustCode(field.Argument), rustText(strings.Join(strings.Fields(field.Doc), " ")))
	}
	comment := rustComment("    ", b.String())
	if o.Deprecated {
		comment += "\n    #[deprecated = \"the API is about to drop it\"]"
	}
	return comment
}

// Standalone are the runtime, the adapter, the manifest, and a page about the crate.
func (rust) Standalone(api contract.API, pkg Package) ([]File, error) {
	const folder = "clients/rust/"
	crate, err := newRustCrate(api, pkg)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, name := range []string{"src/runtime", "tests/adapter", "tests/support/adapter.rs", "rustfmt.toml"} {
		err := fs.WalkDir(contacts.Sources, folder+name, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := contacts.Sources.ReadFile(path)
			for _, form := range []string{"use %s as api;", "%s-adapter"} {
				content = bytes.ReplaceAll(content, fmt.Appendf(nil, form, "contacts"), fmt.Appendf(nil, form, pkg.Name))
			}
			file := File{Path: strings.TrimPrefix(path, folder), Content: content}
			if name == "tests/adapter" {
				file.Mode = 0o755
			}
			files = append(files, file)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	readme, err := crate.render("README.md")
	if err != nil {
		return nil, err
	}
	manifest, err := crate.render("Cargo.toml")
	if err != nil {
		return nil, err
	}
	ours, err := contacts.Sources.ReadFile(folder + "Cargo.toml")
	if err != nil {
		return nil, err
	}
	// From [features] on the manifest is ours, but for what our own tests and the benchmark need.
	_, rest, _ := strings.Cut(string(ours), "[features]")
	before, rest, _ := strings.Cut(rest, "# For the tests alone.\n")
	_, rest, _ = strings.Cut(rest, "\n\n")
	rest, _, found := strings.Cut(before+"\n"+rest, "[[bench]]")
	if !found {
		return nil, fmt.Errorf("clients/rust/Cargo.toml must have [features], # For the tests alone. and [[bench]], in this order")
	}
	rest = strings.ReplaceAll(rest, "contacts-adapter", pkg.Name+"-adapter")
	manifest = append(manifest, "[features]"+strings.TrimRight(rest, "\n")+"\n"...)
	return append(files, File{Path: "README.md", Content: readme}, File{Path: "Cargo.toml", Content: manifest}), nil
}
