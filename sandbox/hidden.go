package sandbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// appear creates the contacts of somebody else.
func (s *Sandbox) appear(r *request, f *fault) error {
	for range f.number {
		n := s.misbehaviour.hidden.appeared.Add(1)
		record := Record{AccountSID: r.account, CampaignID: r.campaign(), System: f.has("system")}
		record.Contact = fmt.Sprintf(`{"FirstName":"Somebody","LastName":"Else %[1]d","EmailAddress":"somebody.else.%[1]d@example.com","Accounts":%[2]s}`,
			n, appendValue(nil, accounts, []string{"10000"}))
		if _, err := s.store.Create(context.Background(), record); err != nil {
			return err
		}
	}
	return nil
}

// hidden are the contacts that are not in the list yet.
type hidden struct {
	mu       sync.RWMutex
	until    map[int64]time.Time // by the contact's id
	prune    int
	appeared atomic.Int64
}

// create creates a contact that the list has only after a while; at once, if that is 0.
func (h *hidden) create(ctx context.Context, store Store, record Record, after time.Duration) (int64, error) {
	if after == 0 {
		return store.Create(ctx, record)
	}
	h.mu.Lock() // no list is read until it is hidden
	defer h.mu.Unlock()
	id, err := store.Create(ctx, record)
	if err != nil {
		return 0, err
	}
	now := time.Now()
	if len(h.until) >= h.prune {
		maps.DeleteFunc(h.until, func(_ int64, until time.Time) bool { return !until.After(now) })
		h.prune = 2*len(h.until) + 1000
	}
	if h.until == nil {
		h.until = map[int64]time.Time{}
	}
	h.until[id] = now.Add(after)
	return id, nil
}

// list is the store's list without those that are hidden.
func (h *hidden) list(ctx context.Context, store Store, account string, campaign int64) ([]Record, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	records, err := store.List(ctx, account, campaign)
	if len(h.until) == 0 {
		return records, err
	}
	now := time.Now()
	return slices.DeleteFunc(records, func(record Record) bool { return h.until[record.ID].After(now) }), err
}
