package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// OpenSQLite opens the store in a SQLite file, which it makes if it is not there, readable to its owner
// only. A change is on the disk before it is responded to. The error says so if the file is another program's,
// of a later version of this one, or read-only; it is then left as it was. Several processes may have the
// same file open. The directory must exist.
//
// A file that is removed or cut while it is open is lost; from then on every change fails.
func OpenSQLite(path string) (Store, error) {
	absolute, err := filepath.Abs(path)
	if err == nil && path == "" {
		err = errors.New("the path is empty")
	}
	var store Store
	if err == nil {
		store, err = openSQLite(absolute)
	}
	if err != nil {
		return nil, fmt.Errorf("sandbox: cannot open the database %q: %w", path, err)
	}
	return store, nil
}

// sqliteStore is a Store with group commit: the changes that come in while one transaction is being
// written to the disk share the next.
type sqliteStore struct {
	reads *sql.DB

	mu      sync.Mutex
	waiting []*pendingWrite
	closed  bool
	wake    chan struct{} // holds a token if the writer has something to do

	ended chan struct{} // closed by the writer, after which Close has its error
	err   error

	accountsChanged notice
}

// A pendingWrite is one create, or another write, on its way through the writer.
type pendingWrite struct {
	ctx    context.Context
	record Record
	write  func(*writer) (refused, failed error) // nil: a create
	id     int64
	err    error
	done   chan struct{} // gets a token when id or err is final
}

var pendingWrites = sync.Pool{New: func() any { return &pendingWrite{done: make(chan struct{}, 1)} }}

func openSQLite(path string) (*sqliteStore, error) {
	db, err := openDatabase(path)
	if err != nil {
		return nil, err
	}
	w, err := newWriter(db)
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	reads, err := sql.Open("sqlite", dataSource(path)+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	reads.SetMaxIdleConns(4)
	reads.SetMaxOpenConns(4)
	s := &sqliteStore{reads: reads, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go s.write(w)
	return s, nil
}

func (s *sqliteStore) Create(ctx context.Context, record Record) (int64, error) {
	return s.hand(ctx, record, nil)
}

func (s *sqliteStore) Change(ctx context.Context, accountSID string, campaignID, id int64, change func(*Record) (Change, error)) error {
	record := Record{ID: id, AccountSID: accountSID, CampaignID: campaignID}
	return s.do(ctx, func(w *writer) (refused, failed error) { return w.change(&record, change) })
}

func (s *sqliteStore) Load(ctx context.Context, records []Record) error {
	return s.do(ctx, func(w *writer) (refused, failed error) { return w.load(records) })
}

func (s *sqliteStore) AddSystem(ctx context.Context, accountSID string, campaignID int64, count int, contact func(n int) string) error {
	return s.do(ctx, func(w *writer) (refused, failed error) {
		return nil, w.addSystem(accountSID, campaignID, count, contact)
	})
}

func (s *sqliteStore) Reset(ctx context.Context, accountSID string) (removed int64, err error) {
	err = s.do(ctx, func(w *writer) (refused, failed error) {
		removed, failed = w.reset(accountSID)
		return nil, failed
	})
	return removed, err
}

func (s *sqliteStore) do(ctx context.Context, write func(*writer) (refused, failed error)) error {
	_, err := s.hand(ctx, Record{}, write)
	return err
}

// hand hands a write to the writer and waits for its commit. From then on a context that ends no longer
// matters, unless the writer finds it ended: the outcome is known soon, and is told.
func (s *sqliteStore) hand(ctx context.Context, record Record, write func(*writer) (refused, failed error)) (int64, error) {
	p := pendingWrites.Get().(*pendingWrite)
	p.ctx, p.record, p.write, p.id, p.err = ctx, record, write, 0, nil
	if err := s.enqueue(p); err != nil {
		return 0, err
	}
	<-p.done
	id, err := p.id, p.err
	p.ctx, p.record, p.write = nil, Record{}, nil
	pendingWrites.Put(p)
	return id, err
}

func (s *sqliteStore) enqueue(p *pendingWrite) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.waiting = append(s.waiting, p)
	s.wakeWriter()
	return nil
}

func (s *sqliteStore) wakeWriter() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// write is the writer: the one goroutine that changes the database.
func (s *sqliteStore) write(w *writer) {
	defer close(s.ended)
	var batch []*pendingWrite
	for range s.wake {
		// Let those who are about to write get here first: the larger a batch, the less each write in
		// it costs. When nobody else runs, this takes no time.
		runtime.Gosched()
		s.mu.Lock()
		batch, s.waiting = s.waiting, batch[:0]
		closed := s.closed
		s.mu.Unlock()
		w.commit(batch)
		for i, p := range batch {
			batch[i] = nil // it is its sender's again
			p.done <- struct{}{}
		}
		if closed { // and so nothing was added since
			s.err = w.close()
			return
		}
	}
}

// Close lets the writes that are waiting be committed, and closes the file.
func (s *sqliteStore) Close() error {
	s.mu.Lock()
	s.closed = true
	s.wakeWriter()
	s.mu.Unlock()
	<-s.ended
	return errors.Join(s.reads.Close(), s.err)
}

func (s *sqliteStore) Get(ctx context.Context, accountSID string, campaignID, id int64) (Record, error) {
	record := Record{ID: id, AccountSID: accountSID, CampaignID: campaignID}
	err := s.read(func() error {
		var listed int64
		err := s.reads.QueryRowContext(ctx, "SELECT contact, system, listed FROM contact WHERE id = ? AND account = ? AND campaign = ?", id, accountSID, campaignID).
			Scan(&record.Contact, &record.System, &listed)
		record.ListedFrom = timeOf(listed)
		return err
	})
	return record, err
}

// A time is kept as microseconds since 1970; the zero time as 0.
func timeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func microsOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func (s *sqliteStore) Image(ctx context.Context, accountSID string, campaignID, id int64) (image []byte, err error) {
	err = s.read(func() error {
		return s.reads.QueryRowContext(ctx, `SELECT bytes FROM image JOIN contact ON contact.id = image.contact
			WHERE contact.id = ? AND account = ? AND campaign = ?`, id, accountSID, campaignID).Scan(&image)
	})
	return image, err
}

func (s *sqliteStore) List(ctx context.Context, accountSID string, campaignID int64, at time.Time) ([]Record, error) {
	return s.records(ctx, "WHERE account = ? AND campaign = ? AND listed <= ? ORDER BY id", accountSID, campaignID, microsOf(at))
}

func (s *sqliteStore) Page(ctx context.Context, accountSID string, aboveID int64, limit int) ([]Record, error) {
	return s.records(ctx, "WHERE id > ?1 AND (account = ?2 OR ?2 = '') ORDER BY id LIMIT ?3", aboveID, accountSID, limit)
}

func (s *sqliteStore) Newest(ctx context.Context, accountSID string, belowID int64, limit int) ([]Record, error) {
	return s.records(ctx, "WHERE (id < ?1 OR ?1 = 0) AND (account = ?2 OR ?2 = '') ORDER BY id DESC LIMIT ?3", belowID, accountSID, limit)
}

// records are those of a query that goes on from its table.
func (s *sqliteStore) records(ctx context.Context, query string, values ...any) (records []Record, err error) {
	err = s.read(func() error {
		rows, err := s.reads.QueryContext(ctx, "SELECT id, account, campaign, contact, system, listed FROM contact "+query, values...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var record Record
			var listed int64
			if err := rows.Scan(&record.ID, &record.AccountSID, &record.CampaignID, &record.Contact, &record.System, &listed); err != nil {
				return err
			}
			record.ListedFrom = timeOf(listed)
			records = append(records, record)
		}
		return rows.Err()
	})
	return records, err
}

// read runs a query on a file that is still there.
func (s *sqliteStore) read(query func() error) error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return ErrClosed
	}
	err := query()
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return err
}
