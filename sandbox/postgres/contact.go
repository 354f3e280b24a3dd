package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// columns are those of a record, in the order of scan. The bytes of images are read on their own.
const columns = "id, account, campaign, system, contact, listed_from"

func scan(row pgx.CollectableRow) (record sandbox.Record, err error) {
	var listed *time.Time
	err = row.Scan(&record.ID, &record.AccountSID, &record.CampaignID, &record.System, &record.Contact, &listed)
	if listed != nil {
		record.ListedFrom = listed.UTC()
	}
	return record, err
}

const ofCampaign = " FROM contact WHERE account = $1 AND campaign = $2"

// Get implements sandbox.Store.
func (d *Database) Get(ctx context.Context, accountSID string, campaignID, id int64) (record sandbox.Record, err error) {
	err = d.read(ctx, func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		rows, _ := conn.Query(ctx, "SELECT "+columns+ofCampaign+" AND id = $3", accountSID, campaignID, id)
		record, err = pgx.CollectExactlyOneRow(rows, scan)
		return err
	})
	return record, err
}

// Image implements sandbox.Store.
func (d *Database) Image(ctx context.Context, accountSID string, campaignID, id int64) (image []byte, err error) {
	err = d.read(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, "SELECT image"+ofCampaign+" AND id = $3 AND image IS NOT NULL", accountSID, campaignID, id).Scan(&image)
	})
	return image, err
}

// List implements sandbox.Store.
func (d *Database) List(ctx context.Context, accountSID string, campaignID int64, at time.Time) ([]sandbox.Record, error) {
	return d.records(ctx, "SELECT "+columns+ofCampaign+" AND (listed_from IS NULL OR listed_from <= $3) ORDER BY id", accountSID, campaignID, at)
}

// Page implements sandbox.Store.
func (d *Database) Page(ctx context.Context, accountSID string, aboveID int64, limit int) ([]sandbox.Record, error) {
	return d.records(ctx, "SELECT "+columns+" FROM contact WHERE id > $1 AND ($2 = '' OR account = $2) ORDER BY id LIMIT $3", aboveID, accountSID, limit)
}

// Newest implements sandbox.Store.
func (d *Database) Newest(ctx context.Context, accountSID string, belowID int64, limit int) ([]sandbox.Record, error) {
	return d.records(ctx, "SELECT "+columns+" FROM contact WHERE ($1 = 0 OR id < $1) AND ($2 = '' OR account = $2) ORDER BY id DESC LIMIT $3", belowID, accountSID, limit)
}

func (d *Database) records(ctx context.Context, query string, args ...any) (records []sandbox.Record, err error) {
	err = d.read(ctx, func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		rows, _ := conn.Query(ctx, query, args...)
		records, err = pgx.AppendRows(records, rows, scan)
		return err
	})
	return records, err
}

// Change implements sandbox.Store.
func (d *Database) Change(ctx context.Context, accountSID string, campaignID, id int64, change func(*sandbox.Record) (sandbox.Change, error)) error {
	return d.transaction(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "SELECT "+columns+ofCampaign+" AND id = $3 FOR UPDATE", accountSID, campaignID, id)
		record, err := pgx.CollectExactlyOneRow(rows, scan)
		if err != nil {
			return err
		}
		what, err := change(&record)
		switch {
		case err != nil:
			return &refusedError{err}
		case what == sandbox.Remove:
			_, err = tx.Exec(ctx, "DELETE FROM contact WHERE id = $1", id)
		case record.Image == nil:
			_, err = tx.Exec(ctx, "UPDATE contact SET contact = $2 WHERE id = $1", id, record.Contact)
		default:
			_, err = tx.Exec(ctx, "UPDATE contact SET contact = $2, image = $3 WHERE id = $1", id, record.Contact, orNull(record.Image))
		}
		return err
	})
}

func (d *Database) transaction(ctx context.Context, run func(context.Context, pgx.Tx) error) error {
	return d.change(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return run(ctx, tx) })
	})
}

// lockContacts lets nobody else change contacts until the end of the transaction.
const lockContacts = "LOCK TABLE contact IN SHARE ROW EXCLUSIVE MODE"

// Load implements sandbox.Store.
func (d *Database) Load(ctx context.Context, records []sandbox.Record) error {
	ids := make([]int64, len(records))
	for i := range records {
		ids[i] = records[i].ID
	}
	return d.transaction(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// Creates take their ids with a lock of theirs, and wait: none gets one that is loaded.
		if _, err := tx.Exec(ctx, lockContacts); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, "SELECT id FROM contact WHERE id = ANY ($1)", ids)
		there, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		taken := map[int64]bool{}
		for _, id := range there {
			taken[id] = true
		}
		for _, id := range ids {
			if taken[id] {
				return &refusedError{&sandbox.TakenError{ID: id}}
			}
			taken[id] = true
		}
		if len(ids) == 0 {
			return nil
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"contact"}, []string{"id", "account", "campaign", "system", "contact", "image", "listed_from"},
			pgx.CopyFromSlice(len(records), func(i int) ([]any, error) {
				r := &records[i]
				return []any{r.ID, r.AccountSID, r.CampaignID, r.System, r.Contact, orNull(r.Image), listedFrom(r)}, nil
			}))
		if err != nil {
			return err
		}
		// The first id of a new sequence is not called yet.
		_, err = tx.Exec(ctx, "SELECT setval('contact_id', $1) FROM contact_id WHERE last_value < $1 OR last_value = $1 AND NOT is_called", slices.Max(ids))
		return err
	})
}

// AddSystem implements sandbox.Store.
func (d *Database) AddSystem(ctx context.Context, accountSID string, campaignID int64, count int, contact func(n int) string) error {
	return d.transaction(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockContacts); err != nil {
			return err
		}
		var has int
		if err := tx.QueryRow(ctx, "SELECT count(*)"+ofCampaign+" AND system", accountSID, campaignID).Scan(&has); err != nil {
			return err
		}
		var contacts []string
		for n := range max(0, count-has) {
			contacts = append(contacts, contact(n+1))
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO contact (id, account, campaign, system, contact)
			SELECT nextval('contact_id'), $1, $2, true, contact FROM unnest($3::text[]) AS c (contact)`, accountSID, campaignID, contacts)
		return err
	})
}

// Reset implements sandbox.Store.
func (d *Database) Reset(ctx context.Context, accountSID string) (removed int64, err error) {
	err = d.change(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		tag, err := conn.Exec(ctx, "DELETE FROM contact WHERE $1 = '' OR account = $1", accountSID)
		removed = tag.RowsAffected()
		return err
	})
	return removed, err
}

// orNull makes an image of length 0 none.
func orNull(image []byte) []byte {
	if len(image) == 0 {
		return nil
	}
	return image
}

// listedFrom is NULL for a record that is listed at once.
func listedFrom(record *sandbox.Record) *time.Time {
	if record.ListedFrom.IsZero() {
		return nil
	}
	return &record.ListedFrom
}
