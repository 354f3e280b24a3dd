package main

import (
	"github.com/spf13/cobra"

	"example.com/contacts/tests/vectors/schema"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:       "schema vectors|protocol",
		Short:     "Print the JSON Schema of vectors, or of the lines between the runner and an adapter",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"vectors", "protocol"},
		RunE: func(command *cobra.Command, args []string) error {
			text := schema.Vectors
			if args[0] == "protocol" {
				text = schema.Protocol
			}
			_, err := command.OutOrStdout().Write(text)
			return err
		},
	}
}
