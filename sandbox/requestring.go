package sandbox

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// What a log in memory keeps.
const (
	maxRecords       = 1000
	maxRecordedBytes = 8 << 20  // of JSON
	maxKeptParts     = 16 << 20 // bytes of parts
	maxPinned        = 100
	maxPinnedBytes   = maxRecordedBytes / 2
	maxPinnedParts   = maxKeptParts / 2
)

// requestRing keeps requests in memory: the one with id n is at n % maxRecords, unless it is pinned. The memory of those
// that it drops is used again, so that a thousand of them cost the garbage collector little.
type requestRing struct {
	mu          sync.Mutex
	ring        [maxRecords]RequestRecord
	oldest      int64 // id of the oldest in the ring
	next        int64 // id of the next one
	bytes       int   // of JSON in the ring
	withParts   int64 // below this id no request of the ring has bytes of parts
	partBytes   int   // of the ring
	pinned      map[int64]RequestRecord
	pinnedBytes int
	pinnedParts int
	watchers    map[chan struct{}]bool
}

// NewRequestLog returns a log in memory. It keeps the last 1,000 requests, or as many as have room in 8 MiB; of their
// parts the last 16 MiB; and 100 that are pinned.
func NewRequestLog() RequestLog {
	return &requestRing{oldest: 1, next: 1, withParts: 1, pinned: map[int64]RequestRecord{}, watchers: map[chan struct{}]bool{}}
}

func (l *requestRing) Keep(record RequestRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record.ID = l.next
	l.next++
	if record.ID-l.oldest == maxRecords {
		l.drop()
	}
	slot := &l.ring[record.ID%maxRecords]
	record.JSON = append(slot.JSON[:0], record.JSON...)
	*slot = record
	l.bytes += cap(record.JSON)
	for l.bytes > maxRecordedBytes && l.oldest < record.ID {
		l.drop().JSON = nil
	}
	l.partBytes += sizeOf(record.Parts)
	for ; l.partBytes > maxKeptParts; l.withParts++ {
		l.dropParts(&l.ring[l.withParts%maxRecords])
	}
	l.tell()
}

// drop takes the oldest request out of the ring. Its memory is kept for the next one.
func (l *requestRing) drop() *RequestRecord {
	oldest := &l.ring[l.oldest%maxRecords]
	l.dropParts(oldest)
	l.bytes -= cap(oldest.JSON)
	*oldest = RequestRecord{JSON: oldest.JSON[:0]}
	l.oldest++
	l.withParts = max(l.withParts, l.oldest)
	return oldest
}

func (l *requestRing) dropParts(r *RequestRecord) {
	l.partBytes -= sizeOf(r.Parts)
	r.Parts = nil
}

func sizeOf(parts [][]byte) (size int) {
	for _, part := range parts {
		size += len(part)
	}
	return size
}

// find returns the request of an id; its ID is 0 if there is none.
func (l *requestRing) find(accounts []string, id int64) RequestRecord {
	record, is := l.pinned[id]
	if !is && l.oldest <= id && id < l.next {
		record = l.ring[id%maxRecords]
	}
	if !isOfAccounts(&record, accounts) {
		return RequestRecord{}
	}
	return record
}

func (l *requestRing) Last(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next - 1, nil
}

func (l *requestRing) List(_ context.Context, query RequestQuery) ([]RequestRecord, error) {
	all := l.newestFirst(query)
	list := slices.DeleteFunc(all, func(r RequestRecord) bool { return !query.Matches(&r) })
	if query.Limit > 0 && len(list) > query.Limit {
		list = list[:query.Limit]
	}
	return list, nil
}

// newestFirst returns copies of the requests that a query chooses by all but their text, which takes too long to be
// looked through while requests wait.
func (l *requestRing) newestFirst(query RequestQuery) (list []RequestRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limited := query.Limit > 0 && query.Text == ""
	query.Text = ""
	take := func(id int64) {
		if r := l.find(query.Accounts, id); query.Matches(&r) && !(limited && len(list) == query.Limit) {
			list = append(list, copyOf(r))
		}
	}
	for id := l.next - 1; id >= max(l.oldest, query.After+1); id-- {
		take(id)
	}
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(l.pinned))) {
		if id < l.oldest {
			take(id)
		}
	}
	return list
}

// copyOf is a request for others, without its parts.
func copyOf(r RequestRecord) RequestRecord {
	r.JSON, r.Parts = slices.Clone(r.JSON), nil
	return r
}

func (l *requestRing) Get(_ context.Context, accounts []string, id int64) (RequestRecord, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record := l.find(accounts, id)
	if record.ID == 0 {
		return RequestRecord{}, ErrNotFound
	}
	return copyOf(record), nil
}

func (l *requestRing) Part(_ context.Context, accounts []string, id int64, n int) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record := l.find(accounts, id)
	if n < 0 || n >= len(record.Parts) || record.Parts[n] == nil {
		return nil, ErrNotFound
	}
	return record.Parts[n], nil
}

func (l *requestRing) Pin(_ context.Context, accounts []string, id int64, pinned bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	record := l.find(accounts, id)
	switch {
	case record.ID == 0:
		return ErrNotFound
	case record.Pinned == pinned:
		return nil
	case pinned:
		if len(l.pinned) == maxPinned || l.pinnedBytes+len(record.JSON) > maxPinnedBytes || l.pinnedParts+sizeOf(record.Parts) > maxPinnedParts {
			return ErrTooManyPinned
		}
		record.JSON, record.Pinned = slices.Clone(record.JSON), true
		l.pinned[id] = record
		l.pinnedBytes += len(record.JSON)
		l.pinnedParts += sizeOf(record.Parts)
	default:
		delete(l.pinned, id)
		l.pinnedBytes -= len(record.JSON)
		l.pinnedParts -= sizeOf(record.Parts)
	}
	l.tell()
	return nil
}

func (l *requestRing) Watch() (news <-chan struct{}, stop func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	watcher := make(chan struct{}, 1)
	l.watchers[watcher] = true
	return watcher, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, watcher)
	}
}

// tell tells all who watch.
func (l *requestRing) tell() {
	for watcher := range l.watchers {
		select {
		case watcher <- struct{}{}:
		default: // it was told already
		}
	}
}
