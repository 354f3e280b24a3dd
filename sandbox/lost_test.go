//go:build unix

package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// A create that would be gone after a restart is not one.
func TestNothingIsCreatedInAFileThatIsLost(t *testing.T) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		for name, lose := range map[string]func(path string) error{
			"removed":   os.Remove,
			"truncated": func(path string) error { return os.Truncate(path, 0) },
			"replaced": func(path string) error {
				content, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				if err := os.Remove(path); err != nil {
					return err
				}
				return os.WriteFile(path, content, 0o600)
			},
		} {
			for _, before := range []int{0, 1} {
				t.Run(name+" contacts.db"+suffix, func(t *testing.T) {
					path := filepath.Join(t.TempDir(), "contacts.db")
					store, err := sandbox.OpenSQLite(path)
					require.NoError(t, err)
					defer store.Close()
					a := start(t, sandbox.Config{Store: store})
					for range before {
						require.Equal(t, 200, a.post(formType, valid).StatusCode)
					}
					require.NoError(t, lose(path+suffix))
					if suffix == "-wal" && name == "truncated" && before == 0 {
						return // it was empty
					}
					for range 2 {
						a.post(formType, valid).requireError(t, 500)
					}
					a.send("DELETE", contacts+"/2750", "").requireError(t, 500)
					a.get(contacts + "/2750")
					if name == "removed" && suffix == "" {
						assert.NoFileExists(t, path, "reading makes no new file")
					}
				})
			}
		}
	}
}

// A file that cannot be written to is said to be so when the sandbox starts.
func TestADatabaseWithoutRightsDoesNotOpen(t *testing.T) {
	for name, modes := range map[string]struct{ file, folder os.FileMode }{
		"a file that cannot be written to":   {0o444, 0o777},
		"a folder that cannot be written to": {0o666, 0o555},
		"neither":                            {0o444, 0o555},
		"a file that cannot be read":         {0o000, 0o777},
	} {
		t.Run(name, func(t *testing.T) {
			directory, err := os.MkdirTemp("/tmp", "sandbox")
			require.NoError(t, err)
			defer os.RemoveAll(directory)
			folder := filepath.Join(directory, "folder")
			require.NoError(t, os.Mkdir(folder, 0o700))
			path := filepath.Join(folder, "contacts.db")
			store, err := sandbox.OpenSQLite(path)
			require.NoError(t, err)
			require.NoError(t, store.Close())
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.Chmod(path, modes.file))
			require.NoError(t, os.Chmod(folder, modes.folder))
			defer os.Chmod(folder, 0o700)
			require.NoError(t, os.Chmod(directory, 0o755))
			child := exec.Command(os.Args[0])
			if os.Getuid() == 0 { // for whom permissions do not count
				content, err := os.ReadFile(os.Args[0])
				require.NoError(t, err)
				child.Path = filepath.Join(directory, "test")
				require.NoError(t, os.WriteFile(child.Path, content, 0o755))
				child.SysProcAttr = asNobody()
			}
			child.Env = append(os.Environ(), openVariable+"="+path)
			out, err := child.CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.Contains(t, string(out), "cannot open the database")
			assert.Contains(t, string(out), "give this user the rights to the file and its folder")
			require.NoError(t, os.Chmod(path, 0o600))
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, before, after)
		})
	}
}

func asNobody() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}
