package main

import (
	"slices"
	"strings"

	"example.com/contacts/wrapper"
)

const program = "contacts"

// The commands that are no operations.
var ownCommands = []string{"check", "completion", "contract", "help", "sandbox", "version"}

// The flags that are no parameters.
var ownFlags = []string{"auth-token-file", "base-url", "help", "json", "output", "sandbox", "save", "verbose"}

// commandName is the operation's name without the noun that the program has as its own name: create for
// createContact. Where that is not unique, it is the whole name.
func commandName(o *wrapper.Operation) string {
	name := withoutNoun(o.Kebab)
	for i := range wrapper.Operations {
		if other := &wrapper.Operations[i]; other.ID != o.ID && withoutNoun(other.Kebab) == name {
			name = o.Kebab
		}
	}
	if slices.Contains(ownCommands, name) {
		name = o.Kebab
	}
	if slices.Contains(ownCommands, name) {
		name = "call-" + name
	}
	return name
}

func withoutNoun(kebab string) string {
	for _, noun := range []string{program, strings.TrimSuffix(program, "s")} {
		if verb, found := strings.CutSuffix(kebab, "-"+noun); found {
			return verb
		}
	}
	return kebab
}

// flagName is the name of a parameter as a flag.
func flagName(field *wrapper.Field) string {
	if slices.Contains(ownFlags, field.Kebab) {
		return "parameter-" + field.Kebab
	}
	return field.Kebab
}

// variableName is the environment variable that stands for a flag.
func variableName(kebab string) string {
	return strings.ToUpper(program + "_" + strings.ReplaceAll(kebab, "-", "_"))
}

var (
	accountVariable = variableName("account")
	tokenVariable   = variableName("token")
	baseURLVariable = variableName("base-url")
)
