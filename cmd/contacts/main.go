// Command contacts creates contacts through the Contacts API, checks them, reads them back, and serves a
// sandbox of the API.
//
// It is thin: it reads flags, a JSON object and the environment, calls package wrapper or package sandbox,
// and prints what they return. `contacts --help` says which exit code means what.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run()) }

func run() int {
	// A command that is interrupted still reports what is known of its request. A second signal ends it.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	err := newRoot().ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "contacts:", err)
	var f *failure
	if errors.As(err, &f) {
		return f.code
	}
	return exitOther
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "contacts COMMAND",
		Short: "Create contacts of partners, and say what is known after",
		Long: `Create a contact of a partner through the Contacts API, check one against the
API's rules without sending it, read one back, or serve a sandbox of the API on
this machine.

Exit codes:
  0  created (create), valid (check), found (get)
  1  anything else; of create, also: the server queued the contact, and will
     create it later (do not send it again)
  2  the command line is wrong, or the contact breaks a rule; nothing was sent
  3  the server refused the request; nothing was created
  4  in doubt: the request was sent, and it is not known whether the contact was
     created (look before you send it again)
  5  not sent: no byte of the request was written; it is safe to run the command
     again

Environment:
  CONTACTS_ACCOUNT_SID  the AccountSID of the account
  CONTACTS_AUTH_TOKEN   its AuthToken; or a file, with --auth-token-file
  CONTACTS_CAMPAIGN     the campaign, where --campaign is not given
  CONTACTS_BASE_URL     the server, where --base-url is not given
  HTTPS_PROXY NO_PROXY  the proxy to use`,
		Example: `  # Try it. This needs no account, and nothing leaves the machine.
` + pageExample("create --sandbox"),
		SilenceErrors:              true,
		SilenceUsage:               true,
		DisableFlagsInUseLine:      true,
		SuggestionsMinimumDistance: 2,

		Args: func(root *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if near := root.SuggestionsFor(args[0]); len(near) > 0 {
				return usagef("there is no command %q; did you mean %s?", args[0], strings.Join(near, " or "))
			}
			return usagef("there is no command %q; see contacts --help", args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newCreate(), newCheck(), newGet(), newSandbox(), newContract(), newVersion())
	return root
}

// pageExample is the command line for the contact of the API's page.
func pageExample(command string) string {
	return `  contacts ` + command + ` --first-name Wile --last-name Coyote \
    --email-address wile.coyote@example.com --accounts 10000 \
    --title 'Acme Partner Manager' \
    --work-phone-number 8051234567 --work-phone-number-country US \
    --cellphone-number 8059876543 --cellphone-number-country US \
    --labels 'Main Contact' --labels 'Acme Partner'`
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes flags only, not %q; a value that holds a blank needs quotes", cmd.CommandPath(), args[0])
	}
	return nil
}
