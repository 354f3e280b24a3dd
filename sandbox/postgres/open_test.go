package postgres_test

import (
	"context"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/postgres"
)

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), address)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, address, statement string, args ...any) {
	t.Helper()
	_, err := connect(t, address).Exec(context.Background(), statement, args...)
	require.NoError(t, err)
}

func TestOpeningOneDatabaseAtOnce(t *testing.T) {
	address := postgrestest.Database(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			database, err := postgres.Open(context.Background(), address)
			if assert.NoError(t, err) {
				_, err := database.Create(context.Background(), sandbox.Record{Contact: "{}"})
				assert.NoError(t, err)
				assert.NoError(t, database.Close())
			}
		})
	}
	group.Wait()
}

func TestOpeningAgainKeepsAll(t *testing.T) {
	ctx, address := context.Background(), postgrestest.Database(t)
	record := sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: "{}"}
	for n := range int64(3) {
		database := open(t, address)
		id, err := database.Create(ctx, record)
		require.NoError(t, err)
		assert.Equal(t, sandbox.FirstID+n, id)
		records, err := database.Page(ctx, "", 0, 10)
		require.NoError(t, err)
		assert.Len(t, records, int(n)+1)
		require.NoError(t, database.Close())
	}
}

// What Open refuses stays as it was.
func TestOpeningWhatIsNotOurs(t *testing.T) {
	tables := func(address string) (names []string) {
		rows, err := connect(t, address).Query(context.Background(), "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
		require.NoError(t, err)
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return names
	}
	refused := func(address, words string) {
		t.Helper()
		before := tables(address)
		_, err := postgres.Open(context.Background(), address)
		assert.ErrorContains(t, err, words)
		assert.Equal(t, before, tables(address))
	}

	other := postgrestest.Database(t)
	execute(t, other, "CREATE TABLE goose_db_version (id int); CREATE TABLE contact (id int)")
	refused(other, "it has tables of another program; name a database of its own")

	newer := postgrestest.Database(t)
	require.NoError(t, open(t, newer).Close())
	execute(t, newer, "INSERT INTO sandbox_version (version_id, is_applied) VALUES (4711, true)")
	refused(newer, "a newer version of this program made its tables (version 4711")
}

func TestErrorsOfOpenAreClearAndHoldNoPassword(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := listener.Addr().String()
	require.NoError(t, listener.Close())
	right, err := url.Parse(postgrestest.Start(t).Address())
	require.NoError(t, err)
	wrong := *right
	wrong.User = url.UserPassword("postgres", "pass-word")

	for address, words := range map[string]string{
		"postgres://me:pass-word@" + nobody + "/contacts":                         "cannot open the database \"contacts\" on 127.0.0.1",
		"postgres://me:pass-word@" + nobody + "/contacts?connect_timeout=x":       "cannot be read; it must have the form postgres://",
		"postgres://me:pass-word@[::1/contacts":                                   "cannot be read",
		"postgres://me:pass%-word@" + nobody + "/contacts":                        "cannot be read",
		"postgres://" + nobody + "/contacts?user=me&password=pass-word&sslmode=x": "cannot be read",
		wrong.String(): "password authentication failed",
		strings.Replace(right.String(), right.Path, "/none", 1): `"none"`,
	} {
		_, err := postgres.Open(context.Background(), address)
		require.Error(t, err)
		assert.ErrorContains(t, err, words)
		assert.NotContains(t, strings.ReplaceAll(err.Error(), "password authentication", ""), "pass")
	}
}

func TestConnectionsHaveALimit(t *testing.T) {
	ctx := context.Background()
	for query, most := range map[string]int{"": 17, "?pool_max_conns=4": 9} {
		address := postgrestest.Database(t)
		database := open(t, address+query)
		require.NoError(t, database.SetFaults(ctx, "", []string{"delay=1ms"}))
		sets, _, err := database.FaultSets(ctx)
		require.NoError(t, err)
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				_, err := database.Page(ctx, "", 0, 1)
				assert.NoError(t, err)
				_, err = database.Draw(ctx, sandbox.FaultCounter{Set: sets[0].ID, AccountSID: "IRa"})
				assert.NoError(t, err)
				_, err = database.Create(ctx, sandbox.Record{Contact: "{}"})
				assert.NoError(t, err)
			})
		}
		group.Wait()
		var connections int
		err = connect(t, address).QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").Scan(&connections)
		require.NoError(t, err)
		assert.LessOrEqual(t, connections, most)
		assert.Greater(t, connections, 2)
	}
}
