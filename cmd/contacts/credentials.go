package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/contacts/wrapper"
)

// A destination is where a command sends its request, and for whom.
type destination struct {
	campaign    int64
	baseURL     string
	tokenFile   string
	sandbox     bool
	sandboxFile string
	verbose     bool
}

// A connection is a client of one account. It must be closed.
type connection struct {
	*wrapper.Client
	accountSID string
	campaign   int64
	close      func()
}

func (d *destination) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Int64Var(&d.campaign, "campaign", 0, "the campaign's `NUMBER` (default $CONTACTS_CAMPAIGN; 1000 in the sandbox)")
	flags.StringVar(&d.tokenFile, "auth-token-file", "", "read the AuthToken from `FILE` (default $CONTACTS_AUTH_TOKEN)")
	flags.StringVar(&d.baseURL, "base-url", "", "`URL` of the server (default $CONTACTS_BASE_URL, or "+wrapper.DefaultBaseURL+")")
	flags.BoolVar(&d.sandbox, "sandbox", false, "use a sandbox of the API inside this process: no account, no network")
	flags.StringVar(&d.sandboxFile, "sandbox-db", "", "keep the sandbox's contacts in `FILE` (default in the user's cache folder)")
	flags.BoolVar(&d.verbose, "verbose", false, "log each attempt on standard error; never a value of the contact")
	must(cmd.RegisterFlagCompletionFunc("campaign", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("base-url", cobra.NoFileCompletions))
}

// connect makes the client. Everything that is missing is reported at once.
func (d *destination) connect(cmd *cobra.Command, needsCampaign bool) (*connection, error) {
	flags := cmd.Flags()
	if d.sandbox {
		for _, other := range []string{"base-url", "auth-token-file"} {
			if flags.Changed(other) {
				return nil, usagef("--sandbox and --%s exclude each other: the sandbox has its own address and credentials", other)
			}
		}
	} else if flags.Changed("sandbox-db") {
		return nil, usagef("--sandbox-db is for --sandbox only; add --sandbox, or leave it out")
	}
	campaign, hasCampaign, err := d.findCampaign(flags.Changed("campaign"))
	if err != nil {
		return nil, err
	}
	options := []wrapper.Option{}
	if d.verbose {
		options = append(options, wrapper.WithLogger(slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelDebug}))))
	}

	if d.sandbox {
		if !hasCampaign {
			campaign = 1000
		}
		c, err := startEmbedded(d.sandboxFile, cmd.ErrOrStderr(), options)
		if err == nil {
			c.campaign = campaign
		}
		return c, err
	}

	accountSID, token := os.Getenv("CONTACTS_ACCOUNT_SID"), os.Getenv("CONTACTS_AUTH_TOKEN")
	if d.tokenFile != "" {
		if token, err = readToken(d.tokenFile); err != nil {
			return nil, err
		}
	}
	var missing []string
	if accountSID == "" {
		missing = append(missing, "the AccountSID (set CONTACTS_ACCOUNT_SID)")
	}
	if token == "" {
		missing = append(missing, "the AuthToken (set CONTACTS_AUTH_TOKEN, or give --auth-token-file)")
	}
	if needsCampaign && !hasCampaign {
		missing = append(missing, "the campaign (give --campaign, or set CONTACTS_CAMPAIGN)")
	}
	if len(missing) > 0 {
		return nil, usagef("missing: %s.\nTo try the command without an account, add --sandbox.", strings.Join(missing, ", "))
	}
	baseURL := cmp.Or(d.baseURL, os.Getenv("CONTACTS_BASE_URL"), wrapper.DefaultBaseURL)
	client, err := wrapper.New(accountSID, token, append(options, wrapper.WithBaseURL(baseURL))...)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return &connection{Client: client, accountSID: accountSID, campaign: campaign, close: func() {}}, nil
}

func (d *destination) findCampaign(given bool) (campaign int64, found bool, err error) {
	text := os.Getenv("CONTACTS_CAMPAIGN")
	if given || text == "" {
		return d.campaign, given, nil
	}
	campaign, err = strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, false, usagef("CONTACTS_CAMPAIGN must be a whole number, such as 1000")
	}
	return campaign, true, nil
}

// readToken reads a token from a file, which may end in a line break.
func readToken(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", usagef("--auth-token-file: %v", err)
	}
	token := strings.TrimRight(string(text), "\r\n")
	if token == "" {
		return "", usagef("--auth-token-file: %s is empty", file)
	}
	return token, nil
}

// path is the Uri of a contact of the account, from its id.
func (c *connection) path(id string) string {
	return fmt.Sprintf("/Advertisers/%s/Campaigns/%d/Contacts/%s", url.PathEscape(c.accountSID), c.campaign, id)
}
