package main

import (
	"github.com/spf13/cobra"

	"example.com/contacts"
)

func newContract() *cobra.Command {
	return &cobra.Command{
		Use:   "contract",
		Short: "Print the contract of the API, openapi.yaml",
		Long: `Print the contract of the API, an OpenAPI 3.1 document, on standard output. The
commands, their flags and the rules are generated from it.`,
		Example:           `  contacts contract > openapi.yaml`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(contacts.Contract)
			return err
		},
	}
}
