// Package programs writes a call of the API as a program in each language: what a person pastes into a file and runs with
// the client of this repository, or with curl.
//
// It knows no operation and no parameter. What each language calls them is in api.json, which the generator writes with the
// clients.
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

// A Program is a call in one language.
type Program struct {
	Language string `json:"language"` // go, typescript, python, java, rust or curl
	Title    string `json:"title"`    // Go, TypeScript, Python, Java, Rust or curl
	Program  string `json:"program"`
}

// The encodings of a body.
const (
	FormType      = "application/x-www-form-urlencoded"
	MultipartType = "multipart/form-data"
)

// Programs are those that call an operation with these values, and no others. Credentials and server come from the
// environment. encoding is that of curl's body; if it is empty, curl encodes it as the clients do, which are multipart
// with a file, and a form without one. The error is an *InvalidError if no program can be made of the values.
func (a *API) Programs(o *Operation, values Values, encoding string) ([]Program, error) {
	arguments, err := a.arguments(o, values)
	if err != nil {
		return nil, err
	}
	multipart, err := o.multipart(arguments, encoding)
	if err != nil {
		return nil, err
	}
	var all []Program
	for _, l := range languages {
		text, err := l.program(a, o, arguments)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.title, err)
		}
		all = append(all, Program{l.id, l.title, text})
	}
	return append(all, Program{"curl", "curl", a.curl(o, arguments, multipart)}), nil
}

// multipart chooses the encoding of a body.
func (o *Operation) multipart(arguments []argument, encoding string) (bool, error) {
	file := slices.IndexFunc(arguments, func(arg argument) bool { return arg.Kind == "file" })
	var encodings []string
	for _, e := range []struct {
		name  string
		taken bool
	}{{FormType, o.Form}, {MultipartType, o.Multipart}} {
		if e.taken {
			encodings = append(encodings, e.name)
		}
	}
	switch {
	case encoding != "" && !slices.Contains(encodings, encoding):
		says := "encoding must be " + strings.Join(encodings, " or ") + "."
		if len(encodings) == 0 {
			says = o.ID + " has no body. Leave encoding out."
		}
		return false, &InvalidError{[]Violation{{"encoding", "one_of", says}}}
	case encoding == FormType && file >= 0:
		name := arguments[file].Name
		return false, &InvalidError{[]Violation{{name, "format", name + " is a file, which needs " + MultipartType + ". Change encoding, or leave the file out."}}}
	}
	return encoding == MultipartType || file >= 0 || !o.Form, nil
}

//go:embed templates
var templates embed.FS

// A language has a template, and its own literals.
type language struct {
	id, title string
	quote     func(string) string
	integer   func(string) string
	boolean   map[string]string // nil: true and false
	file      string            // makes a file of a path
	list      func(f *Field, items []string) string
}

var languages = []language{
	{
		id: "go", title: "Go", quote: strconv.Quote, integer: plain, file: "wrapper.FileFromPath(%s)",
		list: func(f *Field, items []string) string { return f.GoType + "{" + strings.Join(items, ", ") + "}" },
	},
	{
		id: "typescript", title: "TypeScript", quote: quoteBraced, file: "fileFromPath(%s)", list: brackets,
		integer: func(n string) string {
			if i, err := strconv.ParseInt(n, 10, 64); err != nil || i > maxSafe || i < -maxSafe {
				return n + "n"
			}
			return n
		},
	},
	{
		id: "python", title: "Python", quote: quotePython, integer: plain, file: "File.from_path(%s)", list: brackets,
		boolean: map[string]string{"true": "True", "false": "False"},
	},
	{
		id: "java", title: "Java", quote: quoteJava, file: "FileSource.of(Path.of(%s))",
		integer: func(n string) string { return n + "L" },
		list:    func(_ *Field, items []string) string { return "List.of(" + strings.Join(items, ", ") + ")" },
	},
	{id: "rust", title: "Rust", quote: quoteBraced, integer: plain, file: "File::from_path(%s)", list: brackets},
}

// maxSafe is the largest integer up to which a number of JavaScript is exact.
const maxSafe = 1<<53 - 1

func plain(n string) string { return n }

func brackets(_ *Field, items []string) string { return "[" + strings.Join(items, ", ") + "]" }

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
	case l.id != "go" || arg.Kind == "file" || !strings.HasPrefix(arg.GoType, "*"):
		return items[0]
	case arg.Kind == "integer":
		return "new(int64(" + items[0] + "))"
	}
	return "new(" + items[0] + ")"
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
		if l.boolean != nil {
			return l.boolean[text]
		}
		return text
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
