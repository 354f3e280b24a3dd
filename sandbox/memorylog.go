package sandbox

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// What a log in memory keeps.
const (
	maxRecords       = 1000     // of one account
	maxRecordedBytes = 8 << 20  // of JSON, of all
	maxKeptParts     = 16 << 20 // bytes of parts, of all
	maxPinned        = 100
	maxPinnedBytes   = maxRecordedBytes / 2
	maxPinnedParts   = maxKeptParts / 2
)

// memoryLog keeps requests in memory.
type memoryLog struct {
	mu          sync.Mutex
	last        int64                   // id of the last request
	rings       map[string]*requestRing // by account
	bytes       int                     // of JSON in all rings
	partBytes   int
	pinned      map[int64]RequestRecord // also of those that are in a ring
	pinnedBytes int
	pinnedParts int
	watchers    map[chan struct{}]bool
}

// NewRequestLog returns a log in memory. It keeps the last 1,000 requests of each account, or as many as have room in
// 8 MiB of all; of their parts the last 16 MiB; and 100 that are pinned. Where there is no room, the account with the most
// loses its oldest.
func NewRequestLog() RequestLog {
	return &memoryLog{rings: map[string]*requestRing{}, pinned: map[int64]RequestRecord{}, watchers: map[chan struct{}]bool{}}
}

func (l *memoryLog) Keep(record RequestRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ring := l.rings[record.Account]
	if ring == nil {
		ring = &requestRing{}
		l.rings[record.Account] = ring
	}
	l.last++
	record.ID = l.last
	l.change(ring, func() { ring.push(record) })
	for l.bytes > maxRecordedBytes {
		most := l.largest(func(r *requestRing) int { return r.bytes })
		l.change(most, func() { most.drop().JSON = nil })
	}
	for l.partBytes > maxKeptParts {
		most := l.largest(func(r *requestRing) int { return r.partBytes })
		l.change(most, most.dropParts)
	}
	l.tell()
}

// change counts what a change of a ring takes and gives back.
func (l *memoryLog) change(ring *requestRing, change func()) {
	bytes, partBytes := ring.bytes, ring.partBytes
	change()
	l.bytes += ring.bytes - bytes
	l.partBytes += ring.partBytes - partBytes
}

func (l *memoryLog) largest(size func(*requestRing) int) (largest *requestRing) {
	for _, ring := range l.rings {
		if largest == nil || size(ring) > size(largest) {
			largest = ring
		}
	}
	return largest
}

// find returns the request of an id; its ID is 0 if it is not there.
func (l *memoryLog) find(accounts []string, id int64) RequestRecord {
	if record, is := l.pinned[id]; is && isOfAccounts(&record, accounts) {
		return record
	}
	for account, ring := range l.rings {
		if accounts == nil || slices.Contains(accounts, account) {
			if record := ring.find(id); record != nil {
				return *record
			}
		}
	}
	return RequestRecord{}
}

func (l *memoryLog) Last(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, nil
}

func (l *memoryLog) List(_ context.Context, query RequestQuery) ([]RequestRecord, error) {
	list := slices.DeleteFunc(l.newestFirst(query), func(r RequestRecord) bool { return !query.Matches(&r) })
	if query.Limit > 0 && len(list) > query.Limit {
		list = list[:query.Limit]
	}
	return list, nil
}

// newestFirst returns copies of the requests that a query chooses by all but their text, which takes too long to be
// looked through while requests wait.
func (l *memoryLog) newestFirst(query RequestQuery) (list []RequestRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limited := query.Limit > 0 && query.Text == ""
	query.Text = ""
	for account, ring := range l.rings {
		if query.Accounts != nil && !slices.Contains(query.Accounts, account) {
			continue
		}
		for position, taken := ring.next-1, 0; position >= ring.oldest && !(limited && taken == query.Limit); position-- {
			r := ring.at(position)
			if r.ID <= query.After {
				break
			}
			if _, is := l.pinned[r.ID]; !is && query.Matches(r) {
				list = append(list, copyOf(*r))
				taken++
			}
		}
	}
	for _, r := range l.pinned {
		if query.Matches(&r) {
			list = append(list, copyOf(r))
		}
	}
	slices.SortFunc(list, func(a, b RequestRecord) int { return cmp.Compare(b.ID, a.ID) })
	return list
}

// copyOf is a request for others, without its parts.
func copyOf(r RequestRecord) RequestRecord {
	r.JSON, r.Parts = slices.Clone(r.JSON), nil
	return r
}

func (l *memoryLog) Get(_ context.Context, accounts []string, id int64) (RequestRecord, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record := l.find(accounts, id)
	if record.ID == 0 {
		return RequestRecord{}, ErrNotFound
	}
	return copyOf(record), nil
}

func (l *memoryLog) Part(_ context.Context, accounts []string, id int64, n int) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record := l.find(accounts, id)
	if n < 0 || n >= len(record.Parts) || record.Parts[n] == nil {
		return nil, ErrNotFound
	}
	return record.Parts[n], nil
}

func (l *memoryLog) Pin(_ context.Context, accounts []string, id int64, pinned bool) error {
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

func (l *memoryLog) Watch() (news <-chan struct{}, stop func()) {
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
func (l *memoryLog) tell() {
	for watcher := range l.watchers {
		select {
		case watcher <- struct{}{}:
		default: // it was told already
		}
	}
}
