package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

func newAccount(t *testing.T, sid, token string) sandbox.Account {
	t.Helper()
	account, err := sandbox.NewAccount(sid, token)
	require.NoError(t, err)
	return account
}

func accounts(t *testing.T, open func(t *testing.T) sandbox.Store) {
	Accounts(t, func(t *testing.T) sandbox.AccountStore { return open(t) })
}

// Accounts tests an AccountStore. open opens an empty one.
func Accounts(t *testing.T, open func(t *testing.T) sandbox.AccountStore) {
	ctx := context.Background()
	store := open(t)
	now := func() ([]sandbox.Account, <-chan struct{}) {
		t.Helper()
		list, changed, err := store.Accounts(ctx)
		require.NoError(t, err)
		return list, changed
	}
	list, changed := now()
	assert.Empty(t, list)
	a, b, c := newAccount(t, "IRa", "token-a"), newAccount(t, "IRb", "token-b"), newAccount(t, "a.~_-Z", "token-c")
	assertOpen(t, changed)
	require.NoError(t, store.AddAccount(ctx, b))
	assertClosed(t, changed)
	require.NoError(t, store.AddAccount(ctx, c))
	require.NoError(t, store.AddAccount(ctx, a))
	list, changed = now()
	assert.Equal(t, []sandbox.Account{a, b, c}, list, "by their SIDs, as bytes")

	assert.ErrorIs(t, store.AddAccount(ctx, newAccount(t, "IRb", "another")), sandbox.ErrAccountTaken)
	assert.ErrorIs(t, store.AddAccount(ctx, newAccount(t, "IRd", "token-b")), sandbox.ErrTokenTaken)
	assert.ErrorIs(t, store.RemoveAccount(ctx, "IRd"), sandbox.ErrNoAccount)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	assert.ErrorIs(t, store.AddAccount(ended, newAccount(t, "IRd", "token-d")), context.Canceled)
	assert.ErrorIs(t, store.RemoveAccount(ended, "IRb"), context.Canceled)
	after, _ := now()
	assert.Equal(t, list, after)

	require.NoError(t, store.RemoveAccount(ctx, "IRb"))
	assertClosed(t, changed)
	assert.ErrorIs(t, store.RemoveAccount(ctx, "IRb"), sandbox.ErrNoAccount)
	list, _ = now()
	assert.Equal(t, []sandbox.Account{a, c}, list)
	require.NoError(t, store.AddAccount(ctx, b), "it can be added again, with the same token")
	list, _ = now()
	assert.Equal(t, []sandbox.Account{a, b, c}, list)
}

func assertOpen(t *testing.T, changed <-chan struct{}) {
	t.Helper()
	select {
	case <-changed:
		t.Error("nothing has changed, but the channel is closed")
	default:
	}
}

// assertClosed waits for a channel, as other processes may tell of a change.
func assertClosed(t *testing.T, changed <-chan struct{}) {
	t.Helper()
	select {
	case <-changed:
	case <-time.After(10 * time.Second):
		t.Error("the channel is still open")
	}
}

// Shared tests two Stores on one database.
func Shared(t *testing.T, open func(t *testing.T) (a, b sandbox.Store)) {
	ctx := context.Background()
	a, b := open(t)
	account := newAccount(t, "IRa", "token-a")
	require.NoError(t, a.AddAccount(ctx, account))
	list, _, err := b.Accounts(ctx)
	require.NoError(t, err)
	assert.Equal(t, []sandbox.Account{account}, list)
	assert.ErrorIs(t, b.AddAccount(ctx, account), sandbox.ErrAccountTaken)

	record := sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: "{}"}
	for i, store := range []sandbox.Store{a, b, a} {
		id, err := store.Create(ctx, record)
		require.NoError(t, err)
		assert.EqualValues(t, sandbox.FirstID+i, id)
	}
	record.ID = sandbox.FirstID + 10
	require.NoError(t, b.Load(ctx, []sandbox.Record{record}))
	id, err := a.Create(ctx, record)
	require.NoError(t, err)
	assert.EqualValues(t, sandbox.FirstID+11, id)
	assert.Len(t, all(t, b, "IRa"), 5)
	_, err = b.Reset(ctx, "IRa")
	require.NoError(t, err)
	assert.Empty(t, all(t, a, "IRa"))
	addSystemContacts(t, a, b)
}
