// Package postgres keeps the contacts of sandboxes in PostgreSQL, so that several processes can share them.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/sandbox"
)

const (
	connectTimeout = 5 * time.Second  // unless the address has connect_timeout
	patience       = 60 * time.Second // with the database, before what was asked of it is given up
	minConnections = 8                // unless the address has pool_max_conns
)

// A Database is a sandbox.Store and a sandbox.State in PostgreSQL, which any number of processes can have open at once.
type Database struct {
	pool    *pgxpool.Pool // each change is on the disk before it is responded to
	counts  *pgxpool.Pool // a change need not outlive a crash of PostgreSQL
	close   sync.Once
	closed  atomic.Bool
	creates *queue[*create]
	news    *listener
	usage   *usage
	keeper  *keeper
}

var (
	_ sandbox.Store = (*Database)(nil)
	_ sandbox.State = (*Database)(nil)

	_ sandbox.RequestLog = (*requestLog)(nil)
)

// Open opens the database of an address, postgres://USER:PASSWORD@HOST:PORT/DATABASE, and makes or upgrades
// its tables. Processes that do so at once wait for one another. What the address leaves out comes from the variables that
// psql reads, such as PGPASSWORD. The error, which never holds the password, says so if the database cannot be reached, is
// another program's, or of a later version of this one; it is then left as it was.
func Open(ctx context.Context, address string) (*Database, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.New("sandbox: the address of the database cannot be read; it must have the form postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	target := config.ConnConfig
	if target.ConnectTimeout == 0 {
		target.ConnectTimeout = connectTimeout
	}
	if target.RuntimeParams["application_name"] == "" {
		target.RuntimeParams["application_name"] = "contacts sandbox"
	}
	if err := migrate(ctx, target); err != nil {
		return nil, fmt.Errorf("sandbox: cannot open the database %q on %s: %w", target.Database, target.Host, err)
	}
	if !strings.Contains(address, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, minConnections)
	}
	d := &Database{}
	if d.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	counts := config.Copy()
	counts.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	if d.counts, err = pgxpool.NewWithConfig(ctx, counts); err != nil {
		return nil, err
	}
	if d.news, err = listen(ctx, target); err != nil {
		d.pool.Close()
		d.counts.Close()
		return nil, err
	}
	d.creates = newQueue(d.create)
	d.usage = newUsage(d)
	d.keeper = newKeeper(d)
	return d, nil
}

// Close lets the changes that are waiting be committed, and closes the connections.
func (d *Database) Close() error {
	d.close.Do(func() {
		d.creates.close()
		d.usage.close()
		d.keeper.close()
		d.closed.Store(true)
		d.news.close()
		d.pool.Close()
		d.counts.Close()
	})
	return nil
}

// String says where the database is, without the password.
func (d *Database) String() string {
	target := d.pool.Config().ConnConfig
	return fmt.Sprintf("the database %q on %s", target.Database, target.Host)
}

type query = func(context.Context, *pgxpool.Conn) error

// change runs queries on a connection. A context that has ended does nothing; one that ends later has no influence, so
// that what was done is known.
func (d *Database) change(ctx context.Context, run query) error {
	return d.use(ctx, d.pool, run)
}

// count is change for what need not outlive a crash.
func (d *Database) count(ctx context.Context, run query) error {
	return d.use(ctx, d.counts, run)
}

// read runs queries that change nothing.
func (d *Database) read(ctx context.Context, run query) error {
	err := d.use(ctx, d.pool, run)
	if errors.Is(err, sandbox.ErrInDoubt) {
		return fmt.Errorf("%w: %w", sandbox.ErrUnavailable, errors.Unwrap(err))
	}
	return err
}

func (d *Database) use(ctx context.Context, pool *pgxpool.Pool, run query) error {
	if d.closed.Load() {
		return sandbox.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	conn, err := pool.Acquire(ctx)
	switch {
	case err != nil && d.closed.Load():
		return sandbox.ErrClosed
	case err != nil:
		return fmt.Errorf("%w: %w", sandbox.ErrUnavailable, err)
	}
	defer conn.Release()
	return failure(run(ctx, conn))
}
