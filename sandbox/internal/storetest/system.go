package storetest

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

func systemContacts(t *testing.T, open func(t *testing.T) sandbox.Store) {
	store := open(t)
	addSystemContacts(t, store, store)
}

// addSystemContacts adds the same contacts many times at once to the stores of one database.
func addSystemContacts(t *testing.T, stores ...sandbox.Store) {
	ctx := context.Background()
	contact := func(n int) string { return strconv.Itoa(n) }
	of := func(campaign int64) (contacts []string) {
		for _, record := range all(t, stores[0], "IRsystem") {
			if record.CampaignID == campaign {
				assert.True(t, record.System)
				contacts = append(contacts, record.Contact)
			}
		}
		return contacts
	}
	var group sync.WaitGroup
	for _, store := range stores {
		for range 4 {
			group.Go(func() { assert.NoError(t, store.AddSystem(ctx, "IRsystem", 7, 3, contact)) })
		}
	}
	group.Wait()
	assert.Equal(t, []string{"1", "2", "3"}, of(7))
	for _, count := range []int{0, 2, 3, 4} {
		require.NoError(t, stores[0].AddSystem(ctx, "IRsystem", 7, count, contact))
	}
	assert.Equal(t, []string{"1", "2", "3", "1"}, of(7), "what is lacking is added")
	require.NoError(t, stores[0].AddSystem(ctx, "IRsystem", 8, 1, contact))
	assert.Equal(t, []string{"1"}, of(8), "each campaign has its own")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	assert.ErrorIs(t, stores[0].AddSystem(ended, "IRsystem", 7, 9, contact), context.Canceled)
	assert.Len(t, of(7), 4)
}
