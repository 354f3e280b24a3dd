package postgres_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
	"example.com/contacts/sandbox"
)

func TestAnAccountDoesNotPushOutTheRequestsOfAnother(t *testing.T) {
	ctx := context.Background()
	log := openNew(t).Requests()
	keep := func(account string, times int) {
		for range times {
			log.Keep(sandbox.RequestRecord{Account: account, Status: 200, JSON: []byte("{}")})
		}
		_, err := log.Last(ctx)
		require.NoError(t, err)
	}
	count := func(account string) int {
		list, err := log.List(ctx, sandbox.RequestQuery{Status: -1, Accounts: []string{account}})
		require.NoError(t, err)
		return len(list)
	}
	keep("IRa", 3)
	for range 3 {
		keep("IRb", 900)
	}
	assert.Equal(t, 3, count("IRa"))
	assert.Equal(t, 1000, count("IRb"))
}

// Whoever names ever new accounts, with wrong credentials, does not fill the disk.
func TestRequestsOfAllAccountsHaveABound(t *testing.T) {
	ctx, address := context.Background(), postgrestest.Database(t)
	log := open(t, address).Requests()
	for n := range 23 {
		for i := range 1000 {
			log.Keep(sandbox.RequestRecord{Account: fmt.Sprintf("%d.%d", n, i), Status: 401, JSON: []byte("{}")})
		}
		_, err := log.Last(ctx)
		require.NoError(t, err)
	}
	var rows, oldest int
	require.NoError(t, connect(t, address).QueryRow(ctx, "SELECT count(*), min(id) FROM request").Scan(&rows, &oldest))
	assert.LessOrEqual(t, rows, 21_000)
	assert.GreaterOrEqual(t, rows, 20_000)
	assert.Equal(t, 23_000-rows+1, oldest, "the last ones are kept")
}
