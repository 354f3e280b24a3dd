package sandbox

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
	"strings"
)

const insertContact = "INSERT INTO contact (account, campaign, contact, system, listed) VALUES (?, ?, ?, ?, ?)"

// writer is the connection that writes, with its statements compiled.
type writer struct {
	db                                                           *database
	begin, commitNow, insertContact, insertContacts, insertImage statement
	selectContact, updateContact, deleteImage, deleteContact     statement
	lost                                                         error
	values                                                       [5 * rowsAtOnce]driver.NamedValue
}

func newWriter(db *database) (*writer, error) {
	w := &writer{db: db}
	for i := range w.values {
		w.values[i].Ordinal = i + 1
	}
	for statement, query := range w.statements() {
		prepared, err := db.prepare(query)
		if err != nil {
			return nil, err // closing the connection frees the statements
		}
		*statement = prepared
	}
	return w, nil
}

func (w *writer) statements() map[*statement]string {
	return map[*statement]string{
		&w.begin:          "BEGIN IMMEDIATE",
		&w.commitNow:      "COMMIT",
		&w.insertContact:  insertContact,
		&w.insertContacts: insertContact + strings.Repeat(", (?, ?, ?, ?, ?)", rowsAtOnce-1),
		&w.insertImage:    "INSERT INTO image (contact, bytes) VALUES (?, ?)",
		&w.selectContact:  "SELECT contact, system, listed FROM contact WHERE id = ? AND account = ? AND campaign = ?",
		&w.updateContact:  "UPDATE contact SET contact = ? WHERE id = ?",
		&w.deleteImage:    "DELETE FROM image WHERE contact = ?",
		&w.deleteContact:  "DELETE FROM contact WHERE id = ?",
	}
}

// commit carries out all writes of a batch in one transaction, those apart whose caller is gone, and gives
// each its id or its error. All of them fail together, if the database fails.
func (w *writer) commit(batch []*pendingWrite) {
	if w.dropGone(batch) == 0 {
		return
	}
	if w.lost == nil {
		w.lost = w.db.intact()
	}
	err := w.lost
	if err == nil {
		err = w.transaction(batch)
	}
	if err == nil {
		return
	}
	for _, p := range batch {
		if p.err == nil {
			p.id, p.err = 0, err
		}
	}
}

// dropGone gives the writes whose context has ended its error, and returns how many are left.
func (w *writer) dropGone(batch []*pendingWrite) (left int) {
	for _, p := range batch {
		if p.err = p.ctx.Err(); p.err == nil {
			left++
		}
	}
	return left
}

func (w *writer) transaction(batch []*pendingWrite) (err error) {
	if err := w.run(w.begin); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// SQLite may have rolled back by itself, and then says that there is nothing to roll back.
			_ = w.db.run("ROLLBACK")
		}
	}()
	for len(batch) > 0 {
		n := 1
		switch p := batch[0]; {
		case p.err != nil:
		case p.write != nil:
			p.err, err = p.write(w)
		case areCreates(batch):
			n, err = rowsAtOnce, w.insertRows(batch[:rowsAtOnce])
		default:
			p.id, err = w.insert(&p.record)
		}
		if err != nil {
			return err
		}
		batch = batch[n:]
	}
	if err = w.run(w.commitNow); err == nil {
		w.lost = w.db.intact()
		err = w.lost
	}
	return err
}

// run executes a statement with values.
func (w *writer) run(s statement, values ...driver.Value) error {
	_, err := s.ExecContext(context.Background(), w.named(values))
	return err
}

func (w *writer) named(values []driver.Value) []driver.NamedValue {
	for i, value := range values {
		w.values[i].Value = value
	}
	return w.values[:len(values)]
}

func (w *writer) insert(record *Record) (id int64, err error) {
	result, err := w.insertContact.ExecContext(context.Background(), w.named(valuesOf(record)))
	if err != nil {
		return 0, err
	}
	if id, err = result.LastInsertId(); err != nil || len(record.Image) == 0 {
		return id, err
	}
	return id, w.run(w.insertImage, id, record.Image)
}

// rowsAtOnce is how many creates share a statement, which costs as much as its rows.
const rowsAtOnce = 8

// areCreates tells whether a batch begins with creates that can share a statement.
func areCreates(batch []*pendingWrite) bool {
	return len(batch) >= rowsAtOnce && !slices.ContainsFunc(batch[:rowsAtOnce], func(p *pendingWrite) bool {
		return p.err != nil || p.write != nil || len(p.record.Image) > 0
	})
}

// insertRows inserts records by one statement. SQLite counts up their ids by one, as nobody else writes meanwhile.
func (w *writer) insertRows(batch []*pendingWrite) error {
	values := w.values[:0]
	for _, p := range batch {
		for _, value := range valuesOf(&p.record) {
			values = append(values, driver.NamedValue{Ordinal: len(values) + 1, Value: value})
		}
	}
	result, err := w.insertContacts.ExecContext(context.Background(), values)
	if err != nil {
		return err
	}
	last, err := result.LastInsertId()
	for i, p := range batch {
		p.id = last - int64(len(batch)-1-i)
	}
	return err
}

// valuesOf are those of a record's columns but its id.
func valuesOf(record *Record) []driver.Value {
	system := int64(0)
	if record.System {
		system = 1
	}
	return []driver.Value{record.AccountSID, record.CampaignID, record.Contact, system, microsOf(record.ListedFrom)}
}

// change carries out a change of one record. refused concerns this change alone, failed the whole transaction.
func (w *writer) change(record *Record, change func(*Record) (Change, error)) (refused, failed error) {
	rows, err := w.selectContact.QueryContext(context.Background(), w.named([]driver.Value{record.ID, record.AccountSID, record.CampaignID}))
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, 3)
	err = rows.Next(row)
	if closeErr := rows.Close(); err == nil {
		err = closeErr
	}
	if err == io.EOF {
		return ErrNotFound, nil
	}
	contact, isText := row[0].(string)
	system, isInteger := row[1].(int64)
	listed, isTime := row[2].(int64)
	if err != nil || !isText || !isInteger || !isTime {
		return nil, errors.Join(err, errNoRow)
	}
	record.Contact, record.System, record.ListedFrom = contact, system != 0, timeOf(listed)
	what, err := change(record)
	if err != nil {
		return err, nil
	}
	if what == Remove || record.Image != nil {
		if err := w.run(w.deleteImage, record.ID); err != nil {
			return nil, err
		}
	}
	if what == Remove {
		return nil, w.run(w.deleteContact, record.ID)
	}
	if len(record.Image) > 0 {
		if err := w.run(w.insertImage, record.ID, record.Image); err != nil {
			return nil, err
		}
	}
	return nil, w.run(w.updateContact, record.Contact, record.ID)
}

// load inserts records under their ids.
func (w *writer) load(records []Record) (refused, failed error) {
	seen := map[int64]bool{}
	for i := range records {
		id := records[i].ID
		taken, err := w.db.has("SELECT 1 FROM contact WHERE id = ?", id)
		if err != nil {
			return nil, err
		}
		if taken || seen[id] {
			return &TakenError{id}, nil
		}
		seen[id] = true
	}
	for i := range records {
		record := &records[i]
		values := append(valuesOf(record), record.ID)
		if err := w.db.run("INSERT INTO contact (account, campaign, contact, system, listed, id) VALUES (?, ?, ?, ?, ?, ?)", values...); err != nil {
			return nil, err
		}
		if len(record.Image) == 0 {
			continue
		}
		if err := w.run(w.insertImage, record.ID, record.Image); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (w *writer) addSystem(accountSID string, campaignID int64, count int, contact func(n int) string) error {
	has, err := w.db.integer("SELECT count(*) FROM contact WHERE account = ? AND campaign = ? AND system = 1", accountSID, campaignID)
	if err != nil {
		return err
	}
	for n := range max(0, count-int(has)) {
		if _, err := w.insert(&Record{AccountSID: accountSID, CampaignID: campaignID, System: true, Contact: contact(n + 1)}); err != nil {
			return err
		}
	}
	return nil
}

// reset removes the records of an account, or of all.
func (w *writer) reset(accountSID string) (removed int64, err error) {
	const which = " WHERE account = ?1 OR ?1 = ''"
	if err := w.db.run("DELETE FROM image WHERE contact IN (SELECT id FROM contact"+which+")", accountSID); err != nil {
		return 0, err
	}
	result, err := w.db.exec("DELETE FROM contact"+which, accountSID)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *writer) close() error {
	var errs []error
	for statement := range w.statements() {
		errs = append(errs, (*statement).Close())
	}
	return errors.Join(append(errs, w.db.close())...)
}
