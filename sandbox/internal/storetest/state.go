package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// State tests a State. open opens a new one.
func State(t *testing.T, open func(t *testing.T) sandbox.State) {
	SharedState(t, func(t *testing.T) (a, b sandbox.State) {
		state := open(t)
		return state, state
	})
}

// SharedState tests two States on one database.
func SharedState(t *testing.T, open func(t *testing.T) (a, b sandbox.State)) {
	ctx := context.Background()
	// sets are those that a State has, by their accounts.
	sets := func(t *testing.T, state sandbox.State) (map[string]sandbox.FaultSet, <-chan struct{}) {
		t.Helper()
		list, changed, err := state.FaultSets(ctx)
		require.NoError(t, err)
		byAccount := map[string]sandbox.FaultSet{}
		for _, set := range list {
			assert.NotContains(t, byAccount, set.AccountSID)
			byAccount[set.AccountSID] = set
		}
		return byAccount, changed
	}
	happen := func(t *testing.T, state sandbox.State, counter sandbox.FaultCounter, times int64) bool {
		t.Helper()
		happens, err := state.Happen(ctx, counter, times)
		require.NoError(t, err)
		return happens
	}
	happened := func(t *testing.T, state sandbox.State, counter sandbox.FaultCounter) int64 {
		t.Helper()
		n, err := state.Happened(ctx, counter)
		require.NoError(t, err)
		return n
	}

	t.Run("sets", func(t *testing.T) {
		a, b := open(t)
		none, changed := sets(t, b)
		assert.Empty(t, none)
		assertOpen(t, changed)
		require.NoError(t, a.SetFaults(ctx, "", []string{"code=500", `refuse-account="a b"`}))
		assertClosed(t, changed)
		all, changed := sets(t, b)
		require.Len(t, all, 1)
		assert.Equal(t, []string{"code=500", `refuse-account="a b"`}, all[""].Faults)

		require.NoError(t, a.SetFaults(ctx, "IRa", []string{"delay=1s"}))
		assertClosed(t, changed)
		require.NoError(t, b.SetFaults(ctx, "IRb", []string{}))
		both, _ := sets(t, a)
		require.Len(t, both, 3)
		assert.Equal(t, all[""], both[""])
		assert.Equal(t, []string{"delay=1s"}, both["IRa"].Faults)
		assert.Empty(t, both["IRb"].Faults, "an account may have a set without any")

		require.NoError(t, b.SetFaults(ctx, "IRa", []string{"delay=1s"}))
		again, _ := sets(t, a)
		assert.Equal(t, both["IRa"].Faults, again["IRa"].Faults)
		assert.NotEqual(t, both["IRa"].ID, again["IRa"].ID)

		_, changed = sets(t, b)
		require.NoError(t, a.ResetFaults(ctx, "IRa"))
		assertClosed(t, changed)
		reset, _ := sets(t, b)
		assert.Equal(t, all[""].Faults, reset[""].Faults)
		assert.NotContains(t, reset, "IRa")
		assert.Contains(t, reset, "IRb")
		require.NoError(t, a.ResetFaults(ctx, ""))
		reset, _ = sets(t, b)
		assert.Len(t, reset, 1)

		require.NoError(t, a.SetFaults(ctx, "IRa", []string{"delay=1s"}))
		require.NoError(t, b.SetFaults(ctx, "", nil))
		ended, _ := sets(t, a)
		require.Len(t, ended, 1, "a set of all ends those of accounts")
		assert.Empty(t, ended[""].Faults)
	})

	t.Run("counts", func(t *testing.T) {
		a, b := open(t)
		require.NoError(t, a.SetFaults(ctx, "", []string{"drop=after-commit; times=2", "code=500; one-in=2; seed=7"}))
		set, _ := sets(t, b)
		first := sandbox.FaultCounter{Set: set[""].ID, AccountSID: "IRa"}
		other, second := first, first
		other.AccountSID = "IRb"
		second.Fault = 1
		for i, state := range []sandbox.State{a, b, a} {
			n, err := state.Draw(ctx, second)
			require.NoError(t, err)
			assert.EqualValues(t, i+1, n)
		}
		n, err := b.Draw(ctx, first)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n, "each fault counts for itself")

		assert.True(t, happen(t, a, first, 2))
		assert.True(t, happen(t, b, first, 2))
		assert.False(t, happen(t, a, first, 2))
		assert.False(t, happen(t, b, first, 2))
		assert.True(t, happen(t, b, other, 2), "each account counts for itself")
		assert.True(t, happen(t, b, second, 0), "0 is no limit")
		assert.EqualValues(t, 2, happened(t, b, first))
		assert.EqualValues(t, 1, happened(t, a, other))
		assert.EqualValues(t, 3, happened(t, a, sandbox.FaultCounter{Set: first.Set}))
		assert.EqualValues(t, 1, happened(t, a, second))

		require.NoError(t, b.ResetFaults(ctx, "IRa"))
		assert.EqualValues(t, 1, happened(t, a, other), "what another account has counted stays")
		set, _ = sets(t, a)
		first.Set = set[""].ID
		assert.Zero(t, happened(t, a, first))
		n, err = a.Draw(ctx, first)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)

		require.NoError(t, a.SetFaults(ctx, "IRa", []string{"code=400"}))
		set, _ = sets(t, b)
		own := sandbox.FaultCounter{Set: set["IRa"].ID, AccountSID: "IRa"}
		assert.True(t, happen(t, b, own, 1))
		assert.EqualValues(t, 1, happened(t, a, own))
		require.NoError(t, a.SetFaults(ctx, "", nil))
		for _, gone := range []sandbox.FaultCounter{own, first} {
			assert.False(t, happen(t, b, gone, 0), "it is not set any more")
			n, err := b.Draw(ctx, gone)
			require.NoError(t, err)
			assert.Zero(t, n)
			w, err := b.Count(ctx, gone, time.Now(), 0, time.Hour)
			require.NoError(t, err)
			assert.True(t, w.Within)
		}
	})

	t.Run("times holds for all at once", func(t *testing.T) {
		a, b := open(t)
		require.NoError(t, a.SetFaults(ctx, "", []string{"drop=after-commit; times=10"}))
		set, _ := sets(t, b)
		counter := sandbox.FaultCounter{Set: set[""].ID, AccountSID: "IRa"}
		var mu sync.Mutex
		var group sync.WaitGroup
		drawn, times := map[int64]bool{}, 0
		for _, state := range []sandbox.State{a, b, a, b} {
			group.Go(func() {
				for range 10 {
					n, err := state.Draw(ctx, counter)
					assert.NoError(t, err)
					happens, err := state.Happen(ctx, counter, 10)
					assert.NoError(t, err)
					mu.Lock()
					drawn[n] = true
					if happens {
						times++
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		assert.Equal(t, 10, times)
		assert.Len(t, drawn, 40, "no number is drawn twice")
	})

	t.Run("windows", func(t *testing.T) {
		a, b := open(t)
		require.NoError(t, a.SetFaults(ctx, "", []string{"rate-limit=2; per=1m"}))
		set, _ := sets(t, b)
		counter := sandbox.FaultCounter{Set: set[""].ID, AccountSID: "IRa"}
		begin := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		count := func(state sandbox.State, after time.Duration) sandbox.Window {
			t.Helper()
			w, err := state.Count(ctx, counter, begin.Add(after), 2, time.Minute)
			require.NoError(t, err)
			return w
		}
		assert.Equal(t, sandbox.Window{Remaining: 1, Rest: time.Minute, Within: true}, count(a, 0))
		assert.Equal(t, sandbox.Window{Remaining: 0, Rest: 50 * time.Second, Within: true}, count(b, 10*time.Second))
		assert.Equal(t, sandbox.Window{Remaining: 0, Rest: time.Second, Within: false}, count(a, 59*time.Second))
		assert.Equal(t, sandbox.Window{Remaining: 1, Rest: time.Minute, Within: true}, count(b, time.Minute), "a new one begins")
		counter.AccountSID = "IRb"
		assert.Equal(t, sandbox.Window{Remaining: 1, Rest: time.Minute, Within: true}, count(b, 0), "each account has its own")
		counter.AccountSID = "IRa"
		assert.Equal(t, sandbox.Window{Remaining: 1, Rest: time.Minute, Within: true}, count(a, 0), "a clock that was set back begins one, too")
		assert.Zero(t, happened(t, a, counter))
	})

	t.Run("requests", func(t *testing.T) {
		a, _ := open(t)
		now := time.Now()
		for n := range int64(1002) {
			w := a.CountRequest("IRa", now)
			require.Equal(t, max(0, 999-n), w.Remaining)
			require.Equal(t, time.Hour, w.Rest.Round(time.Minute))
		}
		assert.EqualValues(t, 999, a.CountRequest("IRb", now).Remaining)
		assert.EqualValues(t, 999, a.CountRequest("", now).Remaining)
		assert.EqualValues(t, 999, a.CountRequest("IRa", now.Add(time.Hour)).Remaining)
	})
}
