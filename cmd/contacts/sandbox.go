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
	flags.StringVar(&s.account, "account", sandboxAccount, "the `ACCOUNT` that the sandbox knows")
	flags.StringVar(&s.tokenFile, "auth-token-file", "", "read the token from `FILE` (default a random one)")
	flags.BoolVar(&s.strict, "strict", false, "refuse an image part that is not named as ProfileImageFile says, which the API's own example does")
	flags.IntVar(&s.systemContacts, "system-contacts", 0, fmt.Sprintf("how many contacts campaign %d has that the system made, and that can hardly be changed, as a `NUMBER`", sandbox.SystemCampaign))
	for _, flag := range []string{"addr", "account", "system-contacts"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
	return cmd
}

// served is a sandbox as a server of its own.
type served struct {
	addr, db, account, tokenFile string
	strict                       bool
	systemContacts               int
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
			return usagef("--addr %s can be reached from other machines: choose the token with --auth-token-file", s.addr)
		}
		shownToken = quote(token)
	} else {
		if token, err = readToken(ctx, s.tokenFile); err != nil {
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
	box, err := sandbox.New(sandbox.Config{
		AccountSID: s.account, AuthToken: token, Store: store, Strict: s.strict, SystemContacts: s.systemContacts,
	})
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
	if err := greet(stdout, listener.Addr().(*net.TCPAddr), kept, s.account, shownToken); err != nil {
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
func greet(w io.Writer, address *net.TCPAddr, kept, account, token string) error {
	host := address.IP
	if host.IsUnspecified() {
		host = net.IPv4(127, 0, 0, 1)
	}
	base := "http://" + net.JoinHostPort(host.String(), strconv.Itoa(address.Port))
	var b strings.Builder
	fmt.Fprintf(&b, "# The sandbox listens on %s and keeps contacts %s. To use it:\n", base, kept)
	fmt.Fprintf(&b, "export %s=%s %s=%s %s=%s", baseURLVariable, base, accountVariable, account, tokenVariable, token)
	o := firstForm()
	for _, parameter := range pathParameters(o) {
		fmt.Fprintf(&b, " %s=%s", parameter.variable(), shellWord(parameter.Example))
	}
	fmt.Fprintf(&b, "\n\n# To send a request with curl:\ncurl %s \\\n  -u %s:%s \\\n  -H 'Accept: application/json'", base+examplePath(o, account), account, token)
	for _, field := range exampleFields(o) {
		fmt.Fprintf(&b, " \\\n  --data-urlencode %s", shellWord(field.Name+"="+field.Example))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// quote makes one word of a text, for a shell.
func quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
