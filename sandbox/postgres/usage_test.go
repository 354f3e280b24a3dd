package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/contacts/internal/postgrestest"
)

func TestRequestsAreCountedTogether(t *testing.T) {
	address := postgrestest.Database(t)
	a, b := open(t, address), open(t, address)
	now := time.Now()
	for range 10 {
		a.CountRequest("IRa", now)
		b.CountRequest("IRa", now)
		b.CountRequest("IRb", now)
	}
	counted := int64(20)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		counted++
		if a.CountRequest("IRa", now).Remaining == 1000-counted {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("what another process counts does not come")
		}
	}
	later := now.Add(time.Hour)
	assert.EqualValues(t, 999, a.CountRequest("IRa", later).Remaining, "another hour begins")
	for deadline := time.Now().Add(time.Minute); b.CountRequest("IRa", later).Remaining < 900; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the hour does not begin for the other process")
		}
	}
}
