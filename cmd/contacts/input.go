package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// An input is the contact that a command line describes, by flags or by one JSON object.
type input struct {
	contact wrapper.Contact
	image   string // the path of the image file; it becomes part of the contact when it is known how to read it
	json    string // the file to read all of it from
}

func (in *input) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	for _, p := range parameters {
		if p.list != nil {
			// Not a StringSlice, which splits at commas: a comma breaks a rule, and is for the rules to report.
			flags.StringArrayVar(p.list(in), p.flag(), nil, p.help)
		} else {
			flags.StringVar(p.text(in), p.flag(), "", p.help)
		}
		complete := cobra.NoFileCompletions
		if p.country {
			complete = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return countryCodes(), cobra.ShellCompDirectiveNoFileComp
			}
		}
		if p.name != "ProfileImageFile" {
			must(cmd.RegisterFlagCompletionFunc(p.flag(), complete))
		}
	}
	flags.StringVar(&in.json, "json", "",
		"read the contact from `FILE`, or from standard input with -, in place of the flags above")
	must(cmd.MarkFlagFilename("json", "json"))
}

// read completes the input after the flags were parsed.
func (in *input) read(cmd *cobra.Command) error {
	if !cmd.Flags().Changed("json") {
		return nil
	}
	for _, p := range parameters {
		if cmd.Flags().Changed(p.flag()) {
			return usagef("--json is the whole contact: leave out --%s, or --json", p.flag())
		}
	}
	name, text, err := "standard input", []byte(nil), error(nil)
	if in.json == "-" {
		text, err = io.ReadAll(cmd.InOrStdin())
	} else {
		name = in.json
		text, err = os.ReadFile(in.json)
	}
	if err != nil {
		return usagef("--json: %v", err)
	}
	if err := in.parse(text); err != nil {
		return usagef("--json: %s: %v", name, err)
	}
	return nil
}

// label is what a person has to change to change a parameter.
func (in *input) label(name string) string {
	p, known := parameterNamed(name)
	switch {
	case !known:
		return name
	case in.json != "":
		return `"` + name + `"`
	}
	return "--" + p.flag()
}

// must is for what fails only if this program is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
