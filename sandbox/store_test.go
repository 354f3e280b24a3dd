package sandbox_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/internal/storetest"
)

func openSQLite(t testing.TB, path string) sandbox.Store {
	store, err := sandbox.OpenSQLite(path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	return store
}

func TestStores(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) sandbox.Store{
		"memory": func(*testing.T) sandbox.Store { return sandbox.NewMemory() },
		"SQLite": func(t *testing.T) sandbox.Store { return openSQLite(t, filepath.Join(t.TempDir(), "contacts.db")) },
	} {
		t.Run(name, func(t *testing.T) { storetest.Store(t, open) })
	}
}

func TestStoresThatShareAFile(t *testing.T) {
	storetest.Shared(t, func(t *testing.T) (a, b sandbox.Store) {
		path := filepath.Join(t.TempDir(), "contacts.db")
		return openSQLite(t, path), openSQLite(t, path)
	})
}

func TestLocalState(t *testing.T) {
	storetest.State(t, func(*testing.T) sandbox.State { return sandbox.NewState() })
}
