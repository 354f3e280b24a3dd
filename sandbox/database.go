package sandbox

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// What a database says of itself, so that we neither write into another program's file nor misread one
// that a later version of this program wrote.
const (
	applicationID = 0x436F6E74
	schemaVersion = 3
)

// AUTOINCREMENT: ids count up for ever, also when another process has the same file open.
var schema = []string{
	`CREATE TABLE contact (
		id       INTEGER PRIMARY KEY AUTOINCREMENT,
		account  TEXT    NOT NULL,
		campaign INTEGER NOT NULL,
		contact  TEXT    NOT NULL, -- JSON, as Record.Contact
		system   INTEGER NOT NULL DEFAULT 0,
		listed   INTEGER NOT NULL DEFAULT 0 -- microseconds since 1970, 0: at once; as Record.ListedFrom
	) STRICT`,
	`CREATE TABLE image (
		contact INTEGER PRIMARY KEY REFERENCES contact (id),
		bytes   BLOB NOT NULL
	) STRICT`,
	accountTable,
	"INSERT INTO sqlite_sequence (name, seq) VALUES ('contact', " + strconv.Itoa(FirstID-1) + ")",
	"PRAGMA application_id = " + strconv.Itoa(applicationID),
	"PRAGMA user_version = " + strconv.Itoa(schemaVersion),
}

const accountTable = `CREATE TABLE account (
		sid   TEXT    PRIMARY KEY,
		token BLOB    NOT NULL UNIQUE, -- as Account.TokenDigest
		added INTEGER NOT NULL         -- microseconds since 1970
	) STRICT`

// upgrades[n] makes a file of version n one of the next.
var upgrades = map[int64][]string{
	1: {"ALTER TABLE contact ADD COLUMN system INTEGER NOT NULL DEFAULT 0", "PRAGMA user_version = 2"},
	2: {"ALTER TABLE contact ADD COLUMN listed INTEGER NOT NULL DEFAULT 0", accountTable, "PRAGMA user_version = 3"},
}

// database is one connection to a SQLite file, for one goroutine. It is used without database/sql, which
// would cost as much as the statements themselves.
type database struct {
	conn driver.Conn
	path string
	seen map[string]os.FileInfo // the files that it consists of, as they were when last looked at
}

// openDatabase opens a file of ours, or makes one that only its owner can read.
func openDatabase(path string) (*database, error) {
	if err := makeFile(path); err != nil {
		return nil, err
	}
	conn, err := (&sqlite.Driver{}).Open(dataSource(path))
	if err != nil {
		return nil, explained(err)
	}
	db := &database{conn: conn, path: path, seen: map[string]os.FileInfo{}}
	if err := db.prepareFile(); err != nil {
		return nil, errors.Join(explained(err), db.close())
	}
	return db, nil
}

// explained is an error of opening a file, in words.
func explained(err error) error {
	switch {
	case hasCode(err, codeNotADatabase):
		return errNotOurs
	case hasCode(err, codeReadOnly), hasCode(err, codeCannotOpen):
		return errReadOnly
	}
	return err
}

// dataSource is a path as the driver wants it. FULL: a commit is on the disk before it returns. rw: a file that
// is gone is not made anew.
func dataSource(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: "mode=rw&_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)"}
	return u.String()
}

// makeFile makes an empty file with the permissions that we want; SQLite would make it readable to all. It
// does not open one that is there: closing it again would take away the locks that this process has on it.
func makeFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return file.Close()
	}
	info, statErr := os.Stat(path)
	switch {
	case statErr != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case info.Size() == 0:
		return os.Chmod(path, 0o600)
	}
	return nil
}

var (
	errNotOurs   = errors.New("it is not a database of this program; name another file")
	errTooNew    = fmt.Errorf("a newer version of this program wrote it, and this one knows schema %d at most; update the program, or name another file", schemaVersion)
	errReadOnly  = errors.New("it cannot be read and written; give this user the rights to the file and its folder, or name another file")
	errNotWAL    = errors.New("the file system does not take SQLite's write-ahead log; name a file on a local disk")
	errNoRow     = errors.New("a statement returned no row")
	errNoInteger = errors.New("a statement returned no integer")
)

// prepareFile checks that the file is ours, before anything is written to it, makes the tables if it is empty,
// and sees to it that it can be written to.
func (db *database) prepareFile() error {
	// In a transaction all results are of one moment, although another process may be making the tables.
	if err := db.run("BEGIN"); err != nil {
		return err
	}
	version, err := db.version()
	if err := errors.Join(err, db.run("COMMIT")); err != nil {
		return err
	}
	if version < schemaVersion {
		if err := db.makeTables(); err != nil {
			return err
		}
	}
	if err := db.useWAL(); err != nil {
		return err
	}
	// SQLite opens a file that is read-only, and begins a transaction of it, without a word.
	if err := db.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = db.run("PRAGMA user_version = " + strconv.Itoa(schemaVersion))
	return errors.Join(err, db.run("ROLLBACK"), db.intact())
}

// version is that of the file's tables, 0 if it is empty.
func (db *database) version() (int64, error) {
	application, err := db.integer("PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	version, err := db.integer("PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	tables, err := db.integer("SELECT count(*) FROM sqlite_schema")
	switch {
	case err != nil:
		return 0, err
	case application == 0 && version == 0 && tables == 0:
		return 0, nil
	case application != applicationID:
		return 0, errNotOurs
	case version > schemaVersion:
		return 0, errTooNew
	}
	return version, nil
}

// Result codes of SQLite.
const (
	codeBusy         = 5
	codeReadOnly     = 8
	codeCannotOpen   = 14
	codeNotADatabase = 26
)

func hasCode(err error, code int) bool {
	var failed *sqlite.Error
	return errors.As(err, &failed) && failed.Code()&0xFF == code
}

func (db *database) makeTables() (err error) {
	if err := db.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.run("ROLLBACK"))
		}
	}()
	// Another process may have made them since we looked.
	version, err := db.version()
	for err == nil && version < schemaVersion {
		statements := upgrades[version]
		if version == 0 {
			statements = schema
		}
		for _, statement := range statements {
			if err := db.run(statement); err != nil {
				return err
			}
		}
		version, err = db.version()
	}
	if err != nil {
		return err
	}
	return db.run("COMMIT")
}

// useWAL turns the write-ahead log on. While another process does the same, SQLite says busy at once.
func (db *database) useWAL() error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		mode, err := db.value("PRAGMA journal_mode = WAL")
		if err == nil && mode != "wal" {
			return errNotWAL
		}
		if !hasCode(err, codeBusy) || time.Now().After(deadline) {
			return err
		}
	}
}

// prepare compiles a statement that is to be run often.
func (db *database) prepare(query string) (statement, error) {
	prepared, err := db.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	return prepared.(statement), nil
}

// statement is what we use of a compiled statement.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func (db *database) run(query string, values ...driver.Value) error {
	_, err := db.exec(query, values...)
	return err
}

func (db *database) exec(query string, values ...driver.Value) (driver.Result, error) {
	return db.conn.(driver.ExecerContext).ExecContext(context.Background(), query, named(values))
}

func named(values []driver.Value) []driver.NamedValue {
	named := make([]driver.NamedValue, len(values))
	for i, value := range values {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return named
}

// value is the first column of the first row.
func (db *database) value(query string, values ...driver.Value) (driver.Value, error) {
	rows, err := db.conn.(driver.QueryerContext).QueryContext(context.Background(), query, named(values))
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err == io.EOF {
		return nil, errors.Join(errNoRow, rows.Close())
	} else if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return row[0], rows.Close()
}

// has tells whether a query has a row.
func (db *database) has(query string, values ...driver.Value) (bool, error) {
	_, err := db.value(query, values...)
	if errors.Is(err, errNoRow) {
		return false, nil
	}
	return err == nil, err
}

func (db *database) integer(query string, values ...driver.Value) (int64, error) {
	value, err := db.value(query, values...)
	if err != nil {
		return 0, err
	}
	n, ok := value.(int64)
	if !ok {
		return 0, errNoInteger
	}
	return n, nil
}

var errLost = errors.New("the database file was removed, replaced or cut while the sandbox had it open; start the sandbox again")

// intact checks that what SQLite has open is still what is under its name. SQLite goes on writing to a file
// that nobody will find again. While we have the file open, it, its log and the log's index do not become smaller by
// themselves.
func (db *database) intact() error {
	for _, path := range []string{db.path, db.path + "-wal", db.path + "-shm"} {
		info, err := os.Stat(path)
		before := db.seen[path]
		if err != nil || before != nil && (!os.SameFile(before, info) || info.Size() < before.Size()) {
			return errLost
		}
		db.seen[path] = info
	}
	return nil
}

func (db *database) close() error { return db.conn.Close() }
