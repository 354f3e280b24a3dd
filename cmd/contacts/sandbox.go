package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
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
chosen.

For tests, --output json prints one line of JSON once it listens, with url,
account and token; --fault makes it misbehave, and the control API under
/_sandbox/ changes the faults while it runs and tells what it was sent.

` + faultHelp(),
		Example: `  contacts sandbox
  contacts sandbox --addr 127.0.0.1:0 --db contacts.db --strict
  contacts sandbox --fault 'drop=after-commit; times=1' --fault 'delay=200ms; one-in=10; seed=7'`,
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
	flags.StringArrayVar(&s.faults, "fault", nil, "misbehave by `FAULT`; may be repeated")
	flags.StringVar(&s.controlTokenFile, "control-token-file", "", "let a Bearer use the control API whose token is in `FILE`, as account and token do in any case")
	flags.StringArrayVar(&s.controlHosts, "control-host", nil, "let the control API be reached under `NAME`, beside localhost and IP addresses; may be repeated")
	flags.StringVar(&s.output, "output", "text", "`FORMAT` of what is printed once it listens: text, or json")
	for _, flag := range []string{"addr", "account", "system-contacts", "control-host"} {
		must(cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions))
	}
	must(cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"json", "text"}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("fault", completeFault))
	return cmd
}

// faultHelp lists the faults.
func faultHelp() string {
	var b strings.Builder
	b.WriteString("Faults, each NAME=VALUE; PARAMETER=VALUE:\n")
	for _, kind := range sandbox.FaultKinds() {
		fmt.Fprintf(&b, "  %s=%s", kind.Name, kind.Value)
		for _, parameter := range kind.Parameters {
			b.WriteString("; " + parameter)
		}
		b.WriteString("\n      " + strings.ReplaceAll(wrapped(kind.Description), "\n", "\n      ") + "\n")
	}
	b.WriteString("and each with\n")
	for _, parameter := range sandbox.CommonFaultParameters() {
		fmt.Fprintf(&b, "  %s=%s\n      %s\n", parameter.Name, parameter.Value, parameter.Description)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func completeFault(*cobra.Command, []string, string) (completions []string, directive cobra.ShellCompDirective) {
	for _, kind := range sandbox.FaultKinds() {
		completions = append(completions, kind.Name+"=")
	}
	return completions, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// served is a sandbox as a server of its own.
type served struct {
	addr, db, account, tokenFile string
	controlTokenFile, output     string
	strict                       bool
	systemContacts               int
	faults, controlHosts         []string
}

func (s *served) run(ctx context.Context, stdout, stderr io.Writer) error {
	if err := (&output{s.output}).check(); err != nil {
		return err
	}
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
		if token, err = readToken(ctx, "--auth-token-file", s.tokenFile); err != nil {
			return err
		}
		file, err := filepath.Abs(s.tokenFile)
		if err != nil {
			return err
		}
		shownToken = `"$(cat ` + quote(file) + `)"` // a secret that somebody chose is not printed
	}

	controlToken := ""
	if s.controlTokenFile != "" {
		if controlToken, err = readToken(ctx, "--control-token-file", s.controlTokenFile); err != nil {
			return err
		}
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
		Faults: s.faults, ControlToken: controlToken, ControlHosts: s.controlHosts,
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
	var faults []string // with the seeds that nobody chose
	for _, state := range box.Faults() {
		faults = append(faults, state.Fault)
	}
	base := baseURL(listener.Addr().(*net.TCPAddr))
	if s.output == "json" {
		ready := readyLine{URL: base, Account: s.account, Faults: faults}
		if s.tokenFile == "" {
			ready.Token = token
		}
		err = json.NewEncoder(stdout).Encode(ready)
	} else {
		err = greet(stdout, base, kept, s.account, shownToken, faults)
	}
	if err != nil {
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

// A readyLine is what a test that started the sandbox reads.
type readyLine struct {
	URL     string   `json:"url"`
	Account string   `json:"account"`
	Token   string   `json:"token,omitempty"` // not one that somebody chose
	Faults  []string `json:"faults,omitempty"`
}

// baseURL is one by which this machine reaches an address.
func baseURL(address *net.TCPAddr) string {
	host := address.IP
	if host.IsUnspecified() {
		host = net.IPv4(127, 0, 0, 1)
	}
	return "http://" + net.JoinHostPort(host.String(), strconv.Itoa(address.Port))
}

// greet prints how to use the sandbox, as lines for a shell.
func greet(w io.Writer, base, kept, account, token string, faults []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# The sandbox listens on %s and keeps contacts %s. To use it:\n", base, kept)
	for _, fault := range faults {
		fmt.Fprintf(&b, "# It misbehaves: %s\n", fault)
	}
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
