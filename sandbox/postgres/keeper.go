package postgres

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// What waits for the database at most. Of more the oldest are lost.
const (
	maxWaiting      = maxRequests
	maxWaitingBytes = 32 << 20
)

// between is how long a keeper waits between two transactions, unless somebody looks.
const between = 100 * time.Millisecond

// A keeper writes requests to the database in the background: at once if there are few, and the last of those that came
// meanwhile if there are many.
type keeper struct {
	database *Database
	mu       sync.Mutex
	waiting  []sandbox.RequestRecord
	lost     int64 // of those that came since the last transaction
	size     int   // of waiting, in bytes
	added    int64 // how many came so far
	tried    int64 // how many of these the database was asked to keep
	attempt  chan struct{}
	wake     chan struct{} // holds a token if something waits
	hurry    chan struct{} // holds a token if somebody looks
	end      chan struct{}
	ended    chan struct{}
	sinceAll int64 // requests since the last look at all accounts
	isAway   bool  // the database was, at the last attempt
}

func newKeeper(database *Database) *keeper {
	k := &keeper{
		database: database, attempt: make(chan struct{}), wake: make(chan struct{}, 1), hurry: make(chan struct{}, 1),
		end: make(chan struct{}), ended: make(chan struct{}),
	}
	go k.run()
	return k
}

func (k *keeper) keep(record sandbox.RequestRecord) {
	record.JSON = slices.Clone(record.JSON)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.added++
	k.waiting = append(k.waiting, record)
	k.size += sizeOf(&record)
	k.trim()
	signal(k.wake)
}

// trim drops the oldest of what has no room.
func (k *keeper) trim() {
	n := 0
	for ; len(k.waiting)-n > maxWaiting || k.size > maxWaitingBytes && len(k.waiting)-n > 1; n++ {
		k.size -= sizeOf(&k.waiting[n])
		k.waiting[n] = sandbox.RequestRecord{}
	}
	k.waiting = k.waiting[n:]
	k.lost += int64(n)
}

func sizeOf(record *sandbox.RequestRecord) int {
	size := len(record.JSON)
	for _, part := range record.Parts {
		size += len(part)
	}
	return size
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// flush waits until the database was asked to keep all that came before.
func (k *keeper) flush(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for all := k.added; k.tried < all; {
		attempt := k.attempt
		signal(k.hurry)
		k.mu.Unlock()
		select {
		case <-attempt:
		case <-ctx.Done():
		case <-k.ended:
		}
		ended := ctx.Err() != nil || isClosed(k.ended)
		k.mu.Lock()
		if ended {
			return
		}
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (k *keeper) run() {
	defer close(k.ended)
	for {
		select {
		case <-k.wake:
		case <-k.end:
			k.write()
			return
		}
		k.write()
		select {
		case <-time.After(between):
		case <-k.hurry:
		case <-k.end:
		}
	}
}

// write asks the database to keep all that waits. What that cannot take for now waits on.
func (k *keeper) write() {
	k.mu.Lock()
	batch, lost, tried := k.waiting, k.lost, k.added
	k.waiting, k.lost, k.size = nil, 0, 0
	k.mu.Unlock()
	var err error
	if len(batch) > 0 {
		err = k.insert(batch, lost)
	}
	isAway := errors.Is(err, sandbox.ErrUnavailable)
	switch {
	case err == nil && len(batch) > 0:
		k.database.news.wake(logNews)
	case isAway && k.isAway: // it was said
	case isAway:
		slog.Warn("sandbox: the last requests are recorded when the database is back", "err", err)
	case err != nil:
		slog.Error("sandbox: requests could not be recorded", "requests", len(batch), "err", err)
	}
	k.isAway = isAway
	k.mu.Lock()
	defer k.mu.Unlock()
	if isAway {
		signal(k.wake)
		for i := range batch {
			k.size += sizeOf(&batch[i])
		}
		k.waiting, k.lost = append(batch, k.waiting...), k.lost+lost
		k.trim()
	}
	k.tried = tried
	close(k.attempt)
	k.attempt = make(chan struct{})
}

const insertRequests = `
WITH last AS (
	UPDATE request_last SET id = id + $1 RETURNING id
), kept AS (
	INSERT INTO request (id, account, status, json)
	SELECT last.id - cardinality($2::text[]) + n, account, status, json
	FROM last, unnest($2::text[], $3::integer[], $4::text[]) WITH ORDINALITY AS r (account, status, json, n)
)
INSERT INTO request_part (request, n, bytes)
SELECT last.id - cardinality($2::text[]) + r, n, bytes FROM last, unnest($5::bigint[], $6::integer[], $7::bytea[]) AS p (r, n, bytes)`

// The requests of these accounts but the last ones.
const pruneRequests = `
DELETE FROM request USING (
	SELECT a.account AS of, (SELECT id FROM request AS r WHERE r.account = a.account AND NOT pinned ORDER BY id DESC OFFSET $2 LIMIT 1) AS last
	FROM unnest($1::text[]) AS a (account)
) AS old WHERE account = of AND id <= last AND NOT pinned`

const pruneParts = `
DELETE FROM request_part USING (
	SELECT request AS of, p.n AS part, sum(octet_length(bytes)) OVER (PARTITION BY account ORDER BY request DESC, p.n) AS size
	FROM request JOIN request_part AS p ON request = id WHERE account = ANY ($1) AND NOT pinned
) AS old WHERE request = of AND n = part AND size > $2`

const pruneAll = "DELETE FROM request WHERE NOT pinned AND id <= (SELECT id FROM request WHERE NOT pinned ORDER BY id DESC OFFSET $1 LIMIT 1)"

// insert keeps requests, after those that are lost, and drops what is too old then.
func (k *keeper) insert(batch []sandbox.RequestRecord, lost int64) error {
	var accounts, texts []string
	var statuses, parts []int
	var requests []int64
	var contents [][]byte
	var of []string
	for i := range batch {
		r := &batch[i]
		account := storable(r.Account)
		accounts, statuses, texts = append(accounts, account), append(statuses, r.Status), append(texts, storable(string(r.JSON)))
		for n, part := range r.Parts {
			if part != nil {
				requests, parts, contents = append(requests, int64(i)+1), append(parts, n), append(contents, part)
			}
		}
		if !slices.Contains(of, account) {
			of = append(of, account)
		}
	}
	all := k.sinceAll + int64(len(batch))
	err := k.database.count(context.Background(), func(ctx context.Context, conn *pgxpool.Conn) error {
		var b pgx.Batch
		b.Queue(insertRequests, lost+int64(len(batch)), accounts, statuses, texts, requests, parts, contents)
		b.Queue(pruneRequests, of, maxRequests)
		if len(parts) > 0 {
			b.Queue(pruneParts, of, maxParts)
		}
		if all >= allRequestsEach {
			b.Queue(pruneAll, maxAllRequests)
		}
		b.Queue("SELECT pg_notify($1, $2)", channel, logNews)
		return conn.SendBatch(ctx, &b).Close() // one transaction
	})
	if k.sinceAll = all; all >= allRequestsEach {
		k.sinceAll = 0
	}
	return err
}

// storable is a text as PostgreSQL takes it.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// close writes what waits.
func (k *keeper) close() {
	close(k.end)
	<-k.ended
}
