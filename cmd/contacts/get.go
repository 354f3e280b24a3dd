package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newGet() *cobra.Command {
	var from destination
	var out output
	cmd := &cobra.Command{
		Use:   "get URI|ID",
		Short: "Read a contact back",
		Long: `Read a contact back, and print it as JSON on standard output.

Name it by the Uri that create printed, or by its id alone: then it is looked
for in the campaign.

With --output json, standard output has JSON for an error, too, told apart by
its Outcome: refused (there is no such contact, for one), not_sent or failed.`,
		Example: `  contacts get --sandbox 2750
  contacts get --sandbox /Advertisers/IRsandbox/Campaigns/1000/Contacts/2750`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usagef("%s takes one argument: the Uri that create printed, or its last part, the id", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			uri := args[0]
			isID := !strings.Contains(uri, "/")
			c, err := from.connect(cmd, isID)
			if err != nil {
				return err
			}
			defer c.close()
			if isID {
				uri = c.path(uri)
			}
			contact, err := c.GetContact(cmd.Context(), uri)
			if err != nil {
				return out.failed(cmd, err, "", func(field string) string { return field })
			}
			if err := printJSON(cmd.OutOrStdout(), contact, "  "); err != nil {
				return fmt.Errorf("the contact cannot be written: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	from.addFlags(cmd)
	out.addFlags(cmd)
	return cmd
}
