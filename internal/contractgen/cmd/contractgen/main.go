// Command contractgen makes clients in several languages from an OpenAPI document.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/contacts/internal/contract"
	"example.com/contacts/internal/contractgen"
)

func main() {
	if err := newRoot().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "contractgen:", err)
		os.Exit(1)
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "contractgen",
		Short: "Make clients in several languages from an OpenAPI document",
		Long: `Make clients in several languages from an OpenAPI document.

The document is OpenAPI 3.0 or 3.1, with requests that are forms
(application/x-www-form-urlencoded, multipart/form-data) or have no body. Its
rules are enforced by each client, in the same words. What cannot be carried
into every language is refused, with the file and the line, and nothing is
written; docs/contract.md lists what can.`,
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(newGenerate(), newCheck(), newModel(), newCompare())
	return root
}

// An input is the document of a command.
type input struct{ overlays []string }

func (in *input) addFlags(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().StringArrayVar(&in.overlays, "overlay", nil,
		"apply the OpenAPI Overlay 1.0 document `FILE` first; repeat the flag for more")
}

func (in *input) read(file string) (contract.API, error) {
	api, _, err := contract.ReadFiles(file, in.overlays...)
	return api, err
}

func newGenerate() *cobra.Command {
	var in input
	var out []string
	var pkg contractgen.Package
	var standalone bool
	cmd := &cobra.Command{
		Use:   "generate DOCUMENT --out LANGUAGE=FOLDER...",
		Short: "Write the generated files of one or more clients",
		Long: `Write the generated files of one or more clients. Either all files are written,
or none.

With --standalone a folder gets all that a client consists of: beside the
generated files its runtime, a manifest for the language's package manager, and
an adapter for the conformance runner.`,
		Example: `  contractgen generate openapi.yaml --standalone --package shop \
    --out python=clients/python --out rust=clients/rust
  contractgen generate vendor.yaml --overlay rules.yaml --standalone \
    --package parcels --out typescript=clients/typescript`,
		Args: oneDocument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return generate(cmd.OutOrStdout(), &in, args[0], out, pkg, standalone)
		},
	}
	in.addFlags(cmd)
	cmd.Flags().StringArrayVar(&out, "out", nil,
		"write the client of `LANGUAGE=FOLDER`; the languages are "+strings.Join(contractgen.Languages(), ", ")+
			", and programs is what the sandbox writes programs in all of them from")
	cmd.Flags().StringVar(&pkg.Name, "package", "", "`NAME` of the packages, in lower-case letters and digits; by default, the document's title")
	cmd.Flags().StringVar(&pkg.Version, "version", "0.1.0", "`VERSION` of the packages")
	cmd.Flags().BoolVar(&standalone, "standalone", false, "write the runtime, a manifest and an adapter, too")
	return cmd
}

func generate(w io.Writer, in *input, file string, out []string, pkg contractgen.Package, standalone bool) error {
	api, err := in.read(file)
	if err != nil {
		return problems(err)
	}
	if pkg.Name == "" {
		pkg.Name = strings.Map(letterOrDigit, strings.ToLower(api.Title))
	}
	if err := pkg.Check(); err != nil {
		return fmt.Errorf("--package: %w", err)
	}
	if len(out) == 0 {
		return errors.New("--out is missing: say --out LANGUAGE=FOLDER, with one of " + strings.Join(contractgen.Languages(), ", "))
	}
	folders, times := map[string][]contractgen.File{}, map[string]time.Duration{}
	for _, target := range out {
		language, folder, ok := strings.Cut(target, "=")
		if !ok || folder == "" {
			return fmt.Errorf("--out: %q must have the form LANGUAGE=FOLDER", target)
		}
		if _, twice := folders[folder]; twice {
			return fmt.Errorf("--out: the folder %s is given twice", folder)
		}
		begin := time.Now()
		files, err := contractgen.Render(api, pkg, language, standalone)
		if err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
		folders[folder], times[folder] = files, time.Since(begin)
	}
	changed, err := contractgen.Write(folders)
	if err != nil {
		return err
	}
	for _, target := range out {
		language, folder, _ := strings.Cut(target, "=")
		inFolder := 0
		for _, path := range changed {
			name := func(f contractgen.File) bool { return filepath.Join(folder, filepath.FromSlash(f.Path)) == path }
			if slices.ContainsFunc(folders[folder], name) {
				inFolder++
			}
		}
		fmt.Fprintf(w, "%-11s %-24s %3d files, %d changed, %4d ms\n", language, folder, len(folders[folder]), inFolder, times[folder].Milliseconds())
	}
	return nil
}

func letterOrDigit(r rune) rune {
	if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
		return r
	}
	return -1
}

func newCheck() *cobra.Command {
	var in input
	cmd := &cobra.Command{
		Use:     "check DOCUMENT",
		Short:   "Say all that would be refused, and write nothing",
		Example: `  contractgen check vendor.yaml --overlay rules.yaml`,
		Args:    oneDocument,
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := in.read(args[0])
			if err != nil {
				return problems(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: all of it can be carried: %d operations\n", args[0], len(api.Operations))
			return nil
		},
	}
	in.addFlags(cmd)
	return cmd
}

func newModel() *cobra.Command {
	var in input
	cmd := &cobra.Command{
		Use:     "model DOCUMENT",
		Short:   "Print what the clients are made from, as JSON",
		Example: `  contractgen model openapi.yaml | jq '.Operations[].ID'`,
		Args:    oneDocument,
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := in.read(args[0])
			if err != nil {
				return problems(err)
			}
			out := json.NewEncoder(cmd.OutOrStdout())
			out.SetIndent("", "  ")
			out.SetEscapeHTML(false)
			return out.Encode(api)
		},
	}
	in.addFlags(cmd)
	return cmd
}

func oneDocument(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s takes one argument, the OpenAPI document; see --help", cmd.CommandPath())
	}
	return nil
}

// problems says how many places of a document are refused.
func problems(err error) error {
	var all contract.Problems
	if !errors.As(err, &all) {
		return err
	}
	places := "1 place"
	if len(all) != 1 {
		places = fmt.Sprintf("%d places", len(all))
	}
	return fmt.Errorf("the document cannot be carried into every language, for %s; nothing was written\n%w", places, all)
}
