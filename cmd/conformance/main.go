// Command conformance holds a client, in any language, to a contract: it plays cases to an adapter of the
// client, and compares what its own server received, and what the client reports.
//
// docs/conformance.md shows it.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"example.com/contacts/internal/conformance"
	"example.com/contacts/internal/contract"
)

// The exit codes.
const (
	exitFailed = 1 // a case failed
	exitUsage  = 2 // nothing was played: flags, contract, vectors or adapter are wrong
)

// errFailed is that a case failed, about which everything has been said.
var errFailed = errors.New("failed")

func main() {
	err := newRoot().Execute()
	switch {
	case err == nil:
		return
	case errors.Is(err, errFailed):
		os.Exit(exitFailed)
	}
	fmt.Fprintln(os.Stderr, "conformance:", err)
	os.Exit(exitUsage)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "conformance",
		Short: "Hold a client to its contract",
		Long: `conformance holds a client, in any language, to an OpenAPI contract.

It plays cases to an adapter: a small program around the client that reads one JSON object a line and
writes one. The cases are vectors, which are files, and those that follow from the contract itself.

  conformance check    without a client: are the vectors sound, and what can be derived from the contract?
  conformance run      all cases, to one client
  conformance compare  random cases, to several clients: they must do the same
  conformance schema   the JSON Schemas of vectors and of the adapters' lines

Exit codes: 0 all passed, 1 a case failed, 2 nothing was played.`,
		SilenceUsage: true, SilenceErrors: true,
	}
	root.AddCommand(newRun(), newCheck(), newCompare(), newSchema())
	return root
}

// A document is a contract with the overlays that are applied to it.
type document struct {
	contract string
	overlays []string
}

func (d *document) flags(command *cobra.Command) {
	command.Flags().StringVar(&d.contract, "contract", "", "the OpenAPI document of the API (required)")
	command.Flags().StringArrayVar(&d.overlays, "overlay", nil, "an OpenAPI Overlay to apply to it; give it for each, in their order")
	if err := command.MarkFlagRequired("contract"); err != nil {
		panic(err)
	}
}

// read returns the sources as well, the contract's first.
func (d *document) read() (contract.API, []contract.Source, error) {
	return contract.ReadFiles(d.contract, d.overlays...)
}

// A source is where cases come from.
type source struct {
	document
	vectors string
	derive  bool
}

func (s *source) flags(command *cobra.Command) {
	s.document.flags(command)
	command.Flags().StringVar(&s.vectors, "vectors", "", "a folder of vectors, files *.json; without it only derived cases are played")
	command.Flags().BoolVar(&s.derive, "derive", true, "derive cases for each operation, field and rule of the contract")
}

func (s *source) load() (contract.API, []conformance.Case, conformance.Derived, error) {
	var derived conformance.Derived
	api, sources, err := s.read()
	if err != nil {
		return api, nil, derived, err
	}
	var cases []conformance.Case
	if s.vectors != "" {
		if cases, err = conformance.Load(s.vectors, api); err != nil {
			return api, nil, derived, err
		}
	}
	if !s.derive {
		return api, cases, derived, nil
	}
	var overlays [][]byte
	for _, o := range sources[1:] {
		overlays = append(overlays, o.Content)
	}
	oracle, err := conformance.NewOracle(sources[0].Content, overlays...)
	if err != nil {
		return api, nil, derived, err
	}
	derived, err = conformance.Derive(api, oracle)
	return api, append(cases, derived.Cases...), derived, err
}
