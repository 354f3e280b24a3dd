// Package postgrestest gives tests a real PostgreSQL.
//
// It uses the server that PGHOST names, by the variables that psql reads. Without PGHOST it starts a server of its own,
// from Debian's package or what is in PATH, and stops it when the test process ends, however that ends.
package postgrestest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Database makes an empty database for one test, and returns its address. All tests of a process share one server. What is
// made on the server of PGHOST is dropped at the end of the test; a server of our own goes as a whole. With -short the test
// is skipped.
func Database(tb testing.TB) string {
	tb.Helper()
	skipIfShort(tb)
	name := "contacts_test_" + strings.ToLower(rand.Text())
	if os.Getenv("PGHOST") != "" {
		create(tb, "", name)
		tb.Cleanup(func() {
			if err := run("", "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
				tb.Errorf("cannot drop the database of the test: %v", err)
			}
		})
		return "postgres:///" + name
	}
	server, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	create(tb, server.Address(), name)
	return server.address(name)
}

var shared = sync.OnceValues(start)

func skipIfShort(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("SKIPPED: a test with PostgreSQL takes longer than -short allows")
	}
}

func create(tb testing.TB, server, name string) {
	tb.Helper()
	if err := run(server, "CREATE DATABASE "+name); err != nil {
		tb.Fatalf("cannot make a database for the test: %v", err)
	}
}

// run executes a statement on the server of an address; an empty one stands for the server of the environment.
func run(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
