package main

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// A destination is where a command sends its request, and for whom.
type destination struct {
	baseURL   string
	tokenFile string
	sandbox   sandboxValue
	verbose   bool
}

// A connection is a client of one account. It must be closed.
type connection struct {
	*wrapper.Client
	close func()
}

func (d *destination) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&d.tokenFile, "auth-token-file", "", "read the token from `FILE` (default $"+tokenVariable+")")
	flags.StringVar(&d.baseURL, "base-url", "", "`URL` of the server (default $"+baseURLVariable+", or "+wrapper.DefaultBaseURL+")")
	flags.Var(&d.sandbox, "sandbox", "use a sandbox of the API inside this process: no account, no network; it keeps its contacts in FILE, or in the user's cache folder")
	flags.Lookup("sandbox").NoOptDefVal = inCache
	flags.BoolVar(&d.verbose, "verbose", false, "log each attempt on standard error; never a value of the input")
	must(cmd.RegisterFlagCompletionFunc("base-url", cobra.NoFileCompletions))
}

// inCache is the value of --sandbox without a file. The help shows it: --sandbox[=FILE].
const inCache = "FILE"

// A sandboxValue is the value of --sandbox.
type sandboxValue struct {
	used bool
	file string // empty: in the user's cache folder
}

func (v *sandboxValue) Set(text string) error {
	v.used, v.file = true, ""
	if text != inCache {
		v.file = text
	}
	return nil
}
func (v *sandboxValue) String() string { return "" }
func (v *sandboxValue) Type() string   { return "" }

// account is the one that requests are for; empty if it is not known.
func (d *destination) account() string {
	if d.sandbox.used {
		return sandboxAccount
	}
	return os.Getenv(accountVariable)
}

// connect makes the client. Everything that is missing is reported at once, after what is missing already.
func (d *destination) connect(cmd *cobra.Command, missing []string) (*connection, error) {
	options := []wrapper.Option{}
	if d.verbose {
		options = append(options, wrapper.WithLogger(slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelDebug}))))
	}
	if d.sandbox.used {
		for _, other := range []string{"base-url", "auth-token-file"} {
			if cmd.Flags().Changed(other) {
				return nil, usagef("--sandbox and --%s exclude each other: the sandbox has its own address and credentials", other)
			}
		}
		return startEmbedded(d.sandbox.file, cmd.ErrOrStderr(), options)
	}

	token := os.Getenv(tokenVariable)
	if d.tokenFile != "" {
		var err error
		if token, err = readToken(cmd.Context(), "--auth-token-file", d.tokenFile); err != nil {
			return nil, err
		}
	}
	var needs []string
	if d.account() == "" {
		needs = append(needs, "the account (set "+accountVariable+")")
	}
	if token == "" {
		needs = append(needs, "the token (set "+tokenVariable+", or give --auth-token-file)")
	}
	if needs = append(needs, missing...); len(needs) > 0 {
		return nil, usagef("missing: %s.\nTo try the command without an account, add --sandbox.", strings.Join(needs, ", "))
	}
	baseURL := cmp.Or(d.baseURL, os.Getenv(baseURLVariable), wrapper.DefaultBaseURL)
	client, err := wrapper.New(d.account(), token, append(options, wrapper.WithBaseURL(baseURL))...)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return &connection{client, client.Close}, nil
}

const maxToken = 64 << 10

// readToken reads a token from the file that a flag names, which may begin with a byte order mark and end in a line
// break.
func readToken(ctx context.Context, flag, file string) (string, error) {
	text, err := interruptible(ctx, func() ([]byte, error) { return readFile(file, maxToken) })
	if err == errInterrupted {
		return "", err
	} else if err != nil {
		return "", usagef("%s: %v", flag, err)
	}
	token := strings.TrimRight(string(text), "\r\n")
	if token == "" {
		return "", usagef("%s: %s is empty", flag, file)
	}
	return token, nil
}
