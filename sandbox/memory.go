package sandbox

import (
	"bytes"
	"context"
	"sync"
)

// NewMemory returns a Store that keeps everything in memory, until it is closed.
func NewMemory() Store { return &memory{} }

type memory struct {
	mu      sync.RWMutex
	closed  bool
	records []*Record // the record with id FirstID+i is at i; nil if it was removed
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
	record.ID = FirstID + int64(len(m.records))
	record.Image = bytes.Clone(record.Image) // of the length that it has, and no more
	m.records = append(m.records, &record)
	return record.ID, nil
}

func (m *memory) Get(_ context.Context, accountSID string, campaignID, id int64) (Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.find(accountSID, campaignID, id)
}

func (m *memory) List(_ context.Context, accountSID string, campaignID int64) (records []Record, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	for _, record := range m.records {
		if record != nil && record.AccountSID == accountSID && record.CampaignID == campaignID {
			record := *record
			record.Image = nil
			records = append(records, record)
		}
	}
	return records, nil
}

func (m *memory) Image(_ context.Context, accountSID string, campaignID, id int64) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if _, err := m.find(accountSID, campaignID, id); err != nil {
		return nil, err
	}
	image := m.records[id-FirstID].Image
	if len(image) == 0 {
		return nil, ErrNotFound
	}
	return image, nil
}

func (m *memory) Change(ctx context.Context, accountSID string, campaignID, id int64, change func(*Record) (Change, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	record, err := m.find(accountSID, campaignID, id)
	if err != nil {
		return err
	}
	what, err := change(&record)
	if err != nil {
		return err
	}
	if what == Remove {
		m.records[id-FirstID] = nil
		return nil
	}
	kept := m.records[id-FirstID]
	kept.Contact = record.Contact
	if record.Image != nil {
		kept.Image = bytes.Clone(record.Image)
	}
	return nil
}

// find returns a record without its image.
func (m *memory) find(accountSID string, campaignID, id int64) (Record, error) {
	if m.closed {
		return Record{}, ErrClosed
	}
	if i := id - FirstID; i >= 0 && i < int64(len(m.records)) && m.records[i] != nil {
		if record := *m.records[i]; record.AccountSID == accountSID && record.CampaignID == campaignID {
			record.Image = nil
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
