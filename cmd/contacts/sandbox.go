package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/contacts/sandbox"
)

func newSandbox() *cobra.Command {
	var s served
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a sandbox of the API on this machine",
		Long: `Serve a sandbox of the API on this machine, until it is interrupted: the
documented behaviour, for one account and any campaign. It prints where it
listens, what to export for other clients, and a curl command, to be pasted into
a shell.

The contacts are kept in memory, or in the file that --db names. Without
--auth-token-file the token is a new one each time.

It speaks plain HTTP, and listens on a loopback address unless told otherwise.
Another address needs --auth-token-file, so that the token is one that was
chosen.

For tests, --output json prints one line of JSON once it listens, with url,
account and token; --fault makes it misbehave, and the control API under
/_sandbox/ changes the faults while it runs and tells what it was sent.

` + faultHelp(),
		Example: `  contacts sandbox
  contacts sandbox --addr 127.0.0.1:0 --db contacts.db --strict
  contacts sandbox --fault 'drop=after-commit; times=1' --fault 'delay=200ms; one-in=10; seed=7'`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`ADDRESS` to listen on; port 0 is any free one")
	flags.StringVar(&s.db, "db", "", "keep the contacts in `FILE` (default in memory)")
	flags.StringVar(&s.account, "account", sandboxAccount, "the `ACCOUNT` that the sandbox knows")
	flags.StringVar(&s.tokenFile, "auth-token-file", "", "read the token from `FILE` (default a random one)")
	flags.BoolVar(&s.strict, "strict", false, "refuse an image part that is not named as ProfileImageFile says, which the API's own example does")
	flags.IntVar(&s.systemContacts, "system-contacts", 0, fmt.Sprintf("how many contacts campaign %d has that the system made, and that can hardly be changed, as a `NUMBER`", sandbox.SystemCampaign))
	flags.StringArrayVar(&s.faults, "fault", nil, "misbehave by `FAULT`; may be repeated")
	flags.StringVar(&s.controlTokenFile, "control-token-file", "", "let a Bearer use the control API whose token is in `FILE`, as account and token do in any case")
	flags.StringArrayVar(&s.controlHosts, "control-host", nil, "let the control API be reached under `NAME`, beside localhost and IP addresses; may be repeated")
	flags.StringVar(&s.output, "output", "text", "`FORMAT` of what is printed once it listens: text, or json")
	for _, flag := range []string{"addr", "account", "system-contacts", "control-host"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
	must(cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"json", "text"}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("fault", completeFault))
	return cmd
}
