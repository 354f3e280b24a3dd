package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// NewMemory returns a Store that keeps everything in memory, until it is closed.
func NewMemory() Store {
	return &memory{nextID: FirstID}
}

type memory struct {
	mu       sync.RWMutex
	closed   bool
	records  []*Record // by their ids
	nextID   int64
	accounts []Account // by their SIDs
	changed  notice    // of accounts
}

func (m *memory) Create(ctx context.Context, record Record) (int64, error) {
	unlock, err := m.lock(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	record.Image = bytes.Clone(record.Image) // of the length that it has, and no more
	return m.add(record), nil
}

func (m *memory) add(record Record) int64 {
	record.ID = m.nextID
	m.nextID++
	m.records = append(m.records, &record)
	return record.ID
}

// lock is for a change. It fails if nothing may change.
func (m *memory) lock(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, ErrClosed
	}
	return m.mu.Unlock, nil
}

func (m *memory) Get(_ context.Context, accountSID string, campaignID, id int64) (Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, err := m.find(accountSID, campaignID, id)
	if err != nil {
		return Record{}, err
	}
	return m.withoutImage(i), nil
}

// find returns the index of a record.
func (m *memory) find(accountSID string, campaignID, id int64) (int, error) {
	if m.closed {
		return 0, ErrClosed
	}
	i, found := m.index(id)
	if !found || m.records[i].AccountSID != accountSID || m.records[i].CampaignID != campaignID {
		return 0, ErrNotFound
	}
	return i, nil
}

// index is where the record of an id is, or would be.
func (m *memory) index(id int64) (int, bool) {
	return slices.BinarySearchFunc(m.records, id, func(record *Record, id int64) int { return cmp.Compare(record.ID, id) })
}

func (m *memory) withoutImage(i int) Record {
	record := *m.records[i]
	record.Image = nil
	return record
}

func (m *memory) List(_ context.Context, accountSID string, campaignID int64, at time.Time) (records []Record, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	for i, record := range m.records {
		if record.AccountSID == accountSID && record.CampaignID == campaignID && !record.ListedFrom.After(at) {
			records = append(records, m.withoutImage(i))
		}
	}
	return records, nil
}

func (m *memory) Image(_ context.Context, accountSID string, campaignID, id int64) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, err := m.find(accountSID, campaignID, id)
	if err != nil {
		return nil, err
	}
	if len(m.records[i].Image) == 0 {
		return nil, ErrNotFound
	}
	return m.records[i].Image, nil
}

func (m *memory) Change(ctx context.Context, accountSID string, campaignID, id int64, change func(*Record) (Change, error)) error {
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	i, err := m.find(accountSID, campaignID, id)
	if err != nil {
		return err
	}
	record := m.withoutImage(i)
	what, err := change(&record)
	if err != nil {
		return err
	}
	if what == Remove {
		m.records = slices.Delete(m.records, i, i+1)
		return nil
	}
	m.records[i].Contact = record.Contact
	if record.Image != nil {
		m.records[i].Image = bytes.Clone(record.Image)
	}
	return nil
}

func (m *memory) Page(_ context.Context, accountSID string, aboveID int64, limit int) (records []Record, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	first, _ := m.index(aboveID + 1)
	for i := first; i < len(m.records) && len(records) < limit; i++ {
		if accountSID == "" || m.records[i].AccountSID == accountSID {
			records = append(records, m.withoutImage(i))
		}
	}
	return records, nil
}

func (m *memory) Newest(_ context.Context, accountSID string, belowID int64, limit int) (records []Record, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	end := len(m.records)
	if belowID > 0 {
		end, _ = m.index(belowID)
	}
	for i := end - 1; i >= 0 && len(records) < limit; i-- {
		if accountSID == "" || m.records[i].AccountSID == accountSID {
			records = append(records, m.withoutImage(i))
		}
	}
	return records, nil
}

func (m *memory) Load(ctx context.Context, records []Record) error {
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	seen := map[int64]bool{}
	for i := range records {
		id := records[i].ID
		if _, taken := m.index(id); taken || seen[id] {
			return &TakenError{id}
		}
		seen[id] = true
	}
	for _, record := range records {
		record.Image = bytes.Clone(record.Image)
		m.records = append(m.records, &record)
		m.nextID = max(m.nextID, record.ID+1)
	}
	slices.SortFunc(m.records, func(a, b *Record) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

func (m *memory) Reset(ctx context.Context, accountSID string) (removed int64, err error) {
	unlock, err := m.lock(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	before := len(m.records)
	m.records = slices.DeleteFunc(m.records, func(record *Record) bool { return accountSID == "" || record.AccountSID == accountSID })
	return int64(before - len(m.records)), nil
}

func (m *memory) AddSystem(ctx context.Context, accountSID string, campaignID int64, count int, contact func(n int) string) error {
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for _, record := range m.records {
		if record.System && record.AccountSID == accountSID && record.CampaignID == campaignID {
			count--
		}
	}
	for n := range max(0, count) {
		m.add(Record{AccountSID: accountSID, CampaignID: campaignID, System: true, Contact: contact(n + 1)})
	}
	return nil
}

func (m *memory) Accounts(context.Context) ([]Account, <-chan struct{}, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, nil, ErrClosed
	}
	return slices.Clone(m.accounts), m.changed.next(), nil
}

func (m *memory) AddAccount(ctx context.Context, account Account) error {
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	m.accounts, err = withAccount(m.accounts, account)
	if err == nil {
		m.changed.tell()
	}
	return err
}

func (m *memory) RemoveAccount(ctx context.Context, accountSID string) error {
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	m.accounts, err = withoutAccount(m.accounts, accountSID)
	if err == nil {
		m.changed.tell()
	}
	return err
}

// withAccount adds an account to those that there are, in the order of their SIDs.
func withAccount(accounts []Account, account Account) ([]Account, error) {
	for i := range accounts {
		if accounts[i].SID == account.SID {
			return accounts, ErrAccountTaken
		}
	}
	for i := range accounts {
		if accounts[i].TokenDigest == account.TokenDigest {
			return accounts, ErrTokenTaken
		}
	}
	i, _ := findAccount(accounts, account.SID)
	return slices.Insert(accounts, i, account), nil
}

func withoutAccount(accounts []Account, sid string) ([]Account, error) {
	i, found := findAccount(accounts, sid)
	if !found {
		return accounts, ErrNoAccount
	}
	return slices.Delete(accounts, i, i+1), nil
}

func findAccount(accounts []Account, sid string) (int, bool) {
	return slices.BinarySearchFunc(accounts, sid, func(account Account, sid string) int { return strings.Compare(account.SID, sid) })
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.records, m.accounts = true, nil, nil
	return nil
}
