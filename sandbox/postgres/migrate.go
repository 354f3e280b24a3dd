package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable marks a database as ours, and has the versions of its tables.
const versionTable = "sandbox_version"

// The advisory locks: of whoever makes tables, so that processes that start at once do it one after another; and of those
// that listen, which they share.
const (
	lockClass     = 0x436F6E74
	migrationLock = 1
	listenerLock  = 2
)

var errNotOurs = errors.New("it has tables of another program; name a database of its own")

func errTooNew(version, known int64) error {
	return fmt.Errorf("a newer version of this program made its tables (version %d, and this one knows %d at most); update the program, or name another database", version, known)
}

// migrate makes the tables of a database, or upgrades them.
func migrate(ctx context.Context, target *pgx.ConnConfig) (err error) {
	db := stdlib.OpenDB(*target)
	defer db.Close()
	// It is let go with its connection, at the latest.
	lock, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	if _, err := lock.ExecContext(ctx, "SELECT pg_advisory_lock($1, $2)", lockClass, migrationLock); err != nil {
		return err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if err := isOurs(ctx, lock); err != nil {
		return err
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	if known := sources[len(sources)-1].Version; version > known {
		return errTooNew(version, known)
	}
	_, err = provider.Up(ctx)
	return err
}

// isOurs refuses a schema with tables none of which is ours, before anything is made in it.
func isOurs(ctx context.Context, conn *sql.Conn) error {
	var tables, ours int
	err := conn.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (WHERE tablename = $1) FROM pg_tables WHERE schemaname = current_schema()", versionTable).
		Scan(&tables, &ours)
	if err == nil && tables > 0 && ours == 0 {
		err = errNotOurs
	}
	return err
}
