package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

func newCheck() *cobra.Command {
	var in input
	var to destination
	var out output
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check a contact against the rules, and send nothing",
		Long: `Check a contact against the API's rules, as create does before it sends. Nothing
is sent: no account and no network are needed.

It takes the flags of create, so that one word turns a create into a check;
those that say where to send have no effect. The exit code is 0 if the contact
breaks no rule, and 2 if it does. With --output json, standard output has
{"Outcome":"valid"}, or {"Outcome":"invalid","Violations":[…]}.`,
		Example:           pageExample("check"),
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			if err := in.read(cmd); err != nil {
				return err
			}
			if in.image != "" {
				in.contact.ProfileImageFile = wrapper.ImageFromPath(in.image)
			}
			if err := in.contact.Validate(); err != nil {
				return out.failed(cmd, err, "", in.label)
			}
			fmt.Fprintln(cmd.ErrOrStderr(), "contacts: the contact breaks no rule; nothing was sent")
			if out.format == "json" {
				return printJSON(cmd.OutOrStdout(), report{Outcome: "valid"}, "")
			}
			return nil
		},
	}
	in.addFlags(cmd)
	to.addFlags(cmd)
	out.addFlags(cmd)
	return cmd
}
