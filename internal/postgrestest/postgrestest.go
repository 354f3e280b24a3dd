// Package postgrestest gives tests a real PostgreSQL.
//
// It uses the server that PGHOST names, by the variables that psql reads. Without PGHOST it starts a server of its own,
// from Debian's package or what is in PATH, and stops it when the test process ends, however that ends.
package postgrestest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Database makes an empty database for one test, drops it at the end of the test, and returns its address. All tests of
// a process share one server. With -short the test is skipped.
func Database(tb testing.TB) string {
	tb.Helper()
	skipIfShort(tb)
	if os.Getenv("PGHOST") != "" {
		return makeDatabase(tb, "")
	}
	server, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return makeDatabase(tb, server.address("postgres"))
}

var shared = sync.OnceValues(start)

func skipIfShort(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("SKIPPED: a test with PostgreSQL takes longer than -short allows")
	}
}

// makeDatabase makes a database on the server of an address; an empty one stands for the server of the environment.
func makeDatabase(tb testing.TB, server string) string {
	tb.Helper()
	name := "contacts_test_" + strings.ToLower(rand.Text())
	if err := run(server, "CREATE DATABASE "+name); err != nil {
		tb.Fatalf("cannot make a database for the test: %v", err)
	}
	tb.Cleanup(func() {
		if err := run(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Errorf("cannot drop the database of the test: %v", err)
		}
	})
	address := url.URL{Scheme: "postgres", Path: "/" + name}
	if server != "" {
		own, err := url.Parse(server)
		if err != nil {
			tb.Fatal(err)
		}
		address.User, address.Host = own.User, own.Host
	}
	return address.String()
}

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
