package postgres

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// What one transaction creates at most: the contacts, and the bytes of their images, but for the first.
const (
	maxBatch      = 500
	maxBatchBytes = 16 << 20
)

// A create is a record on its way to the database.
type create struct {
	ctx    context.Context
	record sandbox.Record
	id     int64
	err    error
	done   chan struct{} // closed when id or err is final
}

// Create implements sandbox.Store.
func (d *Database) Create(ctx context.Context, record sandbox.Record) (int64, error) {
	// One text that PostgreSQL does not take would fail all creates of its transaction. JSON never holds it.
	if !utf8.ValidString(record.Contact) || strings.Contains(record.Contact, "\x00") {
		return 0, errors.New("sandbox: Record.Contact is no JSON: it must be UTF-8, without NUL")
	}
	c := &create{ctx: ctx, record: record, done: make(chan struct{})}
	if !d.creates.add(c) {
		return 0, sandbox.ErrClosed
	}
	<-c.done
	return c.id, c.err
}

// create carries out all creates, those apart whose caller is gone.
func (d *Database) create(all []*create) {
	var batch []*create
	size := 0
	flush := func() {
		d.insert(batch)
		for _, c := range batch {
			close(c.done)
		}
		batch, size = nil, 0
	}
	for _, c := range all {
		if c.err = c.ctx.Err(); c.err != nil {
			close(c.done)
			continue
		}
		if len(batch) == maxBatch || size+len(c.record.Image) > maxBatchBytes && len(batch) > 0 {
			flush()
		}
		batch, size = append(batch, c), size+len(c.record.Image)
	}
	if len(batch) > 0 {
		flush()
	}
}

// One statement is one transaction, and one round trip. The ids count up in the order of the arrays.
const insert = `
WITH new AS MATERIALIZED (
	SELECT nextval('contact_id') AS id, n, account, campaign, system, contact, image, listed_from
	FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::text[], $5::bytea[], $6::timestamptz[]) WITH ORDINALITY AS c (account, campaign, system, contact, image, listed_from, n)
), kept AS (
	INSERT INTO contact (id, account, campaign, system, contact, image, listed_from)
	SELECT id, account, campaign, system, contact, image, listed_from FROM new
)
SELECT id FROM new ORDER BY n`

func (d *Database) insert(batch []*create) {
	n := len(batch)
	accounts, campaigns, systems := make([]string, n), make([]int64, n), make([]bool, n)
	contacts, images, listed := make([]string, n), make([][]byte, n), make([]*time.Time, n)
	for i, c := range batch {
		r := &c.record
		accounts[i], campaigns[i], systems[i] = r.AccountSID, r.CampaignID, r.System
		contacts[i], images[i], listed[i] = r.Contact, orNull(r.Image), listedFrom(r)
	}
	var ids []int64
	err := d.change(context.Background(), func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		rows, _ := conn.Query(ctx, insert, accounts, campaigns, systems, contacts, images, listed)
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	for i, c := range batch {
		if c.err = err; err == nil {
			c.id = ids[i]
		}
	}
}
