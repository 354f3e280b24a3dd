package main

import (
	"errors"
	"os"
	"strings"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/internal/contract"
)

// startPlayer starts an adapter, and a player for it; stop ends both.
func startPlayer(api contract.API, adapter string, environment bool) (player *conformance.Player, stop func() error, err error) {
	words := strings.Fields(adapter)
	if len(words) == 0 {
		return nil, nil, errors.New("--adapter is empty")
	}
	program, err := conformance.Start(words, nil)
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		return nil, nil, errors.Join(err, program.Stop())
	}
	player, err = conformance.NewPlayer(api, program, folder)
	if err != nil {
		return nil, nil, errors.Join(err, program.Stop(), os.RemoveAll(folder))
	}
	if environment {
		player.Launch = func(environment map[string]string) (*conformance.Program, error) {
			return conformance.Start(words, environment)
		}
	}
	return player, func() error {
		return errors.Join(player.Close(), program.Stop(), os.RemoveAll(folder))
	}, nil
}
