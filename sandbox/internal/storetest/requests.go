package storetest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// Requests tests a RequestLog. open opens an empty one.
func Requests(t *testing.T, open func(t *testing.T) sandbox.RequestLog) {
	SharedRequests(t, func(t *testing.T) (a, b sandbox.RequestLog) {
		log := open(t)
		return log, log
	})
}

// ids are those of requests.
func ids(list []sandbox.RequestRecord) (ids []int64) {
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

func keepIn(log sandbox.RequestLog, account string, status int, text string, parts ...[]byte) {
	json := []byte(`{"text":"` + text + `"}`)
	log.Keep(sandbox.RequestRecord{Account: account, Status: status, JSON: json, Parts: parts})
	clear(json)
}

// SharedRequests tests two RequestLogs on one database. What a log itself has kept it shows at once.
func SharedRequests(t *testing.T, open func(t *testing.T) (a, b sandbox.RequestLog)) {
	ctx := context.Background()
	list := func(t *testing.T, log sandbox.RequestLog, query sandbox.RequestQuery) []sandbox.RequestRecord {
		t.Helper()
		list, err := log.List(ctx, query)
		require.NoError(t, err)
		return list
	}
	last := func(t *testing.T, log sandbox.RequestLog) int64 {
		t.Helper()
		id, err := log.Last(ctx)
		require.NoError(t, err)
		return id
	}
	onlyA := []string{"IRa"}

	t.Run("looks", func(t *testing.T) {
		a, b := open(t)
		assert.Zero(t, last(t, a))
		assert.Empty(t, list(t, a, sandbox.RequestQuery{Status: -1}))
		keepIn(a, "IRa", 200, `Zo\u0000 \"a\" É`)
		keepIn(a, "IRb", 404, "b")
		keepIn(a, "IRa", 0, "c", nil, []byte("\x89PNG\x00\xff"))
		keepIn(a, "", 401, "d")
		keepIn(a, "no\x00body\xff", 403, "e")
		first := last(t, a) - 4
		for query, want := range map[*sandbox.RequestQuery][]int64{
			{Status: -1}:                                  {4, 3, 2, 1, 0},
			{Status: -1, Accounts: onlyA}:                 {2, 0},
			{Status: -1, Accounts: []string{"IRa", ""}}:   {3, 2, 0},
			{Status: -1, Accounts: []string{}}:            nil,
			{Status: -1, Limit: 2}:                        {4, 3},
			{Status: -1, Accounts: onlyA, Limit: 1}:       {2},
			{Status: -1, After: first}:                    {4, 3, 2, 1},
			{Status: -1, After: first, Before: first + 3}: {2, 1},
			{Status: 4}:                            {4, 3, 1},
			{Status: 404}:                          {1},
			{Status: 0}:                            {2},
			{Status: -1, Text: `zo\u0000 \"a\" é`}: {0},
			{Status: -1, Text: `"text"`, Limit: 1}: {4},
			{Status: 2, Text: "b"}:                 nil,
			{Status: -1, Text: "%"}:                nil,
			{Status: -1, Text: "b_d"}:              nil,
			{Status: 3}:                            nil,
		} {
			var got []int64
			for _, id := range ids(list(t, b, *query)) {
				got = append(got, id-first)
			}
			assert.Equal(t, want, got, "%+v", *query)
		}
		for _, r := range list(t, b, sandbox.RequestQuery{Status: -1, After: first - 1, Before: first + 1}) {
			assert.Equal(t, sandbox.RequestRecord{ID: first, Account: "IRa", Status: 200, JSON: []byte(`{"text":"Zo\u0000 \"a\" É"}`)}, r)
		}
		got, err := b.Get(ctx, onlyA, first+2)
		require.NoError(t, err)
		assert.Equal(t, sandbox.RequestRecord{ID: first + 2, Account: "IRa", JSON: []byte(`{"text":"c"}`)}, got)
		part, err := b.Part(ctx, nil, first+2, 1)
		require.NoError(t, err)
		assert.Equal(t, []byte("\x89PNG\x00\xff"), part)
		for _, look := range []func() error{
			func() error { _, err := a.Get(ctx, onlyA, first+1); return err },
			func() error { _, err := a.Get(ctx, nil, first+5); return err },
			func() error { _, err := a.Get(ctx, nil, -1); return err },
			func() error { _, err := a.Part(ctx, []string{"IRb"}, first+2, 1); return err },
			func() error { _, err := a.Part(ctx, nil, first+2, 0); return err },
			func() error { _, err := a.Part(ctx, nil, first+2, 2); return err },
			func() error { _, err := a.Part(ctx, nil, first+2, -1); return err },
			func() error { return a.Pin(ctx, onlyA, first+1, true) },
			func() error { return a.Pin(ctx, nil, first+5, true) },
		} {
			assert.ErrorIs(t, look(), sandbox.ErrNotFound)
		}
	})

	t.Run("the last 1,000 and those that are pinned", func(t *testing.T) {
		a, b := open(t)
		keepIn(a, "IRa", 200, "0", []byte("part"))
		pinned := last(t, a)
		require.NoError(t, b.Pin(ctx, onlyA, pinned, true))
		require.NoError(t, b.Pin(ctx, onlyA, pinned, true))
		for n := range 1500 {
			keepIn(a, "IRa", 200, strconv.Itoa(n))
		}
		newest := last(t, a)
		assert.Equal(t, pinned+1500, newest)
		all := list(t, b, sandbox.RequestQuery{Status: -1, Accounts: onlyA})
		require.Len(t, all, 1001)
		assert.Equal(t, newest, all[0].ID)
		assert.Equal(t, newest-999, all[999].ID)
		assert.Equal(t, sandbox.RequestRecord{ID: pinned, Account: "IRa", Status: 200, Pinned: true, JSON: []byte(`{"text":"0"}`)}, all[1000])
		part, err := b.Part(ctx, onlyA, pinned, 0)
		require.NoError(t, err)
		assert.Equal(t, []byte("part"), part)
		_, err = b.Get(ctx, nil, newest-1000)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)

		require.NoError(t, b.Pin(ctx, nil, pinned, false))
		keepIn(a, "IRa", 200, "one more")
		last(t, a)
		_, err = b.Get(ctx, nil, pinned)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)

		for n := range int64(100) {
			require.NoError(t, b.Pin(ctx, nil, newest-n, true))
		}
		assert.ErrorIs(t, b.Pin(ctx, nil, newest-100, true), sandbox.ErrTooManyPinned)
		require.NoError(t, b.Pin(ctx, nil, newest, false))
		assert.NoError(t, b.Pin(ctx, nil, newest-100, true))
	})

	t.Run("pinned parts have a bound", func(t *testing.T) {
		a, b := open(t)
		for range 9 {
			keepIn(a, "IRa", 200, "", make([]byte, 1<<20))
		}
		newest := last(t, a)
		for n := range int64(8) {
			require.NoError(t, b.Pin(ctx, nil, newest-n, true))
		}
		assert.ErrorIs(t, b.Pin(ctx, nil, newest-8, true), sandbox.ErrTooManyPinned)
		require.NoError(t, b.Pin(ctx, nil, newest, false))
		assert.NoError(t, b.Pin(ctx, nil, newest-8, true))
	})

	t.Run("parts have a bound", func(t *testing.T) {
		a, b := open(t)
		for range 5 {
			keepIn(a, "IRa", 200, "", make([]byte, 4<<20))
		}
		first := last(t, a) - 4
		_, err := b.Part(ctx, nil, first, 0)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)
		_, err = b.Get(ctx, nil, first)
		assert.NoError(t, err)
		_, err = b.Part(ctx, nil, first+1, 0)
		assert.NoError(t, err)
	})

	t.Run("news", func(t *testing.T) {
		a, b := open(t)
		news, stop := b.Watch()
		defer stop()
		told := func() {
			t.Helper()
			select {
			case <-news:
			case <-time.After(30 * time.Second):
				t.Error("nothing was told")
			}
		}
		keepIn(a, "IRa", 200, "")
		told()
		require.NoError(t, a.Pin(ctx, nil, last(t, a), true))
		told()
		stop()
		stop()
	})

	t.Run("whoever follows misses none", func(t *testing.T) {
		a, b := open(t)
		news, stop := b.Watch()
		defer stop()
		const writers, each = 4, 200
		var group sync.WaitGroup
		for writer := range writers {
			group.Go(func() {
				for n := range each {
					keepIn([]sandbox.RequestLog{a, b}[writer%2], "IRa", 200, fmt.Sprintf("%d.%d", writer, n))
				}
			})
		}
		seen := map[string]bool{}
		after := int64(0)
		for deadline := time.After(time.Minute); len(seen) < writers*each; {
			newest := last(t, b)
			requests := list(t, b, sandbox.RequestQuery{Status: -1, After: after, Before: newest + 1})
			for _, r := range requests {
				require.False(t, seen[string(r.JSON)])
				seen[string(r.JSON)] = true
			}
			after = newest
			select {
			case <-news:
			case <-time.After(50 * time.Millisecond):
			case <-deadline:
				require.Len(t, seen, writers*each)
			}
		}
		group.Wait()
	})
}
