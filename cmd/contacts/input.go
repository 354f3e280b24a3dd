package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// An input is what a command line describes beside the path, by flags or by one JSON object.
type input struct {
	operation *wrapper.Operation
	flags     map[string]*fieldValue // by the parameter's name
	json      string                 // the file to read all of it from
	files     map[string]string      // the path of the first file of each parameter that has one
}

func newInput(o *wrapper.Operation) *input {
	return &input{operation: o, flags: map[string]*fieldValue{}, files: map[string]string{}}
}

// fields are the parameters that are not in the path.
func (in *input) fields() (fields []*wrapper.Field) {
	for i := range in.operation.Fields {
		if field := &in.operation.Fields[i]; field.In != wrapper.InPath {
			fields = append(fields, field)
		}
	}
	return fields
}

func (in *input) addFlags(cmd *cobra.Command) {
	fields := in.fields()
	for _, field := range fields {
		value, name := &fieldValue{field: field}, flagName(field)
		in.flags[field.Name] = value
		cmd.Flags().Var(value, name, sentence(in.operation, field)+onlyPage(in.operation, field))
		switch {
		case value.Type() == "bool":
			cmd.Flags().Lookup(name).NoOptDefVal = "true"
			fallthrough
		case field.Kind != wrapper.KindFile:
			values := []string{}
			if field.Enum != nil {
				values = field.Enum.Values
			}
			must(cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)))
		}
	}
	if len(fields) > 0 {
		cmd.Flags().StringVar(&in.json, "json", "", "read all of it from `FILE`, or from standard input with -, in place of the flags above")
		must(cmd.MarkFlagFilename("json", "json"))
	}
}

// onlyPage says what the number of a page does to a command that otherwise goes through all of them.
func onlyPage(o *wrapper.Operation, field *wrapper.Field) string {
	if o.Pages != nil && field.Name == o.Pages.Page {
		return "; without it, all pages"
	}
	return ""
}

// maxJSON is how much is read of what --json names.
const maxJSON = 4 << 20

// read makes the draft, after the flags were parsed. open makes a file of a path. The violations are of JSON
// that gives a name twice.
func (in *input) read(cmd *cobra.Command, open func(path string) *wrapper.File) (wrapper.Draft, []wrapper.Violation, error) {
	draft, violations := wrapper.Draft{}, []wrapper.Violation(nil)
	if in.json == "" {
		for name, value := range in.flags {
			if len(value.all) > 0 {
				draft[name] = value.value()
			}
		}
	} else {
		for _, field := range in.fields() {
			if cmd.Flags().Changed(flagName(field)) {
				return nil, nil, usagef("--json is all of the input: leave out --%s, or --json", flagName(field))
			}
		}
		text, err := interruptible(cmd.Context(), func() ([]byte, error) { return in.readJSON(cmd) })
		if err == errInterrupted {
			return nil, nil, err
		}
		if err == nil {
			draft, violations, err = wrapper.ParseDraft(text)
		}
		if err != nil {
			return nil, nil, usagef("--json: %s%v", placeOf(text), err)
		}
	}
	in.openFiles(draft, open)
	return draft, violations, nil
}

// placeOf is the line of a text that is no JSON; empty if it is some.
func placeOf(text []byte) string {
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal(text, new(any)), &syntax) {
		return ""
	}
	line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
	return fmt.Sprintf("line %d: %v: ", line, syntax)
}

func (in *input) readJSON(cmd *cobra.Command) ([]byte, error) {
	if in.json == "-" {
		return readLimited(cmd.InOrStdin(), maxJSON)
	}
	return readFile(in.json, maxJSON)
}

var errInterrupted = &failure{exitNotSent, "interrupted: nothing was sent"}

// interruptible does not wait for a terminal, or for a FIFO that nobody writes to, once the command is interrupted.
func interruptible(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	var text []byte
	done := make(chan error, 1)
	go func() {
		var err error
		text, err = read()
		done <- err
	}()
	select {
	case err := <-done:
		return text, err
	case <-ctx.Done():
		return nil, errInterrupted
	}
}

// readFile reads a file that has at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := readLimited(file, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}

// readLimited reads text to its end, without the byte order mark that some editors begin a file with.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(text)) > limit {
		err = fmt.Errorf("there are more than %d bytes", limit)
	}
	return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), err
}

// openFiles puts files in the place of their paths.
func (in *input) openFiles(draft wrapper.Draft, open func(path string) *wrapper.File) {
	for _, field := range in.fields() {
		if field.Kind != wrapper.KindFile {
			continue
		}
		replace := func(value any) any {
			path, isText := value.(string)
			if !isText {
				return value // of a wrong type
			}
			if in.files[field.Name] == "" {
				in.files[field.Name] = path
			}
			return open(path)
		}
		switch value := draft[field.Name].(type) {
		case string:
			if draft[field.Name] = replace(value); value == "" {
				delete(draft, field.Name)
			}
		case []any:
			for i := range value {
				value[i] = replace(value[i])
			}
		}
	}
}

// fileProblem says why a file cannot be sent; nil if that is not known.
func fileProblem(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", path)
	case info.Size() == 0:
		return fmt.Errorf("%s is empty", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return file.Close()
}

// label is what a person has to change to change a parameter.
func (in *input) label(name string) string {
	field := in.operation.Field(name)
	switch {
	case field == nil:
		return name
	case field.In == wrapper.InPath:
		parameters := pathParameters(in.operation)
		i := slices.IndexFunc(parameters, func(p pathParameter) bool { return p.Name == name })
		if parameters[i].argument {
			return parameters[i].usage()
		}
	case in.json != "":
		return `"` + name + `"`
	}
	return "--" + flagName(field)
}

// exampleLine is a command line with the contract's examples: of what is required, and of two that are not.
func exampleLine(o *wrapper.Operation, command string) string {
	line := "  " + program + " " + command
	for i, field := range exampleFields(o) {
		if i%2 == 0 {
			line += " \\\n   "
		}
		line += " --" + flagName(field)
		if field.Kind != wrapper.KindBoolean {
			line += " " + shellWord(field.Example)
		}
	}
	return line
}

// exampleFields are fields that keep all rules together, with an example each.
func exampleFields(o *wrapper.Operation) (fields []*wrapper.Field) {
	others := 2
	for i := range o.Fields {
		field := &o.Fields[i]
		switch {
		case field.In == wrapper.InPath, field.Example == "":
		case field.Required:
			fields = append(fields, field)
		case others > 0 && len(field.Presence) == 0 && isFree(o, field.Name) && field.File == nil && (o.Pages == nil || o.Pages.Page != field.Name):
			others--
			fields = append(fields, field)
		}
	}
	return fields
}

// isFree tells whether no rule of another parameter depends on one.
func isFree(o *wrapper.Operation, name string) bool {
	for _, field := range o.Fields {
		for _, rule := range field.Presence {
			if rule.WhenField == name || slices.Contains(rule.With, name) {
				return false
			}
		}
	}
	return true
}

// shellWord is a text as one word of a shell, in quotes where it needs them.
func shellWord(text string) string {
	if text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-") == "" {
		return text
	}
	return quote(text)
}
