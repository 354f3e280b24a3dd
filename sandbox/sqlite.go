package sandbox

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
)

// OpenSQLite opens the store in a SQLite file, which it makes if it is not there, readable to its owner
// only. A create is on the disk before it is answered. The error says so if the file is another program's,
// or of a later version of this one; it is then left as it was. Several processes may have the
// same file open. The directory must exist.
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

// sqliteStore is a Store with group commit: the creates that come in while one transaction is being
// written to the disk share the next.
type sqliteStore struct {
	reads *sql.DB

	mu      sync.Mutex
	waiting []*creation
	closed  bool
	wake    chan struct{} // holds a token if the writer has something to do

	ended chan struct{} // closed by the writer, after which close has its error
	err   error
}

// creation is one create on its way through the writer.
type creation struct {
	ctx    context.Context
	record Record
	id     int64
	err    error
	done   chan struct{} // gets a token when id or err is final
}

var creations = sync.Pool{New: func() any { return &creation{done: make(chan struct{}, 1)} }}

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

// Create hands the record to the writer and waits for its commit. From then on a context that ends
// no longer matters, unless the writer finds it ended: the outcome is known soon, and is told.
func (s *sqliteStore) Create(ctx context.Context, record Record) (int64, error) {
	c := creations.Get().(*creation)
	c.ctx, c.record, c.id, c.err = ctx, record, 0, nil
	if err := s.enqueue(c); err != nil {
		return 0, err
	}
	<-c.done
	id, err := c.id, c.err
	c.ctx, c.record = nil, Record{}
	creations.Put(c)
	return id, err
}

func (s *sqliteStore) enqueue(c *creation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.waiting = append(s.waiting, c)
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
	var batch []*creation
	for range s.wake {
		// Let those who are about to create get here first: the larger a batch, the less each create in
		// it costs. When nobody else runs, this takes no time.
		runtime.Gosched()
		s.mu.Lock()
		batch, s.waiting = s.waiting, batch[:0]
		closed := s.closed
		s.mu.Unlock()
		w.commit(batch)
		for i, c := range batch {
			batch[i] = nil // it is its creator's again
			c.done <- struct{}{}
		}
		if closed { // and so nothing was added since
			s.err = w.close()
			return
		}
	}
}

// Close lets the creates that are waiting be committed, and closes the file.
func (s *sqliteStore) Close() error {
	s.mu.Lock()
	s.closed = true
	s.wakeWriter()
	s.mu.Unlock()
	<-s.ended
	return errors.Join(s.reads.Close(), s.err)
}

func (s *sqliteStore) Get(ctx context.Context, accountSID string, campaignID, id int64) (Record, error) {
	record := Record{AccountSID: accountSID, CampaignID: campaignID}
	err := s.read(ctx, &record.Contact, "SELECT contact FROM contact WHERE id = ? AND account = ? AND campaign = ?", id, accountSID, campaignID)
	return record, err
}

func (s *sqliteStore) Image(ctx context.Context, accountSID string, campaignID, id int64) ([]byte, error) {
	var image []byte
	err := s.read(ctx, &image, `SELECT bytes FROM image JOIN contact ON contact.id = image.contact
		WHERE contact.id = ? AND account = ? AND campaign = ?`, id, accountSID, campaignID)
	return image, err
}

func (s *sqliteStore) read(ctx context.Context, value any, query string, arguments ...any) error {
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return ErrClosed
	}
	err := s.reads.QueryRowContext(ctx, query, arguments...).Scan(value)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// writer is the connection that writes, with its statements compiled.
type writer struct {
	db                               *database
	begin, commitNow, contact, image statement
	contactValues                    []driver.NamedValue
	imageValues                      []driver.NamedValue
}

func newWriter(db *database) (*writer, error) {
	w := &writer{
		db:            db,
		contactValues: []driver.NamedValue{{Ordinal: 1}, {Ordinal: 2}, {Ordinal: 3}},
		imageValues:   []driver.NamedValue{{Ordinal: 1}, {Ordinal: 2}},
	}
	for _, s := range []struct {
		prepared *statement
		query    string
	}{
		{&w.begin, "BEGIN IMMEDIATE"},
		{&w.commitNow, "COMMIT"},
		{&w.contact, "INSERT INTO contact (account, campaign, contact) VALUES (?, ?, ?)"},
		{&w.image, "INSERT INTO image (contact, bytes) VALUES (?, ?)"},
	} {
		prepared, err := db.prepare(s.query)
		if err != nil {
			return nil, err // closing the connection frees the statements
		}
		*s.prepared = prepared
	}
	return w, nil
}

// commit writes all creates of a batch in one transaction, those apart whose caller is gone, and gives
// each its id or its error. All of them fail together.
func (w *writer) commit(batch []*creation) {
	if w.dropGone(batch) == 0 {
		return
	}
	err := w.transaction(batch)
	if err == nil {
		return
	}
	for _, c := range batch {
		if c.err == nil {
			c.id, c.err = 0, err
		}
	}
}

// dropGone gives the creates whose context has ended its error, and returns how many are left.
func (w *writer) dropGone(batch []*creation) (left int) {
	for _, c := range batch {
		if c.err = c.ctx.Err(); c.err == nil {
			left++
		}
	}
	return left
}

func (w *writer) transaction(batch []*creation) (err error) {
	ctx := context.Background()
	if _, err := w.begin.ExecContext(ctx, nil); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// SQLite may have rolled back by itself, and then says that there is nothing to roll back.
			_ = w.db.run("ROLLBACK")
		}
	}()
	for _, c := range batch {
		if c.err != nil {
			continue
		}
		if c.id, err = w.insert(ctx, &c.record); err != nil {
			return err
		}
	}
	_, err = w.commitNow.ExecContext(ctx, nil)
	return err
}

func (w *writer) insert(ctx context.Context, record *Record) (id int64, err error) {
	v := w.contactValues
	v[0].Value, v[1].Value, v[2].Value = record.AccountSID, record.CampaignID, record.Contact
	result, err := w.contact.ExecContext(ctx, v)
	if err != nil {
		return 0, err
	}
	if id, err = result.LastInsertId(); err != nil || record.Image == nil {
		return id, err
	}
	v = w.imageValues
	v[0].Value, v[1].Value = id, record.Image
	_, err = w.image.ExecContext(ctx, v)
	v[1].Value = nil
	return id, err
}

func (w *writer) close() error {
	var errs []error
	for _, s := range []statement{w.begin, w.commitNow, w.contact, w.image} {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.db.close())...)
}
