package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

func newCheck() *cobra.Command {
	check := &cobra.Command{
		Use:   "check COMMAND",
		Short: "Check the input of a command against the rules, and send nothing",
		Long: `Check the input of a command against the API's rules, as that command does
before it sends. Nothing is sent: no account and no network are needed.

Put the word check before the command: its flags are the same, and those that
say where to send have no effect. The exit code is 0 if the input breaks no
rule, and 6 if it does. With --output json, standard output has
{"Outcome":"valid"}, or {"Outcome":"invalid","Violations":[…]}.`,
		Args: func(check *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("say what to check: %s COMMAND, such as %[1]s %s", check.CommandPath(), check.Commands()[0].Name())
			}
			return noSuchCommand(check, args[0])
		},
		RunE: func(*cobra.Command, []string) error { return nil }, // Args refuses all
	}
	for i := range wrapper.Operations {
		if o := &wrapper.Operations[i]; len(newInput(o).fields()) > 0 {
			check.AddCommand(newCheckOf(o))
			if check.Example == "" {
				check.Example = exampleLine(o, "check "+commandName(o))
			}
		}
	}
	return check
}

func newCheckOf(o *wrapper.Operation) *cobra.Command {
	in := &invocation{operation: o, input: newInput(o), at: newPathInput(o)}
	in.Command = &cobra.Command{
		Use:     commandName(o) + in.at.usage(),
		Short:   "Check the input of " + commandName(o),
		Long:    "Check the input of " + commandName(o) + " against the API's rules, and send nothing.",
		Example: exampleLine(o, "check "+commandName(o)),
		Args: func(cmd *cobra.Command, args []string) error {
			if in.at.usage() == "" || len(args) > 0 {
				return in.at.checkCount(cmd, args)
			}
			return nil // what it is about does not matter
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return in.check() },
	}
	in.Flags().SortFlags = false
	in.input.addFlags(in.Command)
	in.at.addFlags(in.Command)
	in.to.addFlags(in.Command)
	in.out.addFlags(in.Command)
	return in.Command
}

func (in *invocation) check() error {
	if err := in.out.check(); err != nil {
		return err
	}
	draft, twice, err := in.input.read(in.Command, wrapper.FileFromPath)
	if err != nil {
		return err
	}
	if violations := append(in.operation.CheckDraft(nil, draft), twice...); len(violations) > 0 {
		return in.failed(&wrapper.InvalidError{OperationID: in.operation.ID, Violations: violations})
	}
	fmt.Fprintln(in.ErrOrStderr(), "contacts: the input breaks no rule; nothing was sent")
	if in.out.format == "json" {
		_, err := in.OutOrStdout().Write(report{Outcome: "valid"}.line())
		return err
	}
	return nil
}
