package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// added reads what `account add` prints for a shell.
func added(t *testing.T, r result) (token string) {
	t.Helper()
	require.Equal(t, 0, r.code, r.stderr)
	export := regexp.MustCompile(`\nexport CONTACTS_ACCOUNT=\S+ CONTACTS_TOKEN=([A-Z2-7]{26})\n$`).FindStringSubmatch(r.stdout)
	require.NotNil(t, export, r.stdout)
	return export[1]
}

// status is that of a list of an account's contacts.
func status(t *testing.T, base, account, token string) int {
	t.Helper()
	request, err := http.NewRequest("GET", base+"/Advertisers/"+account+"/Campaigns/1000/Contacts", nil)
	require.NoError(t, err)
	request.SetBasicAuth(account, token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	return response.StatusCode
}

func TestAccountsOfASandboxThatRuns(t *testing.T) {
	for _, flag := range []string{"--db", "--accounts-file"} {
		t.Run(flag, func(t *testing.T) {
			place := flag + "=" + filepath.Join(t.TempDir(), "file")
			run := func(args ...string) result {
				return outcome(t, command(t, nil, append([]string{"sandbox", "account"}, append(args, place)...)...))
			}
			first := added(t, run("add", "IRfirst"))
			ready := readLine(t, command(t, nil, "sandbox", "--addr=127.0.0.1:0", "--output=json", place))
			assert.Equal(t, 200, status(t, ready.URL, "IRfirst", first))
			assert.Equal(t, 200, status(t, ready.URL, ready.Account, ready.Token), "beside that of --account")

			second := added(t, run("add", "IRsecond"))
			assert.NotEqual(t, first, second)
			assert.Equal(t, 200, status(t, ready.URL, "IRsecond", second), "at once")
			assert.Equal(t, 401, status(t, ready.URL, "IRsecond", first))
			assert.Regexp(t, `^IRfirst   20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\nIRsecond  20\S+Z\n$`, run("list").stdout)
			list := decoded(t, run("list", "--output=json").stdout)["accounts"].([]any)
			require.Len(t, list, 2)
			assert.Equal(t, "IRfirst", list[0].(map[string]any)["account"])

			third := decoded(t, run("add", "IRthird", "--output=json").stdout)
			assert.Equal(t, 200, status(t, ready.URL, third["account"].(string), third["token"].(string)))

			r := run("add", "IRfirst")
			assert.Equal(t, 1, r.code)
			assert.Contains(t, r.stderr, "there is an account IRfirst already, in ")
			r = run("remove", "IRfirst")
			assert.Equal(t, 0, r.code, r.stderr)
			assert.Contains(t, r.stdout, "The account IRfirst in ")
			assert.Contains(t, r.stdout, "Its contacts stay")
			assert.Eventually(t, func() bool { return status(t, ready.URL, "IRfirst", first) == 401 }, 10*time.Second, 50*time.Millisecond)
			assert.Equal(t, 200, status(t, ready.URL, "IRsecond", second))
			r = run("remove", "IRfirst")
			assert.Equal(t, 1, r.code)
			assert.Contains(t, r.stderr, `there is no account "IRfirst" in `)

			content, err := os.ReadFile(strings.TrimPrefix(place, flag+"="))
			require.NoError(t, err)
			assert.NotContains(t, string(content), second, "tokens are kept as digests")
		})
	}
}

func TestWrongUseOfAccountCommands(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{}, "say what to do: contacts sandbox account add, list or remove"},
		{[]string{"ad"}, `there is no command "ad"; did you mean add?`},
		{[]string{"add", "--db=x.db"}, "contacts sandbox account add takes one SID, such as IRteam"},
		{[]string{"remove", "a", "b", "--db=x.db"}, "contacts sandbox account remove takes one SID"},
		{[]string{"list", "a", "--db=x.db"}, "takes flags only"},
		{[]string{"add", "IRa"}, "say where the accounts are: --db, or --accounts-file"},
		{[]string{"list", "--db=a", "--accounts-file=b"}, "--db and --accounts-file exclude each other"},
		{[]string{"list", "--db=missing.db"}, "there are no accounts: stat missing.db"},
		{[]string{"remove", "a", "--accounts-file=missing"}, "there are no accounts: stat missing"},
		{[]string{"add", "a/b", "--db=x.db"}, "SID must be one or more of A-Z a-z 0-9"},
		{[]string{"add", "a", "--db=x.db", "--output=yaml"}, "--output must be text or json"},
		{[]string{"list", "--db=x.db", "--output=yaml"}, "--output must be text or json"},
	} {
		cmd := command(t, nil, append([]string{"sandbox", "account"}, c.args...)...)
		r := outcome(t, cmd)
		assert.Equal(t, 6, r.code, "%v", c.args)
		assert.Empty(t, r.stdout)
		assert.Contains(t, r.stderr, c.says)
		entries, err := os.ReadDir(cmd.Dir)
		require.NoError(t, err)
		assert.Empty(t, entries, "no file is made")
	}
}
