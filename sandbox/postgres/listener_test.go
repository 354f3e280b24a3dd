package postgres_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
	"example.com/contacts/sandbox"
)

// When a change returns, no other process answers by what was before.
func TestAllProcessesHaveHeardOfAChange(t *testing.T) {
	ctx, address := context.Background(), postgrestest.Database(t)
	a, b, c := open(t, address), open(t, address), open(t, address)
	isTold := func(changed <-chan struct{}) bool {
		select {
		case <-changed:
			return true
		default:
			return false
		}
	}
	for n := range 50 {
		_, inB, err := b.FaultSets(ctx)
		require.NoError(t, err)
		_, inC, err := c.FaultSets(ctx)
		require.NoError(t, err)
		require.NoError(t, a.SetFaults(ctx, "", []string{"delay=1ms"}))
		assert.True(t, isTold(inB))
		assert.True(t, isTold(inC))

		_, accounts, err := b.Accounts(ctx)
		require.NoError(t, err)
		account, err := sandbox.NewAccount("IR"+strconv.Itoa(n), "token"+strconv.Itoa(n))
		require.NoError(t, err)
		require.NoError(t, c.AddAccount(ctx, account))
		assert.True(t, isTold(accounts))
	}
}

// A connection that listens and is lost comes back, and tells of what it may have missed.
func TestListenersComeBack(t *testing.T) {
	ctx, address := context.Background(), postgrestest.Database(t)
	a, b := open(t, address), open(t, address)
	_, changed, err := b.FaultSets(ctx)
	require.NoError(t, err)
	execute(t, address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	<-changed
	for range 20 { // the connections that were lost
		_, changed, err = b.FaultSets(ctx)
	}
	require.NoError(t, err)
	require.Eventually(t, func() bool { return a.SetFaults(ctx, "", nil) == nil }, time.Minute, 10*time.Millisecond)
	<-changed
}
