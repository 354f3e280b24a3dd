package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// of is the environment of commands for a sandbox that runs.
func (r readyLine) of() []string {
	return []string{"CONTACTS_BASE_URL=" + r.URL, "CONTACTS_ACCOUNT=" + r.Account, "CONTACTS_TOKEN=" + r.Token, "CONTACTS_CAMPAIGN_ID=1000"}
}

func TestResetExportAndLoad(t *testing.T) {
	serve := command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--output=json", "--control-token-file=control", "--accounts-file=accounts")
	control := filepath.Join(serve.Dir, "control")
	require.NoError(t, os.WriteFile(control, []byte("a-token-for-control"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(serve.Dir, "accounts"), nil, 0o600))
	ready := readLine(t, serve)
	run := func(args ...string) result { return outcome(t, command(t, ready.of(), args...)) }
	for range 2 {
		require.Equal(t, 0, run(with(wile, "create")...).code)
	}
	exported := run("sandbox", "export")
	require.Equal(t, 0, exported.code, exported.stderr)
	assert.Equal(t, 2, strings.Count(exported.stdout, `"FirstName":"Wile"`))
	all := run("sandbox", "export", "--control-token-file", control)
	assert.Equal(t, strings.ReplaceAll(exported.stdout, `{"campaign"`, `{"account":"IRsandbox","campaign"`), all.stdout)
	assert.Equal(t, exported.stdout, strings.ReplaceAll(run("sandbox", "export", "--control-token-file", control, "--account=IRsandbox").stdout, `"account":"IRsandbox",`, ""))
	assert.Equal(t, result{}, run("sandbox", "export", "--control-token-file", control, "--account=IRother"))

	file := filepath.Join(t.TempDir(), "contacts.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(exported.stdout), 0o600))
	r := run("sandbox", "load", file)
	assert.Equal(t, 3, r.code)
	assert.Equal(t, "contacts: refused: the sandbox responded with 409 Conflict: Line 1: the id 2750 is taken. Nothing was loaded.\n", r.stderr)
	assert.Equal(t, result{0, "Removed 2 contacts.\n", ""}, run("sandbox", "reset"))
	assert.Equal(t, result{}, run("sandbox", "export"))
	assert.Equal(t, result{0, "Loaded 2 contacts.\n", ""}, run("sandbox", "load", file))
	assert.Equal(t, exported, run("sandbox", "export"))
	assert.Equal(t, result{0, "Removed 2 contacts.\n", ""}, run("sandbox", "reset", "--control-token-file", control))

	load := command(t, ready.of(), "sandbox", "load", "-", "--control-token-file", control)
	load.Stdin = strings.NewReader(strings.ReplaceAll(all.stdout, "IRsandbox", "IRother"))
	assert.Equal(t, result{0, "Loaded 2 contacts.\n", ""}, outcome(t, load))
	assert.Equal(t, 2, strings.Count(run("sandbox", "export", "--control-token-file", control).stdout, `{"account":"IRother",`))
}

func TestManagingSaysWhatIsKnown(t *testing.T) {
	drop := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("{}\n"))
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		args    []string
		code    int
		says    string
	}{
		{"wrong token", respond(401, `{"Message":"The AuthToken is wrong."}`), []string{"reset"}, 3, "refused: the sandbox responded with 401 Unauthorized: The AuthToken is wrong."},
		{"another server", respond(404, "<html>"), []string{"export"}, 3, "refused: the sandbox responded with 404 Not Found"},
		{"another server", respond(200, "<html>"), []string{"reset"}, 4, "in doubt: "},
		{"a redirect", respond(307, "", "Location", "http://example.com/"), []string{"export"}, 1, "307 Temporary Redirect"},
		{"it fails", respond(500, `{"Message":"See its log."}`), []string{"reset"}, 4, "in doubt: it is not known whether it was done: the sandbox responded with 500 Internal Server Error: See its log."},
		{"it fails", respond(500, ""), []string{"export"}, 1, "500 Internal Server Error"},
		{"no response", drop, []string{"reset"}, 4, "in doubt: it is not known whether it was done: "},
		{"no response", drop, []string{"export"}, 1, "EOF"},
		{"half a response", half, []string{"export"}, 1, "the export is not whole: "},
	} {
		t.Run(c.name+" "+c.args[0], func(t *testing.T) {
			server := serve(t, c.handler)
			r := outcome(t, command(t, credentials(server.URL), append([]string{"sandbox"}, c.args...)...))
			assert.Equal(t, c.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, c.says)
			if assert.Len(t, server.seen(), 1) {
				assert.Equal(t, testToken, server.seen()[0].token)
			}
		})
	}
	r := outcome(t, command(t, credentials("http://127.0.0.1:1"), "sandbox", "reset"))
	assert.Equal(t, 5, r.code)
	assert.Contains(t, r.stderr, "contacts: not sent: ")
}

func TestWrongUseOfManagingCommands(t *testing.T) {
	server := serve(t, respond(200, "{}"))
	good := credentials(server.URL)
	for _, c := range []struct {
		env, args []string
		says      string
	}{
		{nil, []string{"reset"}, "missing: the sandbox (set CONTACTS_BASE_URL, or give --base-url), the account (set CONTACTS_ACCOUNT), the token (set CONTACTS_TOKEN, or give --auth-token-file, or --control-token-file)."},
		{good[1:], []string{"export"}, "missing: the sandbox"},
		{good, []string{"reset", "IRa"}, "takes flags only"},
		{good, []string{"load"}, "contacts sandbox load takes one FILE, or - for standard input"},
		{good, []string{"load", "missing.jsonl"}, "missing.jsonl"},
		{good, []string{"load", "/dev/zero"}, "more than"},
		{good, []string{"reset", "--base-url=http://example.com"}, "must begin with https://"},
		{good, []string{"reset", "--account=IRa"}, "--account needs --control-token-file"},
		{good, []string{"reset", "--auth-token-file=/dev/null"}, "--auth-token-file: /dev/null is empty"},
		{good, []string{"reset", "--control-token-file=/dev/null"}, "--control-token-file: /dev/null is empty"},
		{good, []string{"reset", "--control-token-file=x", "--auth-token-file=y"}, "--auth-token-file and --control-token-file exclude each other"},
	} {
		r := outcome(t, command(t, c.env, append([]string{"sandbox"}, c.args...)...))
		assert.Equal(t, 6, r.code, "%v", c.args)
		assert.Contains(t, r.stderr, c.says)
	}
	assert.Empty(t, server.seen())
}

// The examples of the help work when they are pasted, at the address of a sandbox that runs.
func TestExamplesOfManagingCommands(t *testing.T) {
	ready := readLine(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--output=json"))
	self, err := os.Executable()
	require.NoError(t, err)
	lines := "contacts() { CONTACTS_TEST_AS_COMMAND=1 " + quote(self) + ` "$@"; }` + "\n"
	for _, name := range []string{"export", "reset", "load", "account add", "account list", "account", "account remove"} {
		cmd, _, err := newRoot().Find(append([]string{"sandbox"}, strings.Fields(name)...))
		require.NoError(t, err)
		example := cmd.Example
		if name == "account" { // what it adds is there by now
			example = strings.ReplaceAll(example, "IRteam", "IRanother")
		}
		lines += strings.ReplaceAll(example, "http://127.0.0.1:8080", ready.URL) + "\n"
	}
	out := pasted(t, lines, ready.of()...)
	assert.Equal(t, []string{"Removed 0 contacts.", "Loaded 0 contacts.", "Loaded 1 contact."}, strings.Split(out, "\n")[:3])
	assert.Contains(t, out, "The account IRteam in contacts.db was removed.")
}
