package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCheck() *cobra.Command {
	var s source
	var verbose bool
	command := &cobra.Command{
		Use:   "check --contract FILE --vectors FOLDER",
		Short: "Check vectors, and what can be derived from the contract, without a client",
		Long: `check reads the vectors and derives the cases, without playing them. It refuses vectors that do not fit
their JSON Schema or the contract, and cases that prove nothing: two expectations or none, or a case that
is rejected and differs from its valid variant in other fields than those at fault.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			api, cases, derived, err := s.load()
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "%s %s: %d operations, %d vectors, %d derived cases\n", api.Title, api.Version, len(api.Operations),
				len(cases)-len(derived.Cases), len(derived.Cases))
			if verbose {
				for i := range cases {
					fmt.Fprintln(command.OutOrStdout(), cases[i].ID())
				}
			}
			for _, id := range derived.Unreachable {
				fmt.Fprintf(command.OutOrStdout(), "%s: no input breaks this rule alone\n", id)
			}
			return nil
		},
	}
	s.flags(command)
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "name each case")
	return command
}
