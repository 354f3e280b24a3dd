package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCreate() *cobra.Command {
	var in input
	var to destination
	var out output
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create a contact",
		Long: `Create a contact, and say what is known after.

The contact is checked against the API's rules first. If it breaks one, nothing
is sent, and each violation is reported with the flag to change. An empty value
counts as absent.

In place of flags, --json takes one object with the API's names. Accounts and
Labels are lists of strings, everything else is a string. ProfileImageFile is a
path, as seen from the working folder.

A created contact is one line of JSON on standard output:
  {"Status":"OK","Uri":"/Advertisers/…/Campaigns/1000/Contacts/2750","Id":"2750"}
Everything else is words on standard error. With --output json, standard output
has one line of JSON for every outcome, told apart by its Outcome:
  created   Status, Uri, Id
  invalid   Violations: a list of Field, Rule, Message
  refused   HttpStatus, Message, Errors, RetryAfterSeconds
  in_doubt  HttpStatus, Message, Errors, Reason
  not_sent  Reason
  queued    QueuedUri
What is not known is absent. A wrong command line (exit code 2, too) has none.

A request that was not sent is tried again twice, and so is one that was refused
with 429 and a wait of at most 30 seconds. What is in doubt is never sent again,
because the API would create a second contact.`,
		Example: `  # Without an account, in a sandbox on this machine:
` + pageExample("create --sandbox") + `

  # With an account:
  export CONTACTS_ACCOUNT_SID=IRaBcDeFgHiJ CONTACTS_CAMPAIGN=1000
` + pageExample("create --auth-token-file token.txt") + `

  # With an image, from JSON:
  echo '{"FirstName": "Wile", "LastName": "Coyote", "Accounts": ["10000"],
         "EmailAddress": "wile.coyote@example.com",
         "Labels": ["Main Contact", "Acme Partner"],
         "ProfileImageFile": "wile.png"}' | contacts create --sandbox --json -`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			if err := in.read(cmd); err != nil {
				return err
			}
			c, err := to.connect(cmd, true)
			if err != nil {
				return err
			}
			defer c.close()
			var bar progress
			if in.image != "" {
				in.contact.ProfileImageFile = bar.image(in.image, cmd.ErrOrStderr())
			}
			created, err := c.CreateContact(cmd.Context(), c.campaign, in.contact)
			bar.end()
			if err != nil {
				return out.failed(cmd, err, fmt.Sprintf("campaign %d", c.campaign), in.label)
			}
			return out.created(cmd, created)
		},
	}
	in.addFlags(cmd)
	to.addFlags(cmd)
	out.addFlags(cmd)
	return cmd
}
