package sandbox

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"
)

func openTestWriter(t *testing.T) (*writer, string) {
	path := filepath.Join(t.TempDir(), "contacts.db")
	db, err := openDatabase(path)
	require.NoError(t, err)
	w, err := newWriter(db)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.close()) })
	return w, path
}

func batchOf(n int) (batch []*pendingWrite) {
	for i := range n {
		batch = append(batch, &pendingWrite{
			ctx:    context.Background(),
			record: Record{AccountSID: "IRa", CampaignID: 1, Contact: `{"Title":"` + strconv.Itoa(i) + `"}`, Image: []byte("image")},
		})
	}
	return batch
}

// count opens the file anew and counts what is in it.
func count(t *testing.T, path, table string) (n int) {
	db, err := sql.Open("sqlite", dataSource(path))
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func TestACommitIsOnTheDiskBeforeItReturns(t *testing.T) {
	w, _ := openTestWriter(t)
	mode, err := w.db.value("PRAGMA journal_mode")
	require.NoError(t, err)
	assert.Equal(t, "wal", mode)
	synchronous, err := w.db.integer("PRAGMA synchronous")
	require.NoError(t, err)
	assert.EqualValues(t, 2, synchronous, "FULL")
	timeout, err := w.db.integer("PRAGMA busy_timeout")
	require.NoError(t, err)
	assert.EqualValues(t, 10000, timeout)
}

func TestABatchIsOneTransaction(t *testing.T) {
	w, path := openTestWriter(t)
	commits := 0
	w.db.conn.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { commits++; return 0 })
	batch := batchOf(20)
	w.commit(batch)
	assert.Equal(t, 1, commits)
	for i, c := range batch {
		assert.NoError(t, c.err)
		assert.EqualValues(t, FirstID+i, c.id)
	}
	assert.Equal(t, 20, count(t, path, "contact"))
	assert.Equal(t, 20, count(t, path, "image"))
}

func TestACommitThatFailsFailsAllItsCreates(t *testing.T) {
	w, path := openTestWriter(t)
	w.db.conn.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { return 1 })
	batch := batchOf(20)
	w.commit(batch)
	for _, c := range batch {
		assert.Error(t, c.err)
		assert.Zero(t, c.id)
	}
	assert.Zero(t, count(t, path, "contact"))

	w.db.conn.(sqlite.HookRegisterer).RegisterCommitHook(nil)
	batch = batchOf(3)
	w.commit(batch)
	for i, c := range batch {
		assert.NoError(t, c.err, "the writer lives on")
		assert.EqualValues(t, FirstID+i, c.id)
	}
}

func TestAStatementThatFailsFailsAllItsCreates(t *testing.T) {
	w, path := openTestWriter(t)
	require.NoError(t, w.db.run(`CREATE TEMP TRIGGER full BEFORE INSERT ON contact WHEN new.contact LIKE '%"7"%' BEGIN SELECT RAISE(ABORT, 'full'); END`))
	batch := batchOf(10)
	w.commit(batch)
	for _, c := range batch {
		assert.ErrorContains(t, c.err, "full")
		assert.Zero(t, c.id)
	}
	assert.Zero(t, count(t, path, "contact"))

	batch = batchOf(3)
	w.commit(batch)
	for i, c := range batch {
		assert.NoError(t, c.err, "the writer lives on")
		assert.EqualValues(t, FirstID+i, c.id)
	}
}

func TestACreateWhoseCallerIsGoneIsLeftOut(t *testing.T) {
	w, path := openTestWriter(t)
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	batch := batchOf(3)
	batch[1].ctx = gone
	w.commit(batch)
	assert.NoError(t, batch[0].err)
	assert.ErrorIs(t, batch[1].err, context.Canceled)
	assert.NoError(t, batch[2].err)
	assert.Equal(t, 2, count(t, path, "contact"))
}

// While another process holds the write lock no create ends; those that came meanwhile share
// the next transaction.
func TestNoCreateEndsBeforeItsCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contacts.db")
	store, err := openSQLite(path)
	require.NoError(t, err)
	defer store.Close()
	other, err := openDatabase(path)
	require.NoError(t, err)
	defer other.close()
	require.NoError(t, other.run("BEGIN IMMEDIATE"))

	const creates = 50
	ended := make(chan int64, creates)
	var group sync.WaitGroup
	for range creates {
		group.Go(func() {
			id, err := store.Create(context.Background(), Record{AccountSID: "IRa", Contact: "{}"})
			assert.NoError(t, err)
			ended <- id
		})
	}
	time.Sleep(200 * time.Millisecond)
	assert.Empty(t, ended)
	before, err := other.integer("PRAGMA data_version")
	require.NoError(t, err)
	require.NoError(t, other.run("COMMIT"))
	group.Wait()
	assert.Len(t, ended, creates)
	after, err := other.integer("PRAGMA data_version")
	require.NoError(t, err)
	assert.NotEqual(t, before, after)
	rows, err := other.integer("SELECT count(*) FROM contact")
	require.NoError(t, err)
	assert.EqualValues(t, creates, rows)
}

func TestTheFileIsTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	directory := t.TempDir()
	empty := filepath.Join(directory, "empty.db")
	require.NoError(t, os.WriteFile(empty, nil, 0o644))
	for _, path := range []string{filepath.Join(directory, "a ? %41 #b.db"), empty} {
		store, err := OpenSQLite(path)
		require.NoError(t, err)
		_, err = store.Create(context.Background(), Record{AccountSID: "IRa", Contact: "{}"})
		require.NoError(t, err)
		for _, suffix := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + suffix)
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), path+suffix)
		}
		require.NoError(t, store.Close())
		_, err = os.Stat(path + "-wal")
		assert.ErrorIs(t, err, os.ErrNotExist, "closing leaves one file")
	}
}

func TestOpeningWhatIsNotOurs(t *testing.T) {
	directory := t.TempDir()
	path := func(name string) string { return filepath.Join(directory, name) }
	run := func(name string, statements ...string) {
		db, err := sql.Open("sqlite", path(name))
		require.NoError(t, err)
		for _, statement := range statements {
			_, err := db.Exec(statement)
			require.NoError(t, err)
		}
		require.NoError(t, db.Close())
	}
	require.NoError(t, os.WriteFile(path("text.db"), []byte("FirstName,LastName\nWile,Coyote\n"), 0o600))
	run("other.db", "CREATE TABLE something (x)")
	run("other-id.db", "PRAGMA application_id = 1")
	run("other-version.db", "PRAGMA user_version = 1")
	run("newer.db", "PRAGMA application_id = "+strconv.Itoa(applicationID), "PRAGMA user_version = "+strconv.Itoa(schemaVersion+1))
	for _, c := range []struct{ name, says string }{
		{"text.db", "not a database of this program"},
		{"other.db", "not a database of this program"},
		{"other-id.db", "not a database of this program"},
		{"other-version.db", "not a database of this program"},
		{"newer.db", "newer version"},
		{".", "not a regular file"},
		{"nowhere/x.db", "no such file or directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, _ := os.ReadFile(path(c.name))
			_, err := OpenSQLite(path(c.name))
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, path(c.name))
			after, _ := os.ReadFile(path(c.name))
			assert.Equal(t, before, after, "it is left as it was")
		})
	}
	_, err := OpenSQLite("")
	assert.ErrorContains(t, err, "the path is empty")
}

// Several processes may begin at once with a file that is not there yet.
func TestOpeningOneFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contacts.db")
	var group sync.WaitGroup
	ids := make(chan int64, 100)
	for range 8 {
		group.Go(func() {
			store, err := OpenSQLite(path)
			if !assert.NoError(t, err) {
				return
			}
			for range 5 {
				id, err := store.Create(context.Background(), Record{AccountSID: "IRa", Contact: "{}"})
				assert.NoError(t, err)
				ids <- id
			}
			assert.NoError(t, store.Close())
		})
	}
	group.Wait()
	close(ids)
	seen := map[int64]bool{}
	for id := range ids {
		seen[id] = true
	}
	assert.Len(t, seen, 40)
	assert.Equal(t, 40, count(t, path, "contact"))
}

func TestIDsAreNeverUsedAgain(t *testing.T) {
	w, _ := openTestWriter(t)
	w.commit(batchOf(3))
	require.NoError(t, w.db.run("DELETE FROM image"))
	require.NoError(t, w.db.run("DELETE FROM contact"))
	batch := batchOf(1)
	w.commit(batch)
	assert.EqualValues(t, FirstID+3, batch[0].id)
}

// A file of an earlier version of this program is read, and brought up to date.
func TestOpeningAFileOfAnEarlierVersion(t *testing.T) {
	for version, tables := range map[int][]string{
		1: {
			"CREATE TABLE contact (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, campaign INTEGER NOT NULL, contact TEXT NOT NULL) STRICT",
			"CREATE TABLE image (contact INTEGER PRIMARY KEY REFERENCES contact (id), bytes BLOB NOT NULL) STRICT",
			`INSERT INTO contact VALUES (2750, 'IRa', 1, '{"Title":"old"}')`,
		},
		2: {
			"CREATE TABLE contact (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, campaign INTEGER NOT NULL, contact TEXT NOT NULL, system INTEGER NOT NULL DEFAULT 0) STRICT",
			"CREATE TABLE image (contact INTEGER PRIMARY KEY REFERENCES contact (id), bytes BLOB NOT NULL) STRICT",
			`INSERT INTO contact VALUES (2750, 'IRa', 1, '{"Title":"old"}', 1)`,
		},
	} {
		t.Run(strconv.Itoa(version), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "contacts.db")
			db, err := sql.Open("sqlite", path)
			require.NoError(t, err)
			for _, statement := range append(tables, "PRAGMA application_id = "+strconv.Itoa(applicationID), "PRAGMA user_version = "+strconv.Itoa(version)) {
				_, err := db.Exec(statement)
				require.NoError(t, err)
			}
			require.NoError(t, db.Close())
			old := Record{ID: 2750, AccountSID: "IRa", CampaignID: 1, System: version > 1, Contact: `{"Title":"old"}`}
			account := Account{SID: "IRa", TokenDigest: [32]byte{7}, Added: time.UnixMicro(1).UTC()}
			for again := range 2 {
				store, err := OpenSQLite(path)
				require.NoError(t, err)
				if again == 0 {
					require.NoError(t, store.AddAccount(t.Context(), account))
				}
				accounts, _, err := store.Accounts(t.Context())
				require.NoError(t, err)
				assert.Equal(t, []Account{account}, accounts)
				record, err := store.Get(t.Context(), "IRa", 1, 2750)
				require.NoError(t, err)
				assert.Equal(t, old, record)
				records, err := store.List(t.Context(), "IRa", 1, time.Now())
				require.NoError(t, err)
				assert.Equal(t, []Record{old}, records, "it is listed")
				require.NoError(t, store.Close())
			}
			assert.Equal(t, columnsOf(t, newFile(t)), columnsOf(t, path), "it has the columns of a new file")
		})
	}
}

func newFile(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "new.db")
	store, err := OpenSQLite(path)
	require.NoError(t, err)
	require.NoError(t, store.Close())
	return path
}

// columnsOf are all columns of a file's tables.
func columnsOf(t *testing.T, path string) (columns []string) {
	db, err := sql.Open("sqlite", dataSource(path))
	require.NoError(t, err)
	defer db.Close()
	rows, err := db.Query(`SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk || ' ' || ifnull(c.dflt_value, '')
		FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c WHERE t.name NOT LIKE 'sqlite%' ORDER BY 1`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var column string
		require.NoError(t, rows.Scan(&column))
		columns = append(columns, column)
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, columns)
	return columns
}
