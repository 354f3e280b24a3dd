// Command contacts performs the operations of the Contacts API, checks their input without sending it, and
// serves a sandbox of the API.
//
// It has one command for each operation of the contract and one flag for each parameter, from the tables of
// package wrapper. `contacts --help` says which exit code means what.
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

	"example.com/contacts/wrapper"
)

func main() { os.Exit(run()) }

func run() int {
	// A reader of the output that has gone must not end the process before it has said what is known.
	signal.Ignore(syscall.SIGPIPE)
	// A command that is interrupted still reports what is known of its request. A second Ctrl-C ends it; a terminal
	// that closes sends SIGHUP more than once.
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	// To the end of the process: one that comes during the report must not take its exit code.
	ctx, _ := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt, syscall.SIGQUIT) })

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
		Use:   program + " COMMAND",
		Short: "Perform the operations of the Contacts API, and say what is known after",
		Long: `Create, list, read, update and delete contacts of partners through the Contacts
API, check an input against the API's rules without sending it, or serve a
sandbox of the API on this machine.

Exit codes:
  0  done (created, updated, deleted, found), or valid (check)
  1  anything else: the server queued the request and will carry it out later
     (do not send it again); the result cannot be written, but was done, and
     stands on standard error
  2  never of its own: the program crashed, and the outcome is not known
  3  the server refused the request; nothing was changed
  4  in doubt: the request was sent, and it is not known whether it was carried
     out (look before you send it again)
  5  not sent: no byte of the request was written; it is safe to run the command
     again
  6  the command line is wrong, or the input breaks a rule; nothing was sent

Environment:
` + environment() + `  HTTPS_PROXY NO_PROXY  the proxy to use`,
		Example:                    "  # Try it. This needs no account, and nothing leaves the machine.\n" + exampleLine(firstForm(), commandName(firstForm())+" --sandbox"),
		SilenceErrors:              true,
		SilenceUsage:               true,
		DisableFlagsInUseLine:      true,
		SuggestionsMinimumDistance: 2,

		Args: func(root *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return noSuchCommand(root, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; see %s --help", err, cmd.CommandPath())
	})
	for i := range wrapper.Operations {
		root.AddCommand(newOperation(&wrapper.Operations[i]))
	}
	root.AddCommand(newCheck(), newSandbox(), newContract(), newVersion())
	return root
}

func noSuchCommand(parent *cobra.Command, name string) error {
	if near := parent.SuggestionsFor(name); len(near) > 0 {
		return usagef("there is no command %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return usagef("there is no command %q; see %s --help", name, parent.CommandPath())
}

// environment lists the variables that are read.
func environment() string {
	lines := [][2]string{
		{accountVariable, "the account"},
		{tokenVariable, "its token; or a file, with --auth-token-file"},
		{baseURLVariable, "the server, where --base-url is not given"},
	}
	seen := map[string]bool{}
	for i := range wrapper.Operations {
		for _, p := range pathParameters(&wrapper.Operations[i]) {
			if !p.argument && !seen[p.variable()] {
				seen[p.variable()] = true
				lines = append(lines, [2]string{p.variable(), "where --" + p.Kebab + " is not given"})
			}
		}
	}
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "  %-20s  %s\n", line[0], line[1])
	}
	return b.String()
}

// firstForm is the first operation that takes a form: the first example.
func firstForm() *wrapper.Operation {
	for i := range wrapper.Operations {
		if o := &wrapper.Operations[i]; o.Body != nil && o.Body.Form {
			return o
		}
	}
	return &wrapper.Operations[0]
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes flags only, not %q; a value that holds a blank needs quotes", cmd.CommandPath(), args[0])
	}
	return nil
}

// must is for what fails only if this program is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
