package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/internal/contract"
)

func newCompare() *cobra.Command {
	var d document
	var adapters []string
	var count int
	var seed uint64
	command := &cobra.Command{
		Use:     "compare --adapter NAME=PROGRAM --adapter NAME=PROGRAM --contract FILE",
		Short:   "Play random cases to several clients, which must do the same",
		Example: `  conformance compare --contract openapi.yaml --adapter go=./go-adapter --adapter python=clients/python/tests/adapter`,
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			api, _, err := d.read()
			if err != nil {
				return err
			}
			if len(adapters) < 2 {
				return errors.New("compare needs two adapters or more")
			}
			if seed == 0 {
				seed = rand.Uint64()
			}
			fmt.Fprintf(command.OutOrStdout(), "--seed %d plays the same again\n", seed)
			return compare(command.OutOrStdout(), api, adapters, count, seed)
		},
	}
	d.flags(command)
	command.Flags().StringArrayVar(&adapters, "adapter", nil, "name=program of a client; give it for each client")
	command.Flags().IntVar(&count, "count", 1000, "how many cases are played")
	command.Flags().Uint64Var(&seed, "seed", 0, "of the random cases; 0 takes one at random")
	return command
}

func compare(stdout io.Writer, api contract.API, adapters []string, count int, seed uint64) (err error) {
	var names []string
	var players []*conformance.Player
	for _, adapter := range adapters {
		name, program, found := strings.Cut(adapter, "=")
		if !found {
			return fmt.Errorf("--adapter %s: want NAME=PROGRAM", adapter)
		}
		player, stop, startError := startPlayer(api, program, false)
		if startError != nil {
			return startError
		}
		defer func() { err = errors.Join(err, stop()) }()
		names, players = append(names, name), append(players, player)
	}
	random := conformance.NewRandomizer(api, seed)
	for i := range count {
		c := random.Input()
		if i%2 == 1 {
			c = random.Response()
		}
		if difference := conformance.Agree(&c, names, players); difference != nil {
			fmt.Fprintln(stdout, difference)
			return errFailed
		}
	}
	return nil
}
