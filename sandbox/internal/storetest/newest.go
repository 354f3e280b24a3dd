package storetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

func newest(t *testing.T, open func(t *testing.T) sandbox.Store) {
	store := open(t)
	var first int64
	for i := range 6 {
		record := sandbox.Record{AccountSID: []string{"IRa", "IRb"}[i%2], CampaignID: int64(i), Contact: "{}", Image: []byte("image")}
		id, err := store.Create(t.Context(), record)
		require.NoError(t, err)
		if i == 0 {
			first = id
		}
	}
	ids := func(account string, below int64, limit int) (ids []int64) {
		records, err := store.Newest(t.Context(), account, below, limit)
		require.NoError(t, err)
		for _, record := range records {
			ids = append(ids, record.ID-first)
			assert.Nil(t, record.Image)
		}
		return ids
	}
	assert.Equal(t, []int64{5, 4, 3, 2, 1, 0}, ids("", 0, 10))
	assert.Equal(t, []int64{4, 2, 0}, ids("IRa", 0, 10))
	assert.Equal(t, []int64{3, 2}, ids("", first+4, 2))
	assert.Equal(t, []int64{3, 1}, ids("IRb", first+5, 10))
	assert.Empty(t, ids("", first, 10))
	assert.Empty(t, ids("IRc", 0, 10))
}
