package sandbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// health is what a supervisor or a load balancer gets, who has no credentials.
func health(handler http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func withStore(t *testing.T, store Store) *Sandbox {
	handler, err := New(Config{AccountSID: "IRsandbox", AuthToken: "secret", Store: store})
	require.NoError(t, err)
	return handler
}

func TestHealth(t *testing.T) {
	handler := withStore(t, nil)
	for _, path := range []string{"/healthz", "/readyz"} {
		w := health(handler, "GET", path)
		assert.Equal(t, 200, w.Code)
		assert.JSONEq(t, `{"Status":"OK"}`, w.Body.String())
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Equal(t, 200, health(handler, "HEAD", path).Code)
		w = health(handler, "POST", path)
		assert.Equal(t, 405, w.Code)
		assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
		assert.Contains(t, w.Body.String(), `{"Status":"ERROR","Message":"`)
	}
	last, err := handler.record.log.Last(t.Context())
	require.NoError(t, err)
	assert.Zero(t, last, "they are not recorded")
}

// notReady asserts that a sandbox lives, and is not ready for a reason.
func notReady(t *testing.T, handler *Sandbox, says string) {
	t.Helper()
	assert.Equal(t, 200, health(handler, "GET", "/healthz").Code)
	w := health(handler, "GET", "/readyz")
	assert.Equal(t, 503, w.Code)
	assert.JSONEq(t, `{"Status":"ERROR","Message":"`+says+`"}`, w.Body.String())
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
}

func TestDrainedSandboxIsNotReady(t *testing.T) {
	handler := withStore(t, nil)
	handler.Drain()
	notReady(t, handler, "The sandbox is shutting down. Send to another.")
}

func TestSandboxIsNotReadyWithoutItsStore(t *testing.T) {
	logged(t)
	const says = "The sandbox could not use its store; see its log."
	closed := NewMemory()
	require.NoError(t, closed.Close())
	notReady(t, withStore(t, closed), says)

	file := filepath.Join(t.TempDir(), "contacts.db")
	store, err := OpenSQLite(file)
	require.NoError(t, err)
	defer store.Close()
	handler := withStore(t, store)
	assert.Equal(t, 200, health(handler, "GET", "/readyz").Code)
	require.NoError(t, os.Remove(file))
	notReady(t, handler, says)
}

// blockingStore does not respond until it is told to.
type blockingStore struct {
	Store
	asked  atomic.Int64
	answer chan struct{}
}

func (s *blockingStore) Change(context.Context, string, int64, int64, func(*Record) (Change, error)) error {
	s.asked.Add(1)
	<-s.answer
	return ErrNotFound
}

// Nobody can load a store by asking whether it is ready.
func TestStoreIsAskedOnceAtATime(t *testing.T) {
	store := &blockingStore{answer: make(chan struct{})}
	handler := withStore(t, store)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { notReady(t, handler, "The store does not respond in time. Send again later.") })
	}
	all.Wait()
	assert.Equal(t, int64(1), store.asked.Load())
	close(store.answer)
	assert.Eventually(t, func() bool { return health(handler, "GET", "/readyz").Code == 200 }, 10*time.Second, time.Millisecond)
}
