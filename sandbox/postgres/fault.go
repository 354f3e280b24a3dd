package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// FaultSets implements sandbox.State.
func (d *Database) FaultSets(ctx context.Context) (sets []sandbox.FaultSet, changed <-chan struct{}, err error) {
	changed = d.news.next(faultNews)
	err = d.read(ctx, func(ctx context.Context, conn *pgxpool.Conn) (err error) {
		rows, _ := conn.Query(ctx, "SELECT id, account, faults FROM fault_set")
		sets, err = pgx.CollectRows(rows, pgx.RowToStructByPos[sandbox.FaultSet])
		return err
	})
	return sets, changed, err
}

// SetFaults implements sandbox.State.
func (d *Database) SetFaults(ctx context.Context, accountSID string, faults []string) error {
	return d.changeFaults(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if faults == nil {
			faults = []string{}
		}
		_, err := tx.Exec(ctx, "DELETE FROM fault_set WHERE $1 = '' OR account = $1", accountSID)
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO fault_set (account, faults) VALUES ($1, $2)", accountSID, faults)
		}
		return err
	})
}

// ResetFaults implements sandbox.State.
func (d *Database) ResetFaults(ctx context.Context, accountSID string) error {
	return d.changeFaults(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM fault_set WHERE account <> '' AND ($1 = '' OR account = $1)", accountSID)
		if err == nil {
			_, err = tx.Exec(ctx, "DELETE FROM fault_count WHERE $1 = '' OR account = $1", accountSID)
		}
		return err
	})
}

// changeFaults lets one change of faults follow another.
func (d *Database) changeFaults(ctx context.Context, change func(context.Context, pgx.Tx) error) error {
	return d.changeAndTell(ctx, faultNews, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE fault_set IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return err
		}
		return change(ctx, tx)
	})
}

// counted carries out one statement that changes the counts of a fault: $1, $2 and $3 are their name. There is no row if
// the set is not set any more, or the statement says so.
func (d *Database) counted(ctx context.Context, c sandbox.FaultCounter, statement string, args, results []any) (is bool, err error) {
	err = d.count(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, statement, append([]any{c.Set, c.Fault, c.AccountSID}, args...)...).Scan(results...)
	})
	var failed *pgconn.PgError
	if errors.Is(err, sandbox.ErrNotFound) || errors.As(err, &failed) && failed.Code == foreignKeyViolation {
		return false, nil
	}
	return err == nil, err
}

// Draw implements sandbox.State.
func (d *Database) Draw(ctx context.Context, c sandbox.FaultCounter) (n int64, err error) {
	_, err = d.counted(ctx, c, `
		INSERT INTO fault_count AS c (fault_set, fault, account, drawn)
		SELECT id, $2, $3, 1 FROM fault_set WHERE id = $1 AND account IN ('', $3)
		ON CONFLICT (fault_set, fault, account) DO UPDATE SET drawn = c.drawn + 1
		RETURNING drawn`, nil, []any{&n})
	return n, err
}

// Happen implements sandbox.State.
func (d *Database) Happen(ctx context.Context, c sandbox.FaultCounter, times int64) (happens bool, err error) {
	var n int64
	return d.counted(ctx, c, `
		INSERT INTO fault_count AS c (fault_set, fault, account, happened)
		SELECT id, $2, $3, 1 FROM fault_set WHERE id = $1 AND account IN ('', $3)
		ON CONFLICT (fault_set, fault, account) DO UPDATE SET happened = c.happened + 1 WHERE $4 = 0 OR c.happened < $4
		RETURNING happened`, []any{times}, []any{&n})
}

// Happened implements sandbox.State.
func (d *Database) Happened(ctx context.Context, c sandbox.FaultCounter) (n int64, err error) {
	err = d.read(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, `
			SELECT coalesce(sum(happened), 0)::bigint FROM fault_count
			WHERE fault_set = $1 AND fault = $2 AND ($3 = '' OR account = $3)`, c.Set, c.Fault, c.AccountSID).Scan(&n)
	})
	return n, err
}

// Count implements sandbox.State.
func (d *Database) Count(ctx context.Context, c sandbox.FaultCounter, now time.Time, limit int64, length time.Duration) (sandbox.Window, error) {
	var began time.Time
	var used int64
	var within bool
	// A request that another overtook came after the window began. On a clock that was set back it did not.
	is, err := d.counted(ctx, c, `
		INSERT INTO fault_count AS c (fault_set, fault, account, began, used, within)
		SELECT id, $2, $3, $4, 1, true FROM fault_set WHERE id = $1 AND account IN ('', $3)
		ON CONFLICT (fault_set, fault, account) DO UPDATE SET (began, used, within) = (
			SELECT CASE WHEN over THEN $4 ELSE c.began END,
				CASE WHEN over THEN 1 WHEN c.used < $5 THEN c.used + 1 ELSE c.used END,
				over OR c.used < $5
			FROM (SELECT coalesce($4 >= c.began + $6::interval OR $4 <= c.began - $6::interval, true)) AS w (over))
		RETURNING began, used, within`,
		[]any{now, limit, length}, []any{&began, &used, &within})
	if err != nil || !is {
		return sandbox.Window{Remaining: limit, Rest: length, Within: true}, err
	}
	return sandbox.Window{Remaining: limit - used, Rest: min(length, length-now.Sub(began)), Within: within}, nil
}
