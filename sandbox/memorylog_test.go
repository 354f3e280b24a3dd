package sandbox_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/internal/storetest"
)

func TestRequestLogInMemory(t *testing.T) {
	storetest.Requests(t, func(*testing.T) sandbox.RequestLog { return sandbox.NewRequestLog() })
}

// The account that sends the most does not push out the requests of others.
func TestRequestLogInMemoryKeepsThoseOfEachAccount(t *testing.T) {
	log := sandbox.NewRequestLog()
	count := func(account string) int {
		list, err := log.List(t.Context(), sandbox.RequestQuery{Status: -1, Accounts: []string{account}})
		require.NoError(t, err)
		return len(list)
	}
	part := make([]byte, 1<<20)
	log.Keep(sandbox.RequestRecord{Account: "a", JSON: []byte("{}"), Parts: [][]byte{part}})
	for range 2500 {
		log.Keep(sandbox.RequestRecord{Account: "b", JSON: []byte("{}")})
	}
	for range 20 {
		log.Keep(sandbox.RequestRecord{Account: "c", JSON: make([]byte, 1<<20), Parts: [][]byte{part}})
	}
	assert.Equal(t, []int{1, 1000, 7}, []int{count("a"), count("b"), count("c")})
	_, err := log.Part(t.Context(), []string{"a"}, 1, 0)
	assert.NoError(t, err)
	list, err := log.List(t.Context(), sandbox.RequestQuery{Status: -1, Limit: 8})
	require.NoError(t, err)
	var ids []int64
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	assert.Equal(t, []int64{2521, 2520, 2519, 2518, 2517, 2516, 2515, 2501}, ids)
}

// Of more bytes than it may have, the log keeps the last.
func TestRequestLogInMemoryIsBounded(t *testing.T) {
	log := sandbox.NewRequestLog()
	part := bytes.Repeat([]byte("x"), 1<<20)
	for range 40 {
		log.Keep(sandbox.RequestRecord{JSON: []byte("{}"), Parts: [][]byte{part, part}})
	}
	for id := int64(1); id <= 40; id++ {
		_, err := log.Part(t.Context(), nil, id, 0)
		assert.Equal(t, id > 32, err == nil, "of the parts the last 16 MiB: %d", id)
		_, err = log.Get(t.Context(), nil, id)
		assert.NoError(t, err)
	}
	json := []byte(`{"x":"` + strings.Repeat("x", 100<<10) + `"}`)
	for range 200 {
		log.Keep(sandbox.RequestRecord{JSON: json})
	}
	list, err := log.List(t.Context(), sandbox.RequestQuery{Status: -1})
	require.NoError(t, err)
	size := 0
	for _, record := range list {
		size += len(record.JSON)
	}
	assert.LessOrEqual(t, size, 8<<20)
	assert.Greater(t, size, 7<<20)
	_, err = log.Part(t.Context(), nil, 40, 0)
	assert.ErrorIs(t, err, sandbox.ErrNotFound, "it goes with its request")

	for range 1000 {
		log.Keep(sandbox.RequestRecord{JSON: []byte("{}")})
	}
	list, err = log.List(t.Context(), sandbox.RequestQuery{Status: -1})
	require.NoError(t, err)
	assert.Len(t, list, 1000, "what the long ones took is free again")

	last, err := log.Last(t.Context())
	require.NoError(t, err)
	for ; last%1000 != 30; last++ {
		log.Keep(sandbox.RequestRecord{JSON: []byte("{}")})
	}
	for range 20 {
		log.Keep(sandbox.RequestRecord{JSON: []byte("{}"), Parts: [][]byte{part}})
	}
	for n := int64(1); n <= 20; n++ {
		_, err := log.Part(t.Context(), nil, last+n, 0)
		assert.Equal(t, n > 4, err == nil, n)
	}
}
