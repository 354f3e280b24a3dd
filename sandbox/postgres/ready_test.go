package postgres_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
	"example.com/contacts/sandbox"
)

// A load balancer leaves a sandbox whose database is away, and comes back by itself.
func TestReadyWhileTheDatabaseIsThere(t *testing.T) {
	server := postgrestest.Start(t)
	database := open(t, server.Address())
	box, err := sandbox.New(sandbox.Config{AccountSID: "IRa", AuthToken: "secret", Store: database, State: database})
	require.NoError(t, err)
	status := func(path string) int {
		w := httptest.NewRecorder()
		box.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code
	}
	assert.Equal(t, 200, status("/readyz"))
	server.Kill(t)
	assert.Equal(t, 503, status("/readyz"))
	assert.Equal(t, 200, status("/healthz"))
	server.Restart(t)
	assert.Eventually(t, func() bool { return status("/readyz") == 200 }, time.Minute, 10*time.Millisecond)
}
