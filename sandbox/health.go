package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// The paths by which a supervisor and a load balancer ask for the state of the process. They need no credentials, and
// are neither counted nor recorded.
const (
	livePath  = "/healthz"
	readyPath = "/readyz"
)

// readyTime is how long the store may take to respond.
const readyTime = 2 * time.Second

var (
	errDraining     = &apiError{Status: http.StatusServiceUnavailable, Message: "The sandbox is shutting down. Send to another."}
	errStoreFailed  = &apiError{Status: http.StatusServiceUnavailable, Message: "The sandbox could not use its store; see its log."}
	errStoreTooSlow = &apiError{Status: http.StatusServiceUnavailable, Message: "The store does not respond in time. Send again later."}
)

// Drain makes /readyz respond with 503, so that a load balancer sends new requests elsewhere. All else goes on. Call it
// before the Shutdown of a server.
func (s *Sandbox) Drain() { s.draining.Store(true) }

// serveHealth responds to a request for the state of the process.
func (s *Sandbox) serveHealth(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		respondError(w, &apiError{Status: http.StatusMethodNotAllowed, Message: "This method is not allowed here; use GET, HEAD."})
		return
	}
	if r.URL.Path == readyPath {
		if err := s.ready(); err != nil {
			respondError(w, err)
			return
		}
	}
	respond(w, http.StatusOK, []byte(`{"Status":"OK"}`))
}

// ready tells whether requests can be carried out. However many ask, the store is asked by one at a time.
func (s *Sandbox) ready() error {
	if s.draining.Load() {
		return errDraining
	}
	asked := s.readiness.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), readyTime)
		defer cancel()
		// A change that finds nothing goes the way of all changes, and changes nothing.
		err := s.store.Change(ctx, "", 0, 0, func(*Record) (Change, error) { return Keep, nil })
		if errors.Is(err, ErrNotFound) {
			return nil, nil
		}
		slog.Error("sandbox: it is not ready", "err", err)
		return nil, errStoreFailed
	})
	select {
	case result := <-asked:
		return result.Err
	case <-time.After(readyTime):
		return errStoreTooSlow
	}
}
