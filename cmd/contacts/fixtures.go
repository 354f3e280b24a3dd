package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"
)

func newReset() *cobra.Command {
	var m manager
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Remove all contacts of an account of a sandbox that runs",
		Long: `Remove all contacts of an account of a sandbox that runs, at once and without a
question, and set the faults that it was started with anew. Ids go on: none is
used again. With --control-token-file it is done for all accounts.`,
		Example:           "  contacts sandbox reset --base-url http://127.0.0.1:8080",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			request, err := m.request(cmd.Context(), http.MethodPost, "reset", nil)
			if err != nil {
				return err
			}
			return m.count(cmd, request, "removed", "Removed")
		},
	}
	m.addFlags(cmd)
	return cmd
}

func newExport() *cobra.Command {
	var m manager
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write all contacts of an account of a sandbox that runs",
		Long: `Write all contacts of an account of a sandbox that runs to standard output, one
a line, as contacts sandbox load reads them: JSON with campaign, id, parameters,
and the image in base64. With --control-token-file they are those of all
accounts, each with its account.`,
		Example:           "  contacts sandbox export --base-url http://127.0.0.1:8080 > contacts.jsonl",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			request, err := m.request(cmd.Context(), http.MethodGet, "export", nil)
			if err != nil {
				return err
			}
			response, err := m.send(request, false)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if _, err := io.Copy(cmd.OutOrStdout(), response.Body); err != nil {
				return fmt.Errorf("the export is not whole: %w", err)
			}
			return nil
		},
	}
	m.addFlags(cmd)
	return cmd
}

func newLoad() *cobra.Command {
	var m manager
	cmd := &cobra.Command{
		Use:   "load FILE",
		Short: "Load contacts into an account of a sandbox that runs",
		Long: `Load contacts into an account of a sandbox that runs, from a file that contacts
sandbox export has written, or from standard input if it is -. All are loaded, or
none: each keeps its id, which no contact may have already. With
--control-token-file each goes to the account that its line names.`,
		Example: `  contacts sandbox load contacts.jsonl --base-url http://127.0.0.1:8080
  echo '{"campaign":1000,"id":1,"parameters":{"FirstName":"Wile"}}' | contacts sandbox load -`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one FILE, or - for standard input", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			content, err := readContacts(cmd, args[0])
			if err != nil {
				return err
			}
			request, err := m.request(cmd.Context(), http.MethodPost, "load", bytes.NewReader(content))
			if err != nil {
				return err
			}
			request.Header.Set("Content-Type", "application/jsonl")
			return m.count(cmd, request, "loaded", "Loaded")
		},
	}
	m.addFlags(cmd)
	return cmd
}

// maxLoad is more than a sandbox takes, which then says so.
const maxLoad = 65 << 20

func readContacts(cmd *cobra.Command, file string) ([]byte, error) {
	content, err := interruptible(cmd.Context(), func() ([]byte, error) {
		if file == "-" {
			return readLimited(cmd.InOrStdin(), maxLoad)
		}
		return readFile(file, maxLoad)
	})
	if err != nil && err != errInterrupted {
		return nil, usagef("%v", err)
	}
	return content, err
}
