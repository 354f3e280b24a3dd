package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/internal/storetest"
	"example.com/contacts/sandbox/postgres"
)

func open(t testing.TB, address string) *postgres.Database {
	t.Helper()
	database, err := postgres.Open(context.Background(), address)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, database.Close()) })
	return database
}

func openNew(t testing.TB) *postgres.Database { return open(t, postgrestest.Database(t)) }

func TestStore(t *testing.T) {
	storetest.Store(t, func(t *testing.T) sandbox.Store { return openNew(t) })
	t.Run("shared", func(t *testing.T) {
		storetest.Shared(t, func(t *testing.T) (a, b sandbox.Store) {
			address := postgrestest.Database(t)
			return open(t, address), open(t, address)
		})
	})
}

func TestState(t *testing.T) {
	t.Run("one process", func(t *testing.T) {
		storetest.State(t, func(t *testing.T) sandbox.State { return openNew(t) })
	})
	t.Run("two processes", func(t *testing.T) {
		storetest.SharedState(t, func(t *testing.T) (a, b sandbox.State) {
			address := postgrestest.Database(t)
			return open(t, address), open(t, address)
		})
	})
}

func TestRequests(t *testing.T) {
	t.Run("one process", func(t *testing.T) {
		storetest.Requests(t, func(t *testing.T) sandbox.RequestLog { return openNew(t).Requests() })
	})
	t.Run("two processes", func(t *testing.T) {
		storetest.SharedRequests(t, func(t *testing.T) (a, b sandbox.RequestLog) {
			address := postgrestest.Database(t)
			return open(t, address).Requests(), open(t, address).Requests()
		})
	})
}
