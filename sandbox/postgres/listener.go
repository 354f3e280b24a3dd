package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

// channel is the one by which processes tell one another what has changed: the payload is one of these, and a token if it is
// to be answered.
const (
	channel     = "contacts_sandbox"
	accountNews = "accounts"
	faultNews   = "faults"
	usageNews   = "usage"
	logNews     = "log"
	answer      = "answer" // to what came with a token
)

// changeAndTell carries out a change and lets all processes know of it. When it returns, each has heard of it, or a sandbox
// reads again in any case.
func (d *Database) changeAndTell(ctx context.Context, news string, change func(context.Context, pgx.Tx) error) error {
	token := rand.Text()
	heard := d.news.expect(token)
	defer d.news.forget(token)
	err := d.transaction(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := change(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "SELECT pg_notify($1, $2)", channel, news+" "+token)
		return err
	})
	if err == nil || errors.Is(err, sandbox.ErrInDoubt) {
		d.news.wake(news)
	}
	if err == nil {
		d.waitForOthers(ctx, heard)
	}
	return err
}

// maxAge is how old what a sandbox knows of accounts and faults is at most.
const maxAge = time.Second

// waitForOthers waits until all listeners have answered.
func (d *Database) waitForOthers(ctx context.Context, heard <-chan struct{}) {
	enough := time.After(maxAge)
	var listeners int
	err := d.read(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, `
			SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database AND datname = current_database()
			WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND granted`, lockClass, listenerLock).Scan(&listeners)
	})
	for err != nil || listeners > 0 {
		select {
		case <-heard:
			listeners--
		case <-enough:
			return
		}
	}
}

// A listener is a connection that hears of changes.
type listener struct {
	cancel context.CancelFunc
	ended  chan struct{}
	mu     sync.Mutex
	told   map[string]chan struct{} // closed by the next news
	heard  map[string]chan struct{} // gets a value for each answer with the token
}

// pause is how long a listener waits before it connects again.
const pause = 200 * time.Millisecond

func listen(ctx context.Context, target *pgx.ConnConfig) (*listener, error) {
	conn, err := connect(ctx, target)
	if err != nil {
		return nil, err
	}
	l := &listener{ended: make(chan struct{}), told: map[string]chan struct{}{}, heard: map[string]chan struct{}{}}
	ctx, l.cancel = context.WithCancel(context.Background())
	go l.run(ctx, target, conn)
	return l, nil
}

func connect(ctx context.Context, target *pgx.ConnConfig) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, target.Copy())
	if err != nil {
		return nil, err
	}
	_, err = conn.Exec(ctx, "LISTEN "+channel)
	if err == nil { // so that others know how many answer
		_, err = conn.Exec(ctx, "SELECT pg_advisory_lock_shared($1, $2)", lockClass, listenerLock)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return conn, nil
}

// run hears of changes. It connects again when the connection is lost, and then tells of all that it may have missed.
func (l *listener) run(ctx context.Context, target *pgx.ConnConfig, conn *pgx.Conn) {
	defer close(l.ended)
	for {
		l.hear(ctx, conn)
		_ = conn.Close(context.Background())
		for conn = nil; conn == nil; {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
			conn, _ = connect(ctx, target) // whoever needs the database now sees the error
		}
		for _, news := range []string{accountNews, faultNews, usageNews, logNews} {
			l.wake(news)
		}
	}
}

// hear hears of changes until the connection is lost.
func (l *listener) hear(ctx context.Context, conn *pgx.Conn) {
	for {
		notification, err := conn.WaitForNotification(ctx)
		if err != nil {
			return
		}
		news, token, _ := strings.Cut(notification.Payload, " ")
		if news == answer {
			l.answered(token)
			continue
		}
		l.wake(news)
		if token == "" {
			continue
		}
		if _, err := conn.Exec(ctx, "SELECT pg_notify($1, $2)", channel, answer+" "+token); err != nil {
			return
		}
	}
}

// expect returns a channel that gets a value for each answer with a token.
func (l *listener) expect(token string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	heard := make(chan struct{}, 1000)
	l.heard[token] = heard
	return heard
}

func (l *listener) forget(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.heard, token)
}

func (l *listener) answered(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if heard := l.heard[token]; heard != nil {
		signal(heard)
	}
}

// next is a channel that the next news closes.
func (l *listener) next(news string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told[news] == nil {
		l.told[news] = make(chan struct{})
	}
	return l.told[news]
}

func (l *listener) wake(news string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.told[news]; c != nil {
		close(c)
		delete(l.told, news)
	}
}

func (l *listener) close() {
	l.cancel()
	<-l.ended
}
