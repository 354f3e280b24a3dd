package postgres

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// What is kept of requests.
const (
	maxRequests     = 1000     // of an account
	maxPinned       = 100      // beside them
	maxPinnedBytes  = 4 << 20  // of JSON of them
	maxPinnedParts  = 8 << 20  // bytes of parts of them
	maxParts        = 16 << 20 // bytes of parts of an account
	maxAllRequests  = 20_000   // of all accounts, of which anybody can name new ones
	allRequestsEach = 1000     // how many come between two looks for that
)

// A requestLog is a sandbox.RequestLog.
type requestLog struct {
	*Database
	keeper *keeper
}

// Requests is the log of requests of all sandboxes on the database. Each account has 1,000 requests in it.
func (d *Database) Requests() sandbox.RequestLog { return &requestLog{d, d.keeper} }

// Keep implements sandbox.RequestLog.
func (l *requestLog) Keep(record sandbox.RequestRecord) { l.keeper.keep(record) }

// Last implements sandbox.RequestLog.
func (l *requestLog) Last(ctx context.Context) (id int64, err error) {
	err = l.look(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, "SELECT id FROM request_last").Scan(&id)
	})
	return id, err
}

// look reads what has been kept so far, also by this process a moment ago.
func (l *requestLog) look(ctx context.Context, run query) error {
	l.keeper.flush(ctx)
	return l.read(ctx, run)
}

const (
	requestColumns = "SELECT id, account, status, pinned, json FROM request"
	ofAccounts     = " WHERE ($1::text[] IS NULL OR account = ANY ($1))"
)

func scanRequest(row pgx.CollectableRow) (r sandbox.RequestRecord, err error) {
	err = row.Scan(&r.ID, &r.Account, &r.Status, &r.Pinned, &r.JSON)
	return r, err
}

// List implements sandbox.RequestLog. Without a limit it returns as many as one account can have.
func (l *requestLog) List(ctx context.Context, query sandbox.RequestQuery) (list []sandbox.RequestRecord, err error) {
	limit := maxRequests + maxPinned
	if query.Limit > 0 {
		limit = min(limit, query.Limit)
	}
	err = l.look(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		most := limit
		if query.Text != "" {
			most = maxAllRequests + maxPinned // which of them have it is found here, so that letters are the same in every log
		}
		rows, err := conn.Query(ctx, requestColumns+ofAccounts+`
			AND id > $2 AND ($3 = 0 OR id < $3) AND ($4 < 0 OR status = $4 OR $4 < 10 AND status / 100 = $4)
			ORDER BY id DESC LIMIT $5`, query.Accounts, query.After, query.Before, query.Status, most)
		if err != nil {
			return err
		}
		defer rows.Close()
		for len(list) < limit && rows.Next() {
			r, err := scanRequest(rows)
			if err != nil {
				return err
			}
			if query.Matches(&r) {
				list = append(list, r)
			}
		}
		rows.Close()
		return rows.Err()
	})
	return list, err
}

// Get implements sandbox.RequestLog.
func (l *requestLog) Get(ctx context.Context, accounts []string, id int64) (record sandbox.RequestRecord, err error) {
	err = l.look(ctx, func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		rows, _ := conn.Query(ctx, requestColumns+ofAccounts+" AND id = $2", accounts, id)
		record, err = pgx.CollectExactlyOneRow(rows, scanRequest)
		return err
	})
	return record, err
}

// Part implements sandbox.RequestLog.
func (l *requestLog) Part(ctx context.Context, accounts []string, id int64, n int) (part []byte, err error) {
	err = l.look(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, "SELECT bytes FROM request JOIN request_part ON request = id"+ofAccounts+" AND id = $2 AND n = $3", accounts, id, n).Scan(&part)
	})
	return part, err
}

// Pin implements sandbox.RequestLog.
func (l *requestLog) Pin(ctx context.Context, accounts []string, id int64, pinned bool) error {
	l.keeper.flush(ctx)
	return l.changeAndTell(ctx, logNews, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT id FROM request_last FOR UPDATE"); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, "UPDATE request SET pinned = $3"+ofAccounts+" AND id = $2", accounts, id, pinned)
		if err == nil && tag.RowsAffected() == 0 {
			err = &refusedError{sandbox.ErrNotFound}
		}
		if err != nil || !pinned {
			return err
		}
		var fits bool
		err = tx.QueryRow(ctx, `
			SELECT count(*) <= $2 AND sum(octet_length(json)) <= $3 AND coalesce(sum(parts), 0) <= $4
			FROM request LEFT JOIN (SELECT request, sum(octet_length(bytes)) AS parts FROM request_part GROUP BY request) AS p ON p.request = id
			WHERE pinned AND account = (SELECT account FROM request WHERE id = $1)`, id, maxPinned, maxPinnedBytes, maxPinnedParts).Scan(&fits)
		if err == nil && !fits {
			err = &refusedError{sandbox.ErrTooManyPinned}
		}
		return err
	})
}

// Watch implements sandbox.RequestLog.
func (l *requestLog) Watch() (news <-chan struct{}, stop func()) {
	told, end := make(chan struct{}, 1), make(chan struct{})
	next := l.news.next(logNews)
	go func() {
		for {
			select {
			case <-next:
			case <-end:
				return
			}
			next = l.news.next(logNews)
			select {
			case told <- struct{}{}:
			default: // it was told already
			}
		}
	}()
	return told, sync.OnceFunc(func() { close(end) })
}
