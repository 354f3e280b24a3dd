package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/sandbox"
)

// faultHelp lists the faults.
func faultHelp() string {
	var b strings.Builder
	b.WriteString("Faults, each NAME=VALUE; PARAMETER=VALUE:\n")
	for _, kind := range sandbox.FaultKinds() {
		fmt.Fprintf(&b, "  %s=%s", kind.Name, kind.Value)
		for _, parameter := range kind.Parameters {
			b.WriteString("; " + parameter)
		}
		b.WriteString("\n      " + strings.ReplaceAll(wrapped(kind.Description), "\n", "\n      ") + "\n")
	}
	b.WriteString("and each with\n")
	for _, parameter := range sandbox.CommonFaultParameters() {
		fmt.Fprintf(&b, "  %s=%s\n      %s\n", parameter.Name, parameter.Value, parameter.Description)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func completeFault(*cobra.Command, []string, string) (completions []string, directive cobra.ShellCompDirective) {
	for _, kind := range sandbox.FaultKinds() {
		completions = append(completions, kind.Name+"=")
	}
	return completions, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
