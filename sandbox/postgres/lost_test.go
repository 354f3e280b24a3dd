package postgres_test

import (
	"context"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
	"example.com/contacts/sandbox"
)

// A cutter is a way to PostgreSQL that may lose what that answers, and the connection with it.
type cutter struct {
	server string
	cuts   atomic.Bool
}

// newCutter returns an address that leads to another by way of a cutter.
func newCutter(t *testing.T, address string) (*cutter, string) {
	u, err := url.Parse(address)
	require.NoError(t, err)
	c := &cutter{server: u.Host}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", c.server)
			if err != nil {
				client.Close()
				continue
			}
			go pass(client, server, func() bool { return false })
			go pass(server, client, c.cuts.Load)
		}
	}()
	u.Host = listener.Addr().String()
	return c, u.String()
}

// pass passes bytes on until a connection ends, or some come that are lost.
func pass(from, to net.Conn, lost func() bool) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || lost() {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func TestWhoseAnswerIsLost(t *testing.T) {
	ctx := context.Background()
	server := postgrestest.Start(t)
	way, address := newCutter(t, server.Address())
	database := open(t, address)
	record := sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: `{"n":1}`}
	set := func(record *sandbox.Record) (sandbox.Change, error) {
		record.Contact = `{"n":2}`
		return sandbox.Keep, nil
	}
	first, err := database.Create(ctx, record)
	require.NoError(t, err)
	require.NoError(t, database.Change(ctx, "IRa", 7, first, set))

	way.cuts.Store(true)
	_, err = database.Create(ctx, record)
	assert.ErrorIs(t, err, sandbox.ErrInDoubt)
	assert.NotErrorIs(t, err, sandbox.ErrUnavailable)
	way.cuts.Store(false)
	records, err := database.Page(ctx, "IRa", 0, 10)
	require.NoError(t, err, "it connects again by itself")
	require.Len(t, records, 2, "it was created")

	way.cuts.Store(true)
	_, err = database.Get(ctx, "IRa", 7, first)
	assert.ErrorIs(t, err, sandbox.ErrUnavailable, "a read leaves no doubt")
	assert.NotErrorIs(t, err, sandbox.ErrInDoubt)
	err = database.Change(ctx, "IRa", 7, records[1].ID, set)
	assert.ErrorIs(t, err, sandbox.ErrUnavailable, "the connection was refused")
	way.cuts.Store(false)
	got, err := database.Get(ctx, "IRa", 7, records[1].ID)
	require.NoError(t, err)
	assert.Equal(t, `{"n":1}`, got.Contact)

	server.Kill(t)
	_, err = database.Get(ctx, "IRa", 7, first)
	assert.ErrorIs(t, err, sandbox.ErrUnavailable)
	for range 10 { // more than were connected
		_, err = database.Create(ctx, record)
		require.Error(t, err)
	}
	assert.ErrorIs(t, err, sandbox.ErrUnavailable)
	server.Restart(t)
	_, err = database.Create(ctx, record)
	require.NoError(t, err, "it connects again by itself")
}

// One that PostgreSQL does not take must not fail those that share its transaction.
func TestATextThatIsNoJSONIsRefusedByItself(t *testing.T) {
	database := openNew(t)
	for _, text := range []string{"a\x00b", "\xff"} {
		_, err := database.Create(context.Background(), sandbox.Record{AccountSID: "IRa", Contact: text})
		assert.ErrorContains(t, err, "Record.Contact is no JSON")
	}
	id, err := database.Create(context.Background(), sandbox.Record{AccountSID: "IRa", Contact: "{}"})
	require.NoError(t, err)
	assert.EqualValues(t, sandbox.FirstID, id)
}

// What an operator does to PostgreSQL passes.
func TestErrorsThatPass(t *testing.T) {
	ctx, address := context.Background(), postgrestest.Database(t)
	database := open(t, address)
	execute(t, address, "ALTER TABLE contact ADD CONSTRAINT refuse CHECK (campaign <> 8)")
	_, err := database.Create(ctx, sandbox.Record{CampaignID: 8, Contact: "{}"})
	require.Error(t, err)
	assert.NotErrorIs(t, err, sandbox.ErrUnavailable)
	assert.NotErrorIs(t, err, sandbox.ErrInDoubt)
	execute(t, address, "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '53100'; END $$;"+
		"CREATE TRIGGER full_disk BEFORE INSERT ON contact EXECUTE FUNCTION full_disk()")
	_, err = database.Create(ctx, sandbox.Record{CampaignID: 7, Contact: "{}"})
	assert.ErrorIs(t, err, sandbox.ErrUnavailable)
	execute(t, address, "DROP TRIGGER full_disk ON contact")
	_, err = database.Create(ctx, sandbox.Record{CampaignID: 7, Contact: "{}"})
	require.NoError(t, err)
}
