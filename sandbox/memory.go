package sandbox

import (
	"context"
	"sync"
)

// NewMemory returns a Store that keeps everything in memory, until it is closed.
func NewMemory() Store { return &memory{} }

type memory struct {
	mu      sync.RWMutex
	closed  bool
	records []Record // the record with id FirstID+i is at i
}

func (m *memory) Create(ctx context.Context, record Record) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return 0, ErrClosed
	}
	m.records = append(m.records, record)
	return FirstID + int64(len(m.records)) - 1, nil
}

func (m *memory) Get(_ context.Context, accountSID string, campaignID, id int64) (Record, error) {
	record, err := m.find(accountSID, campaignID, id)
	record.Image = nil
	return record, err
}

func (m *memory) Image(_ context.Context, accountSID string, campaignID, id int64) ([]byte, error) {
	record, err := m.find(accountSID, campaignID, id)
	if err == nil && record.Image == nil {
		err = ErrNotFound
	}
	return record.Image, err
}

func (m *memory) find(accountSID string, campaignID, id int64) (Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return Record{}, ErrClosed
	}
	if i := id - FirstID; i >= 0 && i < int64(len(m.records)) {
		if record := m.records[i]; record.AccountSID == accountSID && record.CampaignID == campaignID {
			return record, nil
		}
	}
	return Record{}, ErrNotFound
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.records = true, nil
	return nil
}
