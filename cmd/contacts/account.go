package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"example.com/contacts/sandbox"
)

func newAccount() *cobra.Command {
	account := &cobra.Command{
		Use:   "account COMMAND",
		Short: "Add, list and remove accounts of a sandbox",
		Long: `Add, list and remove accounts of a sandbox, beside the one that --account of
contacts sandbox names. Each has a token, and sees its own contacts, requests
and faults only. They are kept in the database of the sandbox, or in a text file
that it is started with; a sandbox that runs has the change within a second.
Tokens are kept as digests: nobody can read them again.`,
		Example: `  contacts sandbox account add IRteam --db contacts.db
  contacts sandbox account list --db contacts.db`,
		Args: func(account *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("say what to do: %s add, list or remove", account.CommandPath())
			}
			return noSuchCommand(account, args[0])
		},
		RunE: func(*cobra.Command, []string) error { return nil }, // Args refuses all
	}
	account.AddCommand(newAccountAdd(), newAccountList(), newAccountRemove())
	return account
}

// accountPlace is where accounts are kept.
type accountPlace struct {
	db, file string
	kept     string // where they are, in words, without a password
}

func (p *accountPlace) addFlags(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&p.db, "db", "", "the accounts are in the database of a sandbox: a `FILE`, or an address postgres://USER@HOST/DATABASE")
	cmd.Flags().StringVar(&p.file, "accounts-file", "", "the accounts are in the text file `FILE`")
}

// open opens the store of the accounts, which is made if it is not there and may be.
func (p *accountPlace) open(ctx context.Context, make bool) (store sandbox.AccountStore, close func() error, err error) {
	switch {
	case p.db == "" && p.file == "":
		return nil, nil, usagef("say where the accounts are: --db, or --accounts-file")
	case p.db != "" && p.file != "":
		return nil, nil, usagef("--db and --accounts-file exclude each other: accounts are in one place")
	}
	if file := p.db + p.file; !make && !isPostgres(file) {
		if _, err := os.Stat(file); err != nil {
			return nil, nil, usagef("there are no accounts: %v", err)
		}
	}
	if p.file != "" {
		p.kept = "in " + p.file
		store, err = sandbox.OpenAccountsFile(p.file)
		return store, func() error { return nil }, err
	}
	database, kept, err := (&served{db: p.db}).openStore(ctx)
	if err != nil {
		return nil, nil, err
	}
	p.kept = kept
	return database, database.Close, nil
}

// with does something with the store of the accounts.
func (p *accountPlace) with(ctx context.Context, make bool, do func(sandbox.AccountStore) error) error {
	store, close, err := p.open(ctx, make)
	if err != nil {
		return err
	}
	return errors.Join(do(store), close())
}

// exactlySID is for commands about one account.
func exactlySID(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("%s takes one SID, such as IRteam", cmd.CommandPath())
	}
	return nil
}

func newAccountAdd() *cobra.Command {
	var place accountPlace
	var out output
	cmd := &cobra.Command{
		Use:   "add SID",
		Short: "Add an account, and print its token",
		Long: `Add an account, and print its token, which is shown only now: as a line for a
shell, or with --output json as {"account":"…","token":"…"}.`,
		Example: `  contacts sandbox account add IRteam --db contacts.db
  contacts sandbox account add IRother --accounts-file accounts.txt --output json`,
		Args:              exactlySID,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := out.check(); err != nil {
				return err
			}
			token := rand.Text()
			account, err := sandbox.NewAccount(args[0], token)
			if err != nil {
				return usagef("%s", strings.Replace(strings.TrimPrefix(err.Error(), "sandbox: "), "AccountSID", "SID", 1))
			}
			err = place.with(cmd.Context(), true, func(store sandbox.AccountStore) error { return store.AddAccount(cmd.Context(), account) })
			if errors.Is(err, sandbox.ErrAccountTaken) {
				return fmt.Errorf("there is an account %s already, %s; for a new token, remove it first", account.SID, place.kept)
			}
			if err != nil {
				return err
			}
			return printAdded(cmd.OutOrStdout(), out.format, account.SID, place.kept, token)
		},
	}
	place.addFlags(cmd)
	out.addFlags(cmd)
	return cmd
}

func printAdded(w io.Writer, format, sid, kept, token string) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(struct {
			Account string `json:"account"`
			Token   string `json:"token"`
		}{sid, token})
	}
	_, err := fmt.Fprintf(w, "# The account %s is %s. Its token is shown only now. To use it:\nexport %s=%s %s=%s\n",
		sid, plain(kept), accountVariable, shellWord(sid), tokenVariable, token)
	return err
}

func newAccountList() *cobra.Command {
	var place accountPlace
	var out output
	cmd := &cobra.Command{
		Use:               "list",
		Short:             "List the accounts, and when they were added",
		Long:              "List the accounts, and when they were added.",
		Example:           "  contacts sandbox account list --db contacts.db",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := out.check(); err != nil {
				return err
			}
			return place.with(cmd.Context(), false, func(store sandbox.AccountStore) error {
				accounts, _, err := store.Accounts(cmd.Context())
				if err != nil {
					return err
				}
				return printAccounts(cmd.OutOrStdout(), out.format, accounts)
			})
		},
	}
	place.addFlags(cmd)
	out.addFlags(cmd)
	return cmd
}

func printAccounts(w io.Writer, format string, accounts []sandbox.Account) error {
	type listed struct {
		Account string     `json:"account"`
		Added   *time.Time `json:"added,omitempty"`
	}
	list := []listed{}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, account := range accounts {
		one, added := listed{Account: account.SID}, "-"
		if !account.Added.IsZero() {
			one.Added, added = &account.Added, account.Added.Format(time.RFC3339)
		}
		list = append(list, one)
		fmt.Fprintf(table, "%s\t%s\n", account.SID, added)
	}
	if format == "json" {
		return json.NewEncoder(w).Encode(map[string]any{"accounts": list})
	}
	return table.Flush()
}

func newAccountRemove() *cobra.Command {
	var place accountPlace
	cmd := &cobra.Command{
		Use:   "remove SID",
		Short: "Remove an account; its contacts stay",
		Long: `Remove an account, at once and without a question. Its token no longer works.
Its contacts stay: an account of the same name that is added later has them. To
remove them, too, run contacts sandbox reset first.`,
		Example:           "  contacts sandbox account remove IRteam --db contacts.db",
		Args:              exactlySID,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := place.with(cmd.Context(), false, func(store sandbox.AccountStore) error { return store.RemoveAccount(cmd.Context(), args[0]) })
			if errors.Is(err, sandbox.ErrNoAccount) {
				return fmt.Errorf("there is no account %q %s; contacts sandbox account list has them all", plain(args[0]), place.kept)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The account %s %s was removed. Its contacts stay, for an account of that name.\n", args[0], plain(place.kept))
			return err
		},
	}
	place.addFlags(cmd)
	return cmd
}
