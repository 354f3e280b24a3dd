package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/contacts/sandbox"
)

// sandboxAddr is where the sandbox listens unless it is told otherwise.
const sandboxAddr = "127.0.0.1:8080"

func newSandbox() *cobra.Command {
	var s served
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a sandbox of the API on this machine",
		Long: `Serve a sandbox of the API on this machine, until it is interrupted: the
documented behaviour, for one account or many, and any campaign. It prints where
it listens, what to export for other clients, and a curl command, to be pasted
into a shell.

The contacts are kept in memory, in the file that --db names, or in PostgreSQL,
which several sandboxes can share. Without --auth-token-file the token is a new
one each time. More accounts, each with contacts, requests and faults of its own,
are those of contacts sandbox account, where --db says, or in a text file that
--accounts-file names.

It speaks plain HTTP, and listens on a loopback address unless told otherwise.
Another address needs --auth-token-file, so that the token is one that was
chosen.

For tests, --output json prints one line of JSON once it listens, with url,
account and token; --fault makes it misbehave, and the control API under
/_sandbox/ changes the faults while it runs and tells what it was sent.

For a supervisor, /healthz and /readyz tell whether it lives and is ready, and
need no credentials.

` + faultHelp(),
		Example: `  contacts sandbox
  contacts sandbox --addr 127.0.0.1:0 --db contacts.db --strict
  contacts sandbox --fault 'drop=after-commit; times=1' --fault 'delay=200ms; one-in=10; seed=7'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noSuchCommand(cmd, args[0])
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.addr, "addr", sandboxAddr, "`ADDRESS` to listen on; port 0 is any free one")
	flags.StringVar(&s.db, "db", "", "keep the contacts in `FILE`, or in the database of an address postgres://USER@HOST/DATABASE (default in memory)")
	flags.StringVar(&s.account, "account", sandboxAccount, "an `ACCOUNT` that the sandbox knows")
	flags.StringVar(&s.tokenFile, "auth-token-file", "", "read the token from `FILE` (default a random one)")
	flags.StringVar(&s.accountsFile, "accounts-file", "", "more accounts are in the text `FILE` (default in that of --db)")
	flags.BoolVar(&s.strict, "strict", false, "refuse an image part that is not named as ProfileImageFile says, which the API's own example does")
	flags.IntVar(&s.systemContacts, "system-contacts", 0, fmt.Sprintf("how many contacts campaign %d has that the system made, and that can hardly be changed, as a `NUMBER`", sandbox.SystemCampaign))
	flags.StringArrayVar(&s.faults, "fault", nil, "misbehave by `FAULT`; may be repeated")
	flags.StringVar(&s.controlTokenFile, "control-token-file", "", "let a Bearer use the control API for all accounts whose token is in `FILE`, as each account may for itself in any case")
	flags.StringArrayVar(&s.controlHosts, "control-host", nil, "let the control API be reached under `NAME`, beside localhost and IP addresses; may be repeated")
	flags.StringVar(&s.metricsAddr, "metrics-addr", "", "serve metrics for Prometheus at http://`ADDRESS`/metrics, a loopback address such as 127.0.0.1:9464")
	flags.StringVar(&s.logging.format, "log-format", "text", "`FORMAT` of the log on standard error: text, or json")
	flags.StringVar(&s.logging.level, "log-level", "info", "`LEVEL` from which on it logs: debug, info, warn or error")
	flags.BoolVar(&s.logging.requests, "log-requests", false, "log a line for each request, without anything that it holds")
	flags.DurationVar(&s.shutdownDelay, "shutdown-delay", 0, "`TIME` from a signal to the end, in which it serves, but is not ready, so that a load balancer leaves it")
	flags.StringVar(&s.output, "output", "text", "`FORMAT` of what is printed once it listens: text, or json")
	for _, flag := range []string{"addr", "account", "system-contacts", "control-host", "metrics-addr", "shutdown-delay"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
	for _, flag := range []string{"output", "log-format"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions([]string{"json", "text"}, cobra.ShellCompDirectiveNoFileComp)))
	}
	must(cmd.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("fault", completeFault))
	cmd.AddCommand(newAccount(), newReset(), newExport(), newLoad(), newHealthcheck())
	return cmd
}
