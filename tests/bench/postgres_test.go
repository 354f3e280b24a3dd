package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/contacts/internal/postgrestest"
	"example.com/contacts/sandbox"
	"example.com/contacts/sandbox/postgres"
)

// BenchmarkPostgreSQL prints the rows of the sandbox on PostgreSQL. One run of it is a whole measurement: use -benchtime 1x.
func BenchmarkPostgreSQL(b *testing.B) {
	for b.Loop() {
		for _, row := range postgresRows(b) {
			fmt.Printf("%-60s %-40s %5.2f  %s\n", row.What, row.Against, row.Ratio, row.Want)
		}
	}
}

// postgresRows measures creates a second over 64 connections: of a sandbox on PostgreSQL, and of two that commit each create by
// itself: one after another, and on as many connections to the database, whose commits PostgreSQL groups by itself.
func postgresRows(tb testing.TB) []Row {
	names := []string{"group commit", "commit for each", "on 64 connections"}
	var targets []*loadTarget
	for _, alter := range []func(store sandbox.Store, address string) sandbox.Store{
		func(store sandbox.Store, _ string) sandbox.Store { return store },
		func(store sandbox.Store, _ string) sandbox.Store { return &oneByOne{Store: store} },
		func(store sandbox.Store, address string) sandbox.Store {
			pool, err := pgxpool.New(context.Background(), fmt.Sprintf("%s?pool_max_conns=%d", address, sandboxConnections))
			must(tb, err)
			tb.Cleanup(pool.Close)
			return &commitForEach{store, pool}
		},
	} {
		address := postgrestest.Database(tb)
		database, err := postgres.Open(context.Background(), address)
		must(tb, err)
		tb.Cleanup(func() { database.Close() })
		box, err := sandbox.New(sandbox.Config{
			AccountSID: "IRsandbox", AuthToken: "secret", Store: alter(database, address), State: database, Requests: database.Requests(),
		})
		must(tb, err)
		targets = append(targets, newLoadTarget(tb, box.Server()))
	}
	for _, target := range targets {
		target.creates(tb, 2*sandboxRound) // warm up
	}
	rates := make([][]float64, len(targets))
	for range sandboxRounds {
		for i, target := range targets {
			rates[i] = append(rates[i], target.creates(tb, sandboxRound))
		}
	}
	for i, name := range names {
		tb.Logf("sandbox on PostgreSQL, %-18s %7.0f creates/s (median)", name+":", median(rates[i]))
	}
	return []Row{
		{"sandbox on PostgreSQL (group commit)", "a commit for each create", ratio(rates[0], rates[1]), ">= 2"},
		{"sandbox on PostgreSQL (group commit)", "the same on 64 connections", ratio(rates[0], rates[2]), ">= 1"},
	}
}

// commitForEach commits each create by itself, on a connection of its own.
type commitForEach struct {
	sandbox.Store
	pool *pgxpool.Pool
}

func (s *commitForEach) Create(ctx context.Context, r sandbox.Record) (id int64, err error) {
	err = s.pool.QueryRow(ctx, `INSERT INTO contact (id, account, campaign, system, contact)
		VALUES (nextval('contact_id'), $1, $2, $3, $4) RETURNING id`, r.AccountSID, r.CampaignID, r.System, r.Contact).Scan(&id)
	return id, err
}
