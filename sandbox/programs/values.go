package programs

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Values are parameters under their names on the wire, each with its items, as text. What is empty is absent. A file is
// the path to it.
type Values map[string][]string

// A Violation says why no program can be made of a value.
type Violation struct{ Field, Rule, Message string }

// An InvalidError lists why no program can be made, in the contract's order.
type InvalidError struct{ Violations []Violation }

func (e *InvalidError) Error() string {
	var messages []string
	for _, v := range e.Violations {
		messages = append(messages, v.Message)
	}
	return strings.Join(messages, " ")
}

// An argument is a field with its values: text that is of its kind.
type argument struct {
	*Field
	Items []string
}

// arguments are the values in the contract's order. They are what a program can hold, whatever the rules of the contract
// say to it: the client that the program calls tells that.
func (a *API) arguments(o *Operation, values Values) ([]argument, error) {
	var given []argument
	var wrong []Violation
	for i := range o.Fields {
		field := &o.Fields[i]
		arg := argument{Field: field}
		for _, text := range values[field.Name] {
			if text != "" {
				arg.Items = append(arg.Items, field.plain(text))
			}
		}
		if v := a.violation(&arg); v != nil {
			wrong = append(wrong, *v)
		} else if len(arg.Items) > 0 {
			given = append(given, arg)
		}
	}
	var unknown []Violation
	for name := range values {
		if !slices.ContainsFunc(o.Fields, func(f Field) bool { return f.Name == name }) {
			name = strings.ToValidUTF8(name, "\uFFFD")
			unknown = append(unknown, Violation{name, "unknown", name + " is not a parameter of " + o.ID + "."})
		}
	}
	slices.SortFunc(unknown, func(a, b Violation) int { return strings.Compare(a.Field, b.Field) })
	if wrong = append(wrong, unknown...); len(wrong) > 0 {
		return nil, &InvalidError{wrong}
	}
	return given, nil
}

// plain is a number as it is sent. Other text stays as it is.
func (f *Field) plain(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && f.Kind == "integer" {
		return strconv.FormatInt(n, 10)
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && f.Kind == "number" {
		return strconv.FormatFloat(n+0, 'f', -1, 64) // -0 is 0
	}
	return text
}

func (a *API) violation(arg *argument) *Violation {
	says := func(rule string) *Violation { return &Violation{arg.Name, rule, arg.Says[rule]} }
	if len(arg.Items) == 0 {
		if arg.Required {
			return says("required")
		}
		return nil
	}
	if arg.List == nil && len(arg.Items) > 1 {
		return says("type")
	}
	for _, item := range arg.Items {
		switch {
		case !arg.isOfKind(item):
			return says("type")
		case !utf8.ValidString(item):
			return &Violation{arg.Name, "format", arg.Name + " must be well-formed Unicode text."}
		case strings.Contains(item, "\x00"):
			return &Violation{arg.Name, "format", arg.Name + " holds U+0000, which a program cannot send. Take it out."}
		case arg.In == "header" && strings.ContainsFunc(item, func(r rune) bool { return r < 0x20 || r == 0x7f }):
			return &Violation{arg.Name, "format", arg.Name + " is sent in a header, which cannot hold control characters. Take them out."}
		case arg.Enum != "" && !slices.Contains(a.Enums[arg.Enum], item):
			return says("one_of")
		case arg.List != nil && arg.List.Delimiter != "" && (strings.Contains(item, arg.List.Delimiter) || strings.TrimSpace(item) != item):
			return says("list_item")
		}
	}
	return nil
}

func (f *Field) isOfKind(text string) bool {
	switch f.Kind {
	case "integer":
		_, err := strconv.ParseInt(text, 10, 64)
		return err == nil
	case "number":
		n, err := strconv.ParseFloat(text, 64)
		return err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
	case "boolean":
		return text == "true" || text == "false"
	}
	return true
}

// fileName is the name that item n of a field of files is sent with. The name on the disk stays there.
func (f *Field) fileName(n int, file string) string {
	name := f.File.BaseName
	if f.List != nil {
		name += fmt.Sprintf("-%d", n+1)
	}
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(file), "."))
	if extension == "" || len(extension) > 5 || strings.Trim(extension, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		extension = "bin"
	}
	return name + "." + extension
}
