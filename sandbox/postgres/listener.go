package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/contacts/sandbox"
)

// channel is the one by which processes tell one another what has changed: the payload is one of these.
const (
	channel     = "contacts_sandbox"
	accountNews = "accounts"
	faultNews   = "faults"
	usageNews   = "usage"
	logNews     = "log"
)

// changeAndTell carries out a change and lets all processes know of it: this one at once.
func (d *Database) changeAndTell(ctx context.Context, news string, change func(context.Context, pgx.Tx) error) error {
	err := d.transaction(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := change(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "SELECT pg_notify($1, $2)", channel, news)
		return err
	})
	if err == nil || errors.Is(err, sandbox.ErrInDoubt) {
		d.news.wake(news)
	}
	return err
}

// A listener is a connection that hears of changes.
type listener struct {
	cancel context.CancelFunc
	ended  chan struct{}
	mu     sync.Mutex
	told   map[string]chan struct{} // closed by the next news
}

// pause is how long a listener waits before it connects again.
const pause = 200 * time.Millisecond

func listen(ctx context.Context, target *pgx.ConnConfig) (*listener, error) {
	conn, err := connect(ctx, target)
	if err != nil {
		return nil, err
	}
	l := &listener{ended: make(chan struct{}), told: map[string]chan struct{}{}}
	ctx, l.cancel = context.WithCancel(context.Background())
	go l.run(ctx, target, conn)
	return l, nil
}

func connect(ctx context.Context, target *pgx.ConnConfig) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, target.Copy())
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
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
		l.wake(notification.Payload)
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
