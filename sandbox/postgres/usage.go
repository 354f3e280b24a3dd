package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// The documented number of requests, the time for which it holds, and how often processes tell one another of theirs.
const (
	requestsAnHour = 1000
	exchange       = 100 * time.Millisecond
)

// usage counts requests in the process, and adds them up with those of others in the background: a count is on every
// response, and refuses nothing.
type usage struct {
	database *Database
	mu       sync.Mutex
	hours    map[string]*hour // by account
	wake     chan struct{}    // holds a token if there is something to tell
	end      chan struct{}
	ended    chan struct{}
}

// An hour is the requests of an account in the hour that began with the first.
type hour struct {
	began  time.Time
	known  int64 // as the database has them
	untold int64 // of this process, which it does not have yet
}

func newUsage(database *Database) *usage {
	u := &usage{
		database: database, hours: map[string]*hour{},
		wake: make(chan struct{}, 1), end: make(chan struct{}), ended: make(chan struct{}),
	}
	go u.run()
	return u
}

// CountRequest implements sandbox.State.
func (d *Database) CountRequest(accountSID string, now time.Time) sandbox.Window {
	u := d.usage
	u.mu.Lock()
	defer u.mu.Unlock()
	h := u.hours[accountSID]
	if h == nil || now.Sub(h.began) >= time.Hour || now.Sub(h.began) <= -time.Hour {
		h = &hour{began: now}
		u.hours[accountSID] = h
	}
	h.untold++
	select {
	case u.wake <- struct{}{}:
	default:
	}
	used := h.known + h.untold
	return sandbox.Window{
		Remaining: max(0, requestsAnHour-used),
		Rest:      min(time.Hour, time.Hour-now.Sub(h.began)),
		Within:    used <= requestsAnHour,
	}
}

func (u *usage) run() {
	defer close(u.ended)
	for {
		others := u.database.news.next(usageNews)
		u.exchange()
		select {
		case <-time.After(exchange):
		case <-u.end:
			return
		}
		select {
		case <-u.wake:
		case <-others:
		case <-u.end:
			return
		}
	}
}

// exchange adds what is untold to the database, and takes what it has then. While it is away, that waits.
func (u *usage) exchange() {
	told := map[string]int64{}
	var accounts []string
	var began []time.Time
	var untold []int64
	u.mu.Lock()
	for account, h := range u.hours {
		if h.untold > 0 {
			told[account] = h.untold
			accounts, began, untold = append(accounts, account), append(began, h.began), append(untold, h.untold)
		}
	}
	u.mu.Unlock()
	totals := map[string]hour{}
	err := u.database.count(context.Background(), func(ctx context.Context, conn *pgxpool.Conn) error {
		if len(accounts) > 0 {
			if _, err := conn.Exec(ctx, addRequests, accounts, began, untold, channel, usageNews); err != nil {
				return err
			}
		}
		rows, _ := conn.Query(ctx, "SELECT account, began, used FROM request_count WHERE began > now() - interval '1 hour'")
		var account string
		var h hour
		_, err := pgx.ForEachRow(rows, []any{&account, &h.began, &h.known}, func() error {
			totals[account] = h
			return nil
		})
		return err
	})
	if err != nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for account, total := range totals {
		if h := u.hours[account]; h != nil {
			total.untold = max(0, h.untold-told[account]) // fewer if another hour began meanwhile
		}
		u.hours[account] = &total
	}
}

// In the order of accounts, so that no two processes wait for one another.
const addRequests = `
WITH counted AS (
	INSERT INTO request_count AS c (account, began, used)
	SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::bigint[]) AS n (account, began, used) ORDER BY account COLLATE "C"
	ON CONFLICT (account) DO UPDATE SET (began, used) = (
		SELECT CASE WHEN over THEN excluded.began ELSE c.began END, CASE WHEN over THEN 0 ELSE c.used END + excluded.used
		FROM (SELECT excluded.began >= c.began + interval '1 hour' OR excluded.began <= c.began - interval '1 hour') AS w (over))
)
SELECT pg_notify($4, $5)`

func (u *usage) close() {
	close(u.end)
	<-u.ended
}
