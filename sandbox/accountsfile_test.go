package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/internal/storetest"
)

func openAccountsFile(t *testing.T, path string) sandbox.AccountStore {
	store, err := sandbox.OpenAccountsFile(path)
	require.NoError(t, err)
	return store
}

func TestAccountsFile(t *testing.T) {
	storetest.Accounts(t, func(t *testing.T) sandbox.AccountStore {
		return openAccountsFile(t, filepath.Join(t.TempDir(), "accounts"))
	})
}

// lineOf is the line of an account in a file.
func lineOf(sid, token string) string {
	digest := sha256.Sum256([]byte(token))
	return sid + " sha256:" + hex.EncodeToString(digest[:])
}

// What a person has written stays as it is.
func TestAccountsFileKeepsOtherLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts")
	before := "# our team\r\n\n  " + lineOf("IRa", "token-a") + "  2026-01-02T03:04:05+01:00\n" + strings.ToUpper(lineOf("irb", "token-b")[:3]) + lineOf("irb", "token-b")[3:]
	require.NoError(t, os.WriteFile(path, []byte(before), 0o640))
	store := openAccountsFile(t, path)
	list, _, err := store.Accounts(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "2026-01-02 02:04:05 +0000 UTC", list[1].Added.String())
	assert.Zero(t, list[0].Added)

	account, err := sandbox.NewAccount("IRc", "token-c")
	require.NoError(t, err)
	require.NoError(t, store.AddAccount(t.Context(), account))
	require.NoError(t, store.RemoveAccount(t.Context(), "IRB"))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.Split(string(content), "\n")
	require.Len(t, lines, 5)
	assert.Equal(t, []string{"# our team", "", "  " + lineOf("IRa", "token-a") + "  2026-01-02T03:04:05+01:00"}, lines[:3])
	assert.True(t, strings.HasPrefix(lines[3], lineOf("IRc", "token-c")+" 20"), lines[3])
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	}
}

func TestNewAccountsFileIsTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	folder := t.TempDir()
	account, err := sandbox.NewAccount("IRa", "token-a")
	require.NoError(t, err)
	require.NoError(t, openAccountsFile(t, filepath.Join(folder, "accounts")).AddAccount(t.Context(), account))
	info, err := os.Stat(filepath.Join(folder, "accounts"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.NoError(t, os.Symlink("accounts", filepath.Join(folder, "link")))
	require.NoError(t, openAccountsFile(t, filepath.Join(folder, "link")).RemoveAccount(t.Context(), "IRa"))
	content, err := os.ReadFile(filepath.Join(folder, "accounts"))
	require.NoError(t, err)
	assert.Empty(t, content, "a link is followed")
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "no lock is left")
}

func TestAccountsFileNamesTheLineThatIsWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts")
	good := lineOf("IRa", "token-a")
	for line, says := range map[string]string{
		"IRb":                             "line 2: it must have the form SID sha256:HEX",
		"IRb secret":                      "line 2: it must have the form",
		"IRb sha256:00":                   "line 2: it must have the form",
		"IRb " + good[4:] + "x":           "line 2: it must have the form",
		lineOf("IRb", "b") + " today":     "line 2: it must have the form",
		lineOf("IRb", "b") + " 1 2":       "line 2: it must have the form",
		lineOf("IR/b", "b"):               "line 2: AccountSID must be",
		lineOf("IRa", "b"):                "line 2: it has the account or the token of line 1",
		lineOf("IRb", "token-a"):          "line 2: it has the account or the token of line 1",
		"# x\n" + lineOf("IRb", "") + "x": "line 3: it must have the form",
	} {
		require.NoError(t, os.WriteFile(path, []byte(good+"\n"+line+"\n"), 0o600))
		_, err := sandbox.OpenAccountsFile(path)
		assert.ErrorContains(t, err, says, line)
		assert.ErrorContains(t, err, path)
	}
	for path, says := range map[string]string{"": "the path is empty", t.TempDir(): "not a regular file"} {
		_, err := sandbox.OpenAccountsFile(path)
		assert.ErrorContains(t, err, says)
	}
}

func TestAccountsFileIsChangedByOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "accounts")
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			account, err := sandbox.NewAccount("IR"+string(rune('a'+n)), "token"+string(rune('a'+n)))
			assert.NoError(t, err)
			assert.NoError(t, openAccountsFile(t, path).AddAccount(t.Context(), account))
		})
	}
	group.Wait()
	list, _, err := openAccountsFile(t, path).Accounts(t.Context())
	require.NoError(t, err)
	assert.Len(t, list, 8)
}
