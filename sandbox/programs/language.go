package programs

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// A language has a template, and its own literals.
type language struct {
	id, title string
	quote     func(string) string
	integer   func(string) string
	boolean   func(string) string
	file      string // makes a file of a path
	list      func(f *Field, items []string) string
	single    func(f *Field, literal string) string // nil: the literal itself
}

var languages = []language{
	{
		id: "go", title: "Go", quote: strconv.Quote, integer: plain, boolean: plain, file: "wrapper.FileFromPath(%s)", single: pointer,
		list: func(f *Field, items []string) string { return f.GoType + "{" + strings.Join(items, ", ") + "}" },
	},
	{
		id: "typescript", title: "TypeScript", quote: quoteBraced, integer: bigint, boolean: plain, file: "fileFromPath(%s)", list: brackets,
	},
	{
		id: "python", title: "Python", quote: quotePython, integer: plain, file: "File.from_path(%s)", list: brackets,
		boolean: func(text string) string { return map[string]string{"true": "True", "false": "False"}[text] },
	},
	{
		id: "java", title: "Java", quote: quoteJava, boolean: plain, file: "FileSource.of(Path.of(%s))",
		integer: func(text string) string { return text + "L" },
		list:    func(_ *Field, items []string) string { return "List.of(" + strings.Join(items, ", ") + ")" },
	},
	{id: "rust", title: "Rust", quote: quoteBraced, integer: plain, boolean: plain, file: "File::from_path(%s)", list: brackets},
}

func plain(text string) string { return text }

func brackets(_ *Field, items []string) string { return "[" + strings.Join(items, ", ") + "]" }

// pointer is what Go's inputs hold of a number or a boolean, whose zero is a value.
func pointer(f *Field, literal string) string {
	switch {
	case !strings.HasPrefix(f.GoType, "*") || f.Kind == "file":
		return literal
	case f.Kind == "integer":
		return "new(int64(" + literal + "))"
	}
	return "new(" + literal + ")"
}

// bigint is an integer of JavaScript, whose numbers are exact up to 2^53.
func bigint(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err != nil || n >= 1<<53 || n <= -1<<53 {
		return text + "n"
	}
	return text
}

// A call is what a template is given.
type call struct {
	*Operation
	Package     string
	JavaClient  string
	Environment string // begins the names of its variables
	Path        []argument
	Inputs      []argument // the others
}

func (l language) program(a *API, o *Operation, arguments []argument) (string, error) {
	c := call{Operation: o, Package: a.Package, JavaClient: a.JavaClient, Environment: a.environment()}
	for _, arg := range arguments {
		if arg.In == "path" {
			c.Path = append(c.Path, arg)
		} else {
			c.Inputs = append(c.Inputs, arg)
		}
	}
	t, err := template.New(l.id+".tmpl").Funcs(template.FuncMap{"value": l.value}).ParseFS(templates, "templates/"+l.id+".tmpl")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, c); err != nil {
		return "", err
	}
	if l.id != "go" {
		return b.String(), nil
	}
	formatted, err := format.Source(b.Bytes())
	return string(formatted), err
}

// value is the literal of an argument.
func (l language) value(arg argument) string {
	var items []string
	for _, text := range arg.Items {
		items = append(items, l.item(arg.Field, text))
	}
	switch {
	case arg.List != nil:
		return l.list(arg.Field, items)
	case l.single != nil:
		return l.single(arg.Field, items[0])
	}
	return items[0]
}

func (l language) item(f *Field, text string) string {
	switch f.Kind {
	case "integer":
		return l.integer(text)
	case "number":
		n, _ := strconv.ParseFloat(text, 64) // it is one
		text = strconv.FormatFloat(n, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return text
	case "boolean":
		return l.boolean(text)
	case "file":
		return fmt.Sprintf(l.file, l.quote(text))
	}
	return l.quote(text)
}

// Given tells whether a value is given, so that a program without it is shorter.
func (c call) Given() bool { return len(c.Inputs) > 0 }

// Has tells whether a value of a kind is given, or a list, so that a program needs what makes it.
func (c call) Has(what string) bool {
	return slices.ContainsFunc(c.Inputs, func(arg argument) bool { return arg.Kind == what || what == "list" && arg.List != nil })
}

// Required are the values that must be there, of those of the input; Optional are the others.
func (c call) Required() []argument { return c.inputs(true) }

// Optional are the values of the input that need not be there.
func (c call) Optional() []argument { return c.inputs(false) }

func (c call) inputs(required bool) (out []argument) {
	for _, arg := range c.Inputs {
		if arg.Required == required {
			out = append(out, arg)
		}
	}
	return out
}
