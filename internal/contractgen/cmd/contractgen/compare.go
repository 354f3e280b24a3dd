package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/internal/contract"
)

func newCompare() *cobra.Command {
	var accepted, version string
	cmd := &cobra.Command{
		Use:   "compare BEFORE AFTER",
		Short: "Say what changed from one contract to the next, and whom it breaks",
		Long: `Say what changed from one contract to the next, as lines for a changelog, and which
version the change asks for. The exit code is 1 if a change is breaking: if
something that worked before is refused, or no longer compiles.

A breaking change that is meant goes into the file of --accept, a line each, as it
is printed.`,
		Example: `  contractgen compare released.yaml openapi.yaml --version 1.4.2 --accept accepted.txt`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("%s takes two arguments, the contracts before and after; see --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var list []string
			if accepted != "" {
				text, err := os.ReadFile(accepted)
				if err != nil {
					return err
				}
				list = strings.Split(string(text), "\n")
			}
			var apis [2]contract.API
			for i, file := range args {
				api, err := new(input).read(file)
				if err != nil {
					return problems(err)
				}
				apis[i] = api
			}
			return compare(cmd.OutOrStdout(), apis[0], apis[1], list, version)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&version, "version", "", "the `VERSION` of BEFORE: the next one is printed")
	cmd.Flags().StringVar(&accepted, "accept", "", "`FILE` of the breaking changes that are meant")
	return cmd
}

func compare(w io.Writer, before, after contract.API, accepted []string, version string) error {
	changes := contract.Compare(before, after)
	if len(changes) == 0 {
		fmt.Fprintln(w, "nothing changed")
		return nil
	}
	refused := 0
	for _, change := range changes {
		line := change.String()
		if change.Level == contract.Breaking {
			if slices.Contains(accepted, line) {
				line += " (accepted)"
			} else {
				refused++
			}
		}
		fmt.Fprintln(w, line)
	}
	if version != "" {
		next, err := nextVersion(version, changes[0].Level)
		if err != nil {
			return err
		}
		fmt.Fprintln(w, "the next version is", next)
	}
	if refused > 0 {
		return fmt.Errorf("%d of the changes break those who use the clients; take them back, or accept them by the file of --accept", refused)
	}
	return nil
}

// nextVersion follows Semantic Versioning; before 1.0.0 a breaking change is a minor step.
func nextVersion(version string, worst contract.Level) (string, error) {
	parts := strings.Split(version, ".")
	numbers := make([]int, len(parts))
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || len(parts) != 3 || n < 0 {
			return "", fmt.Errorf("the version %q must have the form 1.2.3", version)
		}
		numbers[i] = n
	}
	step := 2
	if worst == contract.Addition {
		step = 1
	}
	if worst == contract.Breaking {
		step = 0
	}
	if numbers[0] == 0 && step < 2 {
		step++
	}
	numbers[step]++
	for i := step + 1; i < 3; i++ {
		numbers[i] = 0
	}
	return fmt.Sprintf("%d.%d.%d", numbers[0], numbers[1], numbers[2]), nil
}
