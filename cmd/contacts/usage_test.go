package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts"
	"example.com/contacts/wrapper"
)

// A wrong command line sends nothing, and says what to change.
func TestUsage(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	good := credentials(server.URL)
	for _, c := range []struct {
		name string
		env  []string
		args []string
		says []string
	}{
		{"no credentials", nil, with(wile, "create"),
			[]string{"CONTACTS_ACCOUNT", "CONTACTS_TOKEN", "--auth-token-file", "CONTACTS_CAMPAIGN_ID", "--campaign-id", "add --sandbox"}},
		{"no token", good[:2], with(wile, "create", "--campaign-id=1"), []string{"missing: the token"}},
		{"no campaign", good[:3], with(wile, "create"), []string{"missing: the campaign id"}},
		{"no campaign for an id", good[:3], []string{"get", "2750"}, []string{"missing: the campaign id"}},
		{"a campaign that is no number", with(good[:3], "CONTACTS_CAMPAIGN_ID=x"), with(wile, "create"), []string{"--campaign-id: CampaignId must be a whole number."}},
		{"a flag that is no number", good, with(wile, "create", "--campaign-id=x"), []string{"--campaign-id: CampaignId must be a whole number."}},
		{"a page that is no number", good, []string{"list", "--page=x"}, []string{"--page: Page must be a whole number."}},
		{"an endless token file", good, with(wile, "create", "--auth-token-file=/dev/zero"), []string{"--auth-token-file", "more than"}},
		{"no token file", good, with(wile, "create", "--auth-token-file=missing"), []string{"--auth-token-file", "missing"}},
		{"an empty token file", good, with(wile, "create", "--auth-token-file=/dev/null"), []string{"--auth-token-file", "is empty"}},
		{"http to another machine", good, with(wile, "create", "--base-url=http://example.com"), []string{"https://"}},
		{"a proxy that cannot be one", with(good, "HTTPS_PROXY=ftp://proxy.example"), with(wile, "create", "--base-url=https://example.com"), []string{"HTTPS_PROXY: must be a proxy"}},
		{"an AccountSID that cannot be one", with(good, "CONTACTS_ACCOUNT=a:b"), with(wile, "create"), []string{"account: "}},
		{"a token as a flag", good, with(wile, "create", "--auth-token=x"), []string{"unknown flag: --auth-token"}},
		{"an unknown flag", good, with(wile, "create", "--titel=x"), []string{"unknown flag: --titel", "contacts create --help"}},
		{"an argument", good, with(wile, "create", "--title", "Acme", "Partner"), []string{`not "Partner"`, "quotes"}},
		{"both inputs", good, []string{"create", "--json=-", "--labels=x"}, []string{"leave out --labels, or --json"}},
		{"no such JSON file", good, []string{"create", "--json=missing.json"}, []string{"--json: ", "missing.json"}},
		{"another output", good, with(wile, "create", "--output=yaml"), []string{`--output must be text or json, not "yaml"`}},
		{"--sandbox and an address", good, with(wile, "create", "--sandbox", "--base-url="+server.URL), []string{"--sandbox and --base-url exclude each other"}},
		{"--sandbox and a token", good, with(wile, "create", "--sandbox", "--auth-token-file=x"), []string{"--sandbox and --auth-token-file exclude each other"}},
		{"an unknown command", good, []string{"creat"}, []string{`no command "creat"; did you mean create`}},
		{"an unlike command", good, []string{"frobnicate"}, []string{`no command "frobnicate"; see contacts --help`}},
		{"get without a contact", good, []string{"get"}, []string{"takes CONTACT-ID, or the Uri"}},
		{"get with two contacts", good, []string{"get", "1", "2"}, []string{"takes CONTACT-ID, or the Uri"}},
		{"get with a path of something else", good, []string{"get", "/Contacts/1"}, []string{"must have the form /Advertisers/"}},
		{"get with a path of another account", good, []string{"get", "/Advertisers/IRx/Campaigns/1/Contacts/1"}, []string{"is of another account than IRtest"}},
		{"get with two campaigns", good, []string{"get", "/Advertisers/IRtest/Campaigns/1/Contacts/1", "--campaign-id=2"}, []string{"leave --campaign-id out"}},
		{"get with an id that cannot be one", good, []string{"get", ".."}, []string{"CONTACT-ID: ContactId must not be . or .. in a path."}},
		{"update of nothing", good, []string{"update", "1"}, []string{"At least one parameter is required."}},
		{"an image as JSON", good, []string{"get-profile-image", "1", "--output=json"}, []string{"--save"}},
		{"check of nothing", nil, []string{"check"}, []string{"say what to check"}},
		{"check of what has no input", nil, []string{"check", "delete"}, []string{`no command "delete"`}},
		{"version with an argument", nil, []string{"version", "x"}, []string{"takes flags only"}},
		{"sandbox on no address", nil, []string{"sandbox", "--addr=here"}, []string{"--addr", "127.0.0.1:8080"}},
		{"sandbox for everybody, token unknown", nil, []string{"sandbox", "--addr=:0"}, []string{"choose the token with --auth-token-file"}},
		{"sandbox of an account that cannot be one", nil, []string{"sandbox", "--addr=127.0.0.1:0", "--account=a/b"}, []string{"AccountSID"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := c.args
			r := outcome(t, command(t, c.env, args...))
			assert.Equal(t, 6, r.code)
			assert.Empty(t, r.stdout)
			assert.True(t, strings.HasPrefix(r.stderr, "contacts: "), r.stderr)
			for _, words := range c.says {
				assert.Contains(t, r.stderr, words)
			}
		})
	}
	t.Cleanup(func() { assert.Empty(t, server.seen()) })
}

// A flag goes before the environment.
func TestPrecedence(t *testing.T) {
	server := serve(t, respond(200, createdBody))
	cmd := command(t, []string{"CONTACTS_BASE_URL=http://127.0.0.1:1", "CONTACTS_ACCOUNT=" + testAccount, "CONTACTS_TOKEN=other", "CONTACTS_CAMPAIGN_ID=1"},
		with(wile, "create", "--base-url", server.URL+"/base", "--campaign-id=42", "--auth-token-file=token.txt")...)
	require.NoError(t, os.WriteFile(filepath.Join(cmd.Dir, "token.txt"), []byte("\xef\xbb\xbf"+testToken+"\r\n"), 0o600))
	r := outcome(t, cmd)
	assert.Equal(t, 0, r.code, r.stderr)
	require.Len(t, server.seen(), 1)
	assert.Equal(t, testToken, server.seen()[0].token)
	assert.Equal(t, "/base/Advertisers/IRtest/Campaigns/42/Contacts", server.seen()[0].path)
}

func TestEveryCommandExplainsItself(t *testing.T) {
	commands := []*cobra.Command{newRoot()}
	for i := 0; i < len(commands); i++ {
		commands = append(commands, commands[i].Commands()...)
	}
	assert.Greater(t, len(commands), 20)
	for _, cmd := range commands {
		assert.NotEmpty(t, cmd.Short, cmd.Name())
		assert.NotEmpty(t, cmd.Long, cmd.Name())
		assert.Contains(t, cmd.Example, "contacts ", cmd.Name())
	}
	r := outcome(t, command(t, nil))
	assert.Equal(t, 0, r.code)
	for _, words := range []string{"Exit codes:", "CONTACTS_ACCOUNT", "CONTACTS_TOKEN", "CONTACTS_CAMPAIGN_ID", "CONTACTS_BASE_URL"} {
		assert.Contains(t, r.stdout, words)
	}
	assert.Equal(t, r, outcome(t, command(t, nil, "--help")))
}

func TestCompletion(t *testing.T) {
	countries := wrapper.OperationByID("createContact").Field("WorkPhoneNumberCountry").Enum.Values
	for _, c := range []struct {
		line []string
		want []string
		last string // what the shell adds: 0 files, 4 nothing, 8 files of these extensions
	}{
		{[]string{"create", "--work-phone-number-country", ""}, countries, ":4"},
		{[]string{"check", "create", "--cellphone-number-country", ""}, countries, ":4"},
		{[]string{"create", "--output", ""}, []string{"json", "text"}, ":4"},
		{[]string{"get", "--output", ""}, []string{"json", "text"}, ":4"},
		{[]string{"create", "--title", ""}, nil, ":4"},
		{[]string{"create", "--profile-image-file", ""}, nil, ":0"},
		{[]string{"create", "--auth-token-file", ""}, nil, ":0"},
		{[]string{"list", "--page", ""}, nil, ":4"},
		{[]string{"get", "--image", ""}, nil, ":0"},
		{[]string{"sandbox", "--db", ""}, nil, ":0"},
		{[]string{"sandbox", "--accounts-file", ""}, nil, ":0"},
		{[]string{"sandbox", ""}, []string{"account", "export", "healthcheck", "load", "reset"}, ":4"},
		{[]string{"sandbox", "account", ""}, []string{"add", "list", "remove"}, ":4"},
		{[]string{"sandbox", "account", "add", ""}, nil, ":4"},
		{[]string{"sandbox", "account", "add", "--db", ""}, nil, ":0"},
		{[]string{"sandbox", "account", "list", "--output", ""}, []string{"json", "text"}, ":4"},
		{[]string{"sandbox", "load", ""}, nil, ":0"},
		{[]string{"sandbox", "reset", "--account", ""}, nil, ":4"},
		{[]string{"create", "--json", ""}, []string{"json"}, ":8"},
		{[]string{"create", ""}, nil, ":4"},
		{[]string{"get", ""}, nil, ":4"},
	} {
		r := outcome(t, command(t, nil, with([]string{"__completeNoDesc"}, c.line...)...))
		assert.Equal(t, 0, r.code)
		assert.Equal(t, with(c.want, c.last), strings.Fields(r.stdout), "%v", c.line)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		r := outcome(t, command(t, nil, "completion", shell))
		assert.Equal(t, 0, r.code)
		assert.Contains(t, r.stdout, "contacts")
	}
}

func TestContract(t *testing.T) {
	r := outcome(t, command(t, nil, "contract"))
	assert.Equal(t, result{0, string(contacts.Contract), ""}, r)
}

func TestVersion(t *testing.T) {
	r := outcome(t, command(t, nil, "version"))
	assert.Equal(t, 0, r.code)
	assert.Regexp(t, `^contacts .*go1\.\d+.* \w+/\w+\n$`, r.stdout)
}
