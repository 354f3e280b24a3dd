package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/sandbox"
)

// A requestLog is a log with what its tests do again and again.
type requestLog struct {
	sandbox.RequestLog
	t *testing.T
}

// keep keeps a request, and waits until it is there.
func (l requestLog) keep(record sandbox.RequestRecord) (id int64) {
	l.t.Helper()
	news, stop := l.Watch()
	defer stop()
	before := l.last()
	record.JSON = []byte(`{"title":"` + string(record.JSON) + `"}`)
	l.Keep(record)
	for i := range record.JSON {
		record.JSON[i] = 'x' // it is the caller's again
	}
	for {
		if id := l.last(); id > before {
			return id
		}
		select {
		case <-news:
		case <-time.After(10 * time.Second):
			require.Fail(l.t, "nobody is told of a new request")
		}
	}
}

func (l requestLog) last() int64 {
	l.t.Helper()
	last, err := l.Last(context.Background())
	require.NoError(l.t, err)
	return last
}

// ids are those of the requests that a query chooses.
func (l requestLog) ids(query sandbox.RequestQuery) (ids []int64) {
	l.t.Helper()
	list, err := l.List(context.Background(), query)
	require.NoError(l.t, err)
	for _, record := range list {
		ids = append(ids, record.ID)
		assert.Nil(l.t, record.Parts)
		assert.Regexp(l.t, `^\{"title":".*"\}$`, string(record.JSON))
	}
	return ids
}

// RequestLog tests a RequestLog that keeps the last 1,000 requests. open opens an empty one.
func RequestLog(t *testing.T, open func(t *testing.T) sandbox.RequestLog) {
	ctx := context.Background()
	all := sandbox.RequestQuery{Status: -1}
	record := func(account string, status int, json string) sandbox.RequestRecord {
		return sandbox.RequestRecord{Account: account, Status: status, JSON: []byte(json)}
	}

	t.Run("a query", func(t *testing.T) {
		log := requestLog{open(t), t}
		assert.Zero(t, log.last())
		assert.Empty(t, log.ids(all))
		a, b, c, d := log.keep(record("IRa", 200, `Wile é \"x\"`)), log.keep(record("IRb", 404, "Wile")), log.keep(record("", 401, "")), log.keep(record("IRa", 0, "Road Runner 100%_"))
		assert.Greater(t, b, a)
		for _, test := range []struct {
			query sandbox.RequestQuery
			want  []int64
		}{
			{sandbox.RequestQuery{Status: -1}, []int64{d, c, b, a}},
			{sandbox.RequestQuery{Status: -1, Accounts: []string{"IRa"}}, []int64{d, a}},
			{sandbox.RequestQuery{Status: -1, Accounts: []string{"IRb", ""}}, []int64{c, b}},
			{sandbox.RequestQuery{Status: -1, Accounts: []string{"IRd"}}, nil},
			{sandbox.RequestQuery{Status: -1, After: b}, []int64{d, c}},
			{sandbox.RequestQuery{Status: -1, Before: c}, []int64{b, a}},
			{sandbox.RequestQuery{Status: -1, After: a, Before: d}, []int64{c, b}},
			{sandbox.RequestQuery{Status: -1, Limit: 2}, []int64{d, c}},
			{sandbox.RequestQuery{Status: -1, Limit: 1, Text: "wile"}, []int64{b}},
			{sandbox.RequestQuery{Status: 200}, []int64{a}},
			{sandbox.RequestQuery{Status: 4}, []int64{c, b}},
			{sandbox.RequestQuery{Status: 0}, []int64{d}},
			{sandbox.RequestQuery{Status: 5}, nil},
			{sandbox.RequestQuery{Status: -1, Text: "wile"}, []int64{b, a}},
			{sandbox.RequestQuery{Status: -1, Text: `é \"x`}, []int64{a}},
			{sandbox.RequestQuery{Status: -1, Text: "%_"}, []int64{d}},
			{sandbox.RequestQuery{Status: -1, Text: "_"}, []int64{d}},
			{sandbox.RequestQuery{Status: 4, Text: "wile", Accounts: []string{"IRb"}}, []int64{b}},
		} {
			assert.Equal(t, test.want, log.ids(test.query), "%+v", test.query)
		}
		got, err := log.Get(ctx, []string{"IRb"}, b)
		require.NoError(t, err)
		assert.Equal(t, sandbox.RequestRecord{ID: b, Account: "IRb", Status: 404, JSON: []byte(`{"title":"Wile"}`)}, got)
		for _, id := range []int64{0, -1, a, d + 1} {
			_, err = log.Get(ctx, []string{"IRb"}, id)
			assert.ErrorIs(t, err, sandbox.ErrNotFound)
		}
	})

	t.Run("parts", func(t *testing.T) {
		log := requestLog{open(t), t}
		with := record("IRa", 200, "")
		with.Parts = [][]byte{[]byte("one"), nil, {0, 255}}
		id := log.keep(with)
		other := log.keep(record("IRa", 200, ""))
		for n, want := range with.Parts {
			got, err := log.Part(ctx, nil, id, n)
			assert.Equal(t, want, got)
			assert.Equal(t, want == nil, err != nil)
		}
		for _, n := range []int{-1, 1, 3} {
			_, err := log.Part(ctx, nil, id, n)
			assert.ErrorIs(t, err, sandbox.ErrNotFound)
		}
		_, err := log.Part(ctx, []string{"IRb"}, id, 0)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)
		_, err = log.Part(ctx, nil, other, 0)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)
	})

	t.Run("a pinned request stays", func(t *testing.T) {
		log := requestLog{open(t), t}
		with := record("IRa", 200, "pinned")
		with.Parts = [][]byte{[]byte("one")}
		pinned, again := log.keep(with), log.keep(with)
		assert.ErrorIs(t, log.Pin(ctx, []string{"IRb"}, pinned, true), sandbox.ErrNotFound)
		assert.ErrorIs(t, log.Pin(ctx, nil, again+1, true), sandbox.ErrNotFound)
		for range 2 {
			require.NoError(t, log.Pin(ctx, []string{"IRa"}, pinned, true))
			require.NoError(t, log.Pin(ctx, nil, again, true))
		}
		got, err := log.Get(ctx, nil, pinned)
		require.NoError(t, err)
		assert.True(t, got.Pinned)
		require.NoError(t, log.Pin(ctx, nil, again, false))
		for range 999 {
			log.Keep(record("IRa", 200, "{}"))
		}
		log.keep(record("IRa", 200, ""))
		query := all
		query.Text = "pinned"
		assert.Equal(t, []int64{pinned}, log.ids(query))
		part, err := log.Part(ctx, nil, pinned, 0)
		require.NoError(t, err)
		assert.Equal(t, "one", string(part))
		_, err = log.Get(ctx, nil, again)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)
		require.NoError(t, log.Pin(ctx, nil, pinned, false))
		log.keep(record("IRa", 200, ""))
		_, err = log.Get(ctx, nil, pinned)
		assert.ErrorIs(t, err, sandbox.ErrNotFound)
	})

	t.Run("not too many are pinned", func(t *testing.T) {
		log := requestLog{open(t), t}
		var err error
		for pinned := 0; err == nil; pinned++ {
			id := log.keep(record("IRa", 200, fmt.Sprint(pinned)))
			if err = log.Pin(ctx, nil, id, true); err != nil {
				assert.ErrorIs(t, err, sandbox.ErrTooManyPinned)
				assert.Equal(t, 100, pinned)
				require.NoError(t, log.Pin(ctx, nil, id-1, false))
				require.NoError(t, log.Pin(ctx, nil, id, true))
			}
		}

		log = requestLog{open(t), t}
		large := record("IRa", 200, "")
		large.Parts = [][]byte{[]byte(strings.Repeat("x", 1<<20))}
		err = nil
		for pinned := 0; err == nil; pinned++ {
			if err = log.Pin(ctx, nil, log.keep(large), true); err != nil {
				assert.ErrorIs(t, err, sandbox.ErrTooManyPinned)
				assert.Equal(t, 8, pinned)
			}
		}
	})
}
