package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/contacts/sandbox"
)

func newSandbox() *cobra.Command {
	var s served
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a sandbox of the API on this machine",
		Long: `Serve a sandbox of the API on this machine, until it is interrupted: the
documented behaviour, for one account and any campaign. It prints where it
listens, what to export for other clients, and a curl command, to be pasted into
a shell.

The contacts are kept in memory, or in the file that --db names. Without
--auth-token-file the token is a new one each time.

It speaks plain HTTP, and listens on a loopback address unless told otherwise.
Another address needs --auth-token-file, so that the token is one that was
chosen.`,
		Example: `  contacts sandbox
  contacts sandbox --addr 127.0.0.1:0 --db contacts.db --strict`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`ADDRESS` to listen on; port 0 is any free one")
	flags.StringVar(&s.db, "db", "", "keep the contacts in `FILE` (default in memory)")
	flags.StringVar(&s.accountSID, "account-sid", sandboxAccount, "the `ACCOUNT` that the sandbox knows")
	flags.StringVar(&s.tokenFile, "auth-token-file", "", "read the AuthToken from `FILE` (default a random one)")
	flags.BoolVar(&s.strict, "strict", false, "refuse an image part that is not named as ProfileImageFile says, which the API's own example does")
	for _, flag := range []string{"addr", "account-sid"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
	return cmd
}

// served is a sandbox as a server of its own.
type served struct {
	addr, db, accountSID, tokenFile string
	strict                          bool
}

func (s *served) run(ctx context.Context, stdout, stderr io.Writer) error {
	// Resolved once, so that the address that is checked is the one that is listened on.
	address, err := net.ResolveTCPAddr("tcp", s.addr)
	if err != nil {
		return usagef("--addr: %v; it must have the form 127.0.0.1:8080", err)
	}
	local := address.IP.IsLoopback()
	token, shownToken := rand.Text(), ""
	if s.tokenFile == "" {
		if !local {
			return usagef("--addr %s can be reached from other machines: choose the AuthToken with --auth-token-file", s.addr)
		}
		shownToken = quote(token)
	} else {
		if token, err = readToken(s.tokenFile); err != nil {
			return err
		}
		file, err := filepath.Abs(s.tokenFile)
		if err != nil {
			return err
		}
		shownToken = `"$(cat ` + quote(file) + `)"` // a secret that somebody chose is not printed
	}

	store, kept := sandbox.NewMemory(), "in memory until it ends"
	if s.db != "" {
		kept = "in " + s.db
		if store, err = sandbox.OpenSQLite(s.db); err != nil {
			return err
		}
	}
	defer store.Close()
	box, err := sandbox.New(sandbox.Config{AccountSID: s.accountSID, AuthToken: token, Store: store, Strict: s.strict})
	if err != nil {
		return usagef("%v", err)
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen: %w; choose another address with --addr (127.0.0.1:0 is any free port)", err)
	}

	server := box.Server()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if !local {
		fmt.Fprintf(stderr, "contacts: warning: other machines can reach the sandbox at %s, and what it is sent, the token too, is not encrypted\n", listener.Addr())
	}
	if err := greet(stdout, listener.Addr().(*net.TCPAddr), kept, s.accountSID, shownToken); err != nil {
		return errors.Join(err, server.Close())
	}

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return store.Close()
}

// greet prints how to use the sandbox, as lines for a shell.
func greet(w io.Writer, address *net.TCPAddr, kept, accountSID, token string) error {
	host := address.IP
	if host.IsUnspecified() {
		host = net.IPv4(127, 0, 0, 1)
	}
	base := "http://" + net.JoinHostPort(host.String(), strconv.Itoa(address.Port))
	_, err := fmt.Fprintf(w, `# The sandbox listens on %[1]s and keeps contacts %[2]s. To use it:
export CONTACTS_BASE_URL=%[1]s CONTACTS_ACCOUNT_SID=%[3]s CONTACTS_AUTH_TOKEN=%[4]s CONTACTS_CAMPAIGN=1000

# To create a contact with curl:
curl %[1]s/Advertisers/%[3]s/Campaigns/1000/Contacts \
  -u %[3]s:%[4]s \
  -H 'Accept: application/json' \
  -d FirstName=Wile -d LastName=Coyote -d EmailAddress=wile.coyote@example.com -d Accounts=10000 \
  -d 'Title=Acme Partner Manager' \
  -d WorkPhoneNumberCountry=US -d WorkPhoneNumber=8051234567 \
  -d CellphoneNumberCountry=US -d CellphoneNumber=8059876543 \
  -d 'Labels=Main Contact,Acme Partner'
`, base, kept, accountSID, token)
	return err
}

// quote makes one word of a text, for a shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
