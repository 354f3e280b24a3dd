package storetest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// all are the records of an account with their images, or of all accounts.
func all(t *testing.T, store sandbox.Store, accountSID string) []sandbox.Record {
	t.Helper()
	records, err := store.Page(context.Background(), accountSID, 0, 1000)
	require.NoError(t, err)
	for i := range records {
		r := &records[i]
		assert.Nil(t, r.Image, "a page has no images")
		r.Image, err = store.Image(context.Background(), r.AccountSID, r.CampaignID, r.ID)
		if err != nil {
			assert.ErrorIs(t, err, sandbox.ErrNotFound)
		}
	}
	return records
}

func pages(t *testing.T, open func(t *testing.T) sandbox.Store) {
	ctx := context.Background()
	store := open(t)
	of := map[string][]sandbox.Record{}
	for i := range 10 {
		record := sandbox.Record{AccountSID: []string{"IRa", "IRb"}[i%2], CampaignID: int64(i % 3), System: i == 4, Contact: `{"n":` + strconv.Itoa(i) + `}`, Image: []byte("image")}
		if i == 5 {
			record.ListedFrom = time.Now().UTC().Truncate(time.Microsecond).Add(time.Hour)
		}
		id, err := store.Create(ctx, record)
		require.NoError(t, err)
		record.ID, record.Image = id, nil
		of[record.AccountSID] = append(of[record.AccountSID], record)
		of[""] = append(of[""], record)
	}
	for account, want := range of {
		for _, limit := range []int{1, 2, 100} {
			var got []sandbox.Record
			for above := int64(0); ; {
				page, err := store.Page(ctx, account, above, limit)
				require.NoError(t, err)
				require.LessOrEqual(t, len(page), limit)
				if len(page) == 0 {
					break
				}
				got, above = append(got, page...), page[len(page)-1].ID
			}
			assert.Equal(t, want, got, "%s %d", account, limit)
		}
	}
	page, err := store.Page(ctx, "IRc", 0, 10)
	require.NoError(t, err)
	assert.Empty(t, page)
}

func load(t *testing.T, open func(t *testing.T) sandbox.Store) {
	ctx := context.Background()
	store := open(t)
	_, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: `{"n":0}`})
	require.NoError(t, err)
	before := all(t, store, "")

	record := func(id int64) sandbox.Record {
		return sandbox.Record{ID: id, AccountSID: "IRb", CampaignID: 8, Contact: `{"n":` + strconv.FormatInt(id, 10) + `}`}
	}
	var taken *sandbox.TakenError
	for _, records := range [][]sandbox.Record{
		{record(1), record(sandbox.FirstID), record(3)},
		{record(1), record(2), record(1)},
	} {
		require.ErrorAs(t, store.Load(ctx, records), &taken)
		assert.Contains(t, []int64{sandbox.FirstID, 1}, taken.ID)
		assert.Equal(t, before, all(t, store, ""), "it is all or nothing")
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	assert.ErrorIs(t, store.Load(ended, []sandbox.Record{record(1)}), context.Canceled)
	require.NoError(t, store.Load(ctx, nil))
	assert.Equal(t, before, all(t, store, ""))

	full := record(9000)
	full.System, full.Image, full.ListedFrom = true, []byte("\x89PNG\x00\xff"), time.Date(2030, 1, 2, 3, 4, 5, 6000, time.UTC)
	require.NoError(t, store.Load(ctx, []sandbox.Record{full, record(5)}))
	assert.Equal(t, []sandbox.Record{record(5), before[0], full}, all(t, store, ""))
	got, err := store.Get(ctx, "IRb", 8, 5)
	require.NoError(t, err)
	assert.Equal(t, record(5), got)
	id, err := store.Create(ctx, record(0))
	require.NoError(t, err)
	assert.EqualValues(t, 9001, id, "ids go on above the highest")

	require.NoError(t, store.Load(ctx, []sandbox.Record{record(sandbox.MaxID)}))
	id, err = store.Create(ctx, record(0))
	require.NoError(t, err)
	assert.EqualValues(t, sandbox.MaxID+1, id)

	remove := func(*sandbox.Record) (sandbox.Change, error) { return sandbox.Remove, nil }
	require.NoError(t, store.Change(ctx, "IRb", 8, 9000, remove))
	require.NoError(t, store.Load(ctx, []sandbox.Record{full}), "the id of what was removed is free for it")
}

func reset(t *testing.T, open func(t *testing.T) sandbox.Store) {
	ctx := context.Background()
	store := open(t)
	require.NoError(t, store.AddAccount(ctx, newAccount(t, "IRa", "a")))
	for _, account := range []string{"IRa", "IRb", "IRa"} {
		_, err := store.Create(ctx, sandbox.Record{AccountSID: account, CampaignID: 7, Contact: "{}", Image: []byte("image")})
		require.NoError(t, err)
	}
	before := all(t, store, "")
	for account, want := range map[string]int64{"IRc": 0, "IRa": 2} {
		removed, err := store.Reset(ctx, account)
		require.NoError(t, err)
		assert.Equal(t, want, removed)
	}
	assert.Equal(t, before[1:2], all(t, store, ""), "what is another's stays")
	removed, err := store.Reset(ctx, "")
	require.NoError(t, err)
	assert.EqualValues(t, 1, removed)
	assert.Empty(t, all(t, store, ""))
	accounts, _, err := store.Accounts(ctx)
	require.NoError(t, err)
	assert.Len(t, accounts, 1, "accounts stay")

	id, err := store.Create(ctx, sandbox.Record{AccountSID: "IRa", CampaignID: 7, Contact: "{}"})
	require.NoError(t, err)
	assert.EqualValues(t, sandbox.FirstID+3, id, "an id is not used again")
	require.NoError(t, store.Load(ctx, before), "what was there can be loaded again")
	assert.Equal(t, before, all(t, store, "")[:3])
}
