// Package storetest has the tests that every implementation of the sandbox's interfaces must pass.
package storetest

import (
	"context"
	"io"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// Store tests a Store. open opens an empty one, which it closes when the test ends.
func Store(t *testing.T, open func(t *testing.T) sandbox.Store) {
	t.Run("contacts", func(t *testing.T) { contacts(t, open) })
	t.Run("pages", func(t *testing.T) { pages(t, open) })
	t.Run("newest first", func(t *testing.T) { newest(t, open) })
	t.Run("load", func(t *testing.T) { load(t, open) })
	t.Run("reset", func(t *testing.T) { reset(t, open) })
	t.Run("system contacts", func(t *testing.T) { systemContacts(t, open) })
	t.Run("accounts", func(t *testing.T) { accounts(t, open) })
	t.Run("close", func(t *testing.T) { closing(t, open) })
}

func contacts(t *testing.T, open func(t *testing.T) sandbox.Store) {
	ctx := context.Background()

	t.Run("what is created can be read", func(t *testing.T) {
		store := open(t)
		record := sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: `{"FirstName":"Zoë","Title":"a\u0000b"}`}
		pictured := record
		pictured.Image = []byte("\x89PNG\x00\xff")

		id, err := store.Create(ctx, record)
		require.NoError(t, err)
		assert.EqualValues(t, sandbox.FirstID, id)
		second, err := store.Create(ctx, pictured)
		require.NoError(t, err)
		assert.Equal(t, id+1, second)

		for _, id := range []int64{id, second} {
			got, err := store.Get(ctx, "IRa", 7, id)
			require.NoError(t, err)
			record.ID = id
			assert.Equal(t, record, got)
		}
		image, err := store.Image(ctx, "IRa", 7, second)
		require.NoError(t, err)
		assert.Equal(t, pictured.Image, image)
		_, err = store.Image(ctx, "IRa", 7, id)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)

		for _, other := range []struct {
			account      string
			campaign, id int64
		}{{"IRb", 7, second}, {"IRa", 8, second}, {"IRa", 7, second + 1}, {"IRa", 7, -1}, {"ira", 7, second}} {
			_, err := store.Get(ctx, other.account, other.campaign, other.id)
			assert.ErrorIs(t, err, sandbox.ErrNotFound)
			_, err = store.Image(ctx, other.account, other.campaign, other.id)
			assert.ErrorIs(t, err, sandbox.ErrNotFound)
		}
	})

	t.Run("concurrent creates have ids of their own, without gaps", func(t *testing.T) {
		store := open(t)
		const callers, each = 16, 25
		var mu sync.Mutex
		seen := map[int64]string{}
		var group sync.WaitGroup
		for range callers {
			group.Go(func() {
				before := int64(0)
				for range each {
					contact := `{"Title":"` + string(rune('a'+rand.IntN(26))) + `"}`
					id, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: contact})
					assert.NoError(t, err)
					assert.Greater(t, id, before, "ids count up")
					before = id
					mu.Lock()
					assert.NotContains(t, seen, id)
					seen[id] = contact
					mu.Unlock()
				}
			})
		}
		group.Wait()
		for id := int64(sandbox.FirstID); id < sandbox.FirstID+callers*each; id++ {
			got, err := store.Get(ctx, "IRa", 7, id)
			require.NoError(t, err)
			assert.Equal(t, seen[id], got.Contact)
		}
	})

	t.Run("list", func(t *testing.T) {
		store := open(t)
		var want []sandbox.Record
		for i := range 5 {
			record := sandbox.Record{AccountSID: "IRa", CampaignID: int64(7 + i%2), System: i == 2, Contact: `{"n":` + strconv.Itoa(i) + `}`, Image: []byte("image")}
			id, err := store.Create(ctx, record)
			require.NoError(t, err)
			if record.CampaignID == 7 {
				record.ID, record.Image = id, nil
				want = append(want, record)
			}
		}
		got, err := store.List(ctx, "IRa", 7, time.Now())
		require.NoError(t, err)
		assert.Equal(t, want, got)
		got, err = store.List(ctx, "IRb", 7, time.Now())
		require.NoError(t, err)
		assert.Empty(t, got)
	})

	t.Run("list leaves out what is listed later", func(t *testing.T) {
		store := open(t)
		from := time.Date(2030, 1, 2, 3, 4, 5, 678_901_000, time.UTC)
		record := sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: "{}", ListedFrom: from}
		id, err := store.Create(ctx, record)
		require.NoError(t, err)
		require.NoError(t, store.Change(ctx, "IRa", 7, id, func(record *sandbox.Record) (sandbox.Change, error) {
			assert.Equal(t, from, record.ListedFrom)
			record.Contact = "[]"
			return sandbox.Keep, nil
		}))
		record.ID, record.Contact = id, "[]"
		got, err := store.Get(ctx, "IRa", 7, id)
		require.NoError(t, err)
		assert.Equal(t, record, got, "it can be read at once")
		for at, want := range map[time.Time][]sandbox.Record{
			from.Add(-time.Microsecond): nil, from: {record}, from.Add(time.Hour).In(time.FixedZone("", 3600)): {record},
		} {
			got, err := store.List(ctx, "IRa", 7, at)
			require.NoError(t, err)
			assert.Equal(t, want, got, at)
		}
	})

	t.Run("change", func(t *testing.T) {
		store := open(t)
		_, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", CampaignID: 7, System: true, Contact: `{"n":0}`})
		require.NoError(t, err)
		change := func(contact string, image []byte, what sandbox.Change, result error) error {
			return store.Change(ctx, "IRa", 7, sandbox.FirstID, func(record *sandbox.Record) (sandbox.Change, error) {
				assert.EqualValues(t, sandbox.FirstID, record.ID)
				assert.True(t, record.System)
				assert.Nil(t, record.Image)
				record.Contact, record.Image = contact, image
				return what, result
			})
		}
		requireNow := func(contact, image string) {
			got, err := store.Get(ctx, "IRa", 7, sandbox.FirstID)
			require.NoError(t, err)
			assert.Equal(t, contact, got.Contact)
			content, err := store.Image(ctx, "IRa", 7, sandbox.FirstID)
			if image == "" {
				assert.ErrorIs(t, err, sandbox.ErrNotFound)
			}
			assert.Equal(t, image, string(content))
		}
		require.NoError(t, change(`{"n":1}`, []byte("first"), sandbox.Keep, nil))
		requireNow(`{"n":1}`, "first")
		require.NoError(t, change(`{"n":2}`, nil, sandbox.Keep, nil))
		requireNow(`{"n":2}`, "first")
		require.NoError(t, change(`{"n":3}`, []byte("second"), sandbox.Keep, nil))
		requireNow(`{"n":3}`, "second")
		assert.ErrorIs(t, change(`{"n":4}`, []byte{}, sandbox.Remove, io.ErrNoProgress), io.ErrNoProgress)
		requireNow(`{"n":3}`, "second")
		require.NoError(t, change(`{"n":5}`, []byte{}, sandbox.Keep, nil))
		requireNow(`{"n":5}`, "")
		require.NoError(t, change(`{"n":6}`, []byte("third"), sandbox.Keep, nil))

		ended, cancel := context.WithCancel(ctx)
		cancel()
		unwanted := func(*sandbox.Record) (sandbox.Change, error) {
			t.Error("nobody asked for this change")
			return sandbox.Remove, nil
		}
		assert.ErrorIs(t, store.Change(ended, "IRa", 7, sandbox.FirstID, unwanted), context.Canceled)
		assert.ErrorIs(t, store.Change(ctx, "IRa", 8, sandbox.FirstID, unwanted), sandbox.ErrNotFound)
		assert.ErrorIs(t, store.Change(ctx, "IRb", 7, sandbox.FirstID, unwanted), sandbox.ErrNotFound)
		assert.ErrorIs(t, store.Change(ctx, "IRa", 7, sandbox.FirstID+1, unwanted), sandbox.ErrNotFound)

		require.NoError(t, change("", nil, sandbox.Remove, nil))
		_, err = store.Get(ctx, "IRa", 7, sandbox.FirstID)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)
		_, err = store.Image(ctx, "IRa", 7, sandbox.FirstID)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)
		assert.ErrorIs(t, store.Change(ctx, "IRa", 7, sandbox.FirstID, unwanted), sandbox.ErrNotFound)
		id, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: "{}"})
		require.NoError(t, err)
		assert.EqualValues(t, sandbox.FirstID+1, id, "an id is never used again")
	})

	t.Run("changes at once all count", func(t *testing.T) {
		store := open(t)
		_, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: "0"})
		require.NoError(t, err)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 20 {
					assert.NoError(t, store.Change(ctx, "IRa", 7, sandbox.FirstID, func(record *sandbox.Record) (sandbox.Change, error) {
						n, err := strconv.Atoi(record.Contact)
						record.Contact = strconv.Itoa(n + 1)
						return sandbox.Keep, err
					}))
				}
			})
		}
		group.Wait()
		got, err := store.Get(ctx, "IRa", 7, sandbox.FirstID)
		require.NoError(t, err)
		assert.Equal(t, "160", got.Contact)
	})

	t.Run("a context that has ended creates nothing", func(t *testing.T) {
		store := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err := store.Create(ended, sandbox.Record{AccountSID: "IRa", Contact: "{}"})
		require.ErrorIs(t, err, context.Canceled)
		id, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", Contact: "{}"})
		require.NoError(t, err)
		assert.EqualValues(t, sandbox.FirstID, id)
	})
}

func closing(t *testing.T, open func(t *testing.T) sandbox.Store) {
	ctx := context.Background()
	store := open(t)
	var created, refused sync.Map
	var group sync.WaitGroup
	begun := make(chan struct{}, 8)
	for range 8 {
		group.Go(func() {
			for i := 0; ; i++ {
				id, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", Contact: "{}"})
				if err != nil {
					assert.ErrorIs(t, err, sandbox.ErrClosed)
					refused.Store(id, true)
					return
				}
				created.Store(id, true)
				if i == 0 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range 8 {
		<-begun
	}
	require.NoError(t, store.Close())
	group.Wait() // none of them hangs
	_, err := store.Get(ctx, "IRa", 0, sandbox.FirstID)
	assert.ErrorIs(t, err, sandbox.ErrClosed)
	_, err = store.Image(ctx, "IRa", 0, sandbox.FirstID)
	assert.ErrorIs(t, err, sandbox.ErrClosed)
	_, err = store.List(ctx, "IRa", 0, time.Now())
	assert.ErrorIs(t, err, sandbox.ErrClosed)
	assert.ErrorIs(t, store.Change(ctx, "IRa", 0, sandbox.FirstID, nil), sandbox.ErrClosed)
	_, err = store.Page(ctx, "", 0, 1)
	assert.ErrorIs(t, err, sandbox.ErrClosed)
	assert.ErrorIs(t, store.Load(ctx, nil), sandbox.ErrClosed)
	assert.ErrorIs(t, store.AddSystem(ctx, "IRa", 7, 1, nil), sandbox.ErrClosed)
	_, err = store.Reset(ctx, "")
	assert.ErrorIs(t, err, sandbox.ErrClosed)
	_, _, err = store.Accounts(ctx)
	assert.ErrorIs(t, err, sandbox.ErrClosed)
	assert.ErrorIs(t, store.AddAccount(ctx, newAccount(t, "IRa", "a")), sandbox.ErrClosed)
	assert.ErrorIs(t, store.RemoveAccount(ctx, "IRa"), sandbox.ErrClosed)
	assert.NoError(t, store.Close(), "closing twice is closing once")
}
