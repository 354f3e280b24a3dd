// Package soak keeps the sandbox at full speed while one request of a hundred goes wrong. What it holds must stay the same,
// and nothing that it confirmed may be lost by kill -9. `make soak` does so for an hour, `make test` for some seconds.
package soak

import (
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var duration = flag.Duration("duration", 6*time.Second, "how long the sandbox is at full speed; kill -9 takes a sixth of it more")

const workers = 32

func TestSandboxHoldsItsMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: what a process holds is read from /proc")
	}
	for _, path := range []string{inMemory, "contacts.db"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			if path != inMemory {
				path = filepath.Join(t.TempDir(), path)
			}
			s := start(t, path)
			crew := newCrew(s)
			var first held
			const rounds = 10
			for round := range rounds {
				crew.each(t, func(w *worker) error {
					if err := w.work(time.Now().Add(*duration / rounds)); err != nil {
						return err
					}
					if err := w.checkAll(); err != nil {
						return err
					}
					return w.clean()
				})
				crew.client.CloseIdleConnections()
				if round < 2 { // caches fill
					first = s.heldAfter(t, func(h held) bool { return h.Goroutines < workers })
					continue
				}
				now := s.heldAfter(t, func(h held) bool { return h.fits(first) })
				t.Logf("round %d: %+v, %d requests, %d in doubt", round, now, crew.requests(), crew.doubts())
				require.True(t, now.fits(first), "it holds %+v, and held %+v after the second round", now, first)
			}
			assert.Greater(t, crew.doubts(), crew.requests()/400, "one of a hundred goes wrong, of which some are sent again")
			assert.Less(t, crew.doubts(), crew.requests()/40)
		})
	}
}

func TestKillLosesNothingUnderFaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contacts.db")
	s := start(t, path)
	crew := newCrew(s)
	const kills = 5
	for range kills {
		killed := time.AfterFunc(max(*duration/(6*kills), time.Second/2), s.kill)
		crew.each(t, func(w *worker) error {
			if err := w.work(time.Now().Add(time.Hour)); !errors.Is(err, errGone) {
				return err
			}
			return nil
		})
		killed.Stop()
		confirmed := 0
		for _, w := range crew.workers {
			confirmed += len(w.titles)
		}
		require.Greater(t, confirmed, workers, "the load was a load")
		s = start(t, path)
		crew.move(s)
		crew.each(t, (*worker).checkAll)
		t.Logf("%d contacts, %d requests", confirmed, crew.requests())
	}
}

// A crew is workers that share a client.
type crew struct {
	client  *http.Client
	workers []*worker
}

func newCrew(s *server) *crew {
	c := &crew{client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: workers}}}
	for i := range workers {
		c.workers = append(c.workers, &worker{
			client: c.client, campaign: 1000 + i, random: rand.New(rand.NewPCG(1, uint64(i))), titles: map[string]string{},
		})
	}
	c.move(s)
	return c
}

// move lets the crew work on another server.
func (c *crew) move(s *server) {
	c.client.CloseIdleConnections()
	for _, w := range c.workers {
		w.base = s.base
	}
}

func (c *crew) each(t *testing.T, do func(*worker) error) {
	var group sync.WaitGroup
	for _, w := range c.workers {
		group.Go(func() { assert.NoError(t, do(w)) })
	}
	group.Wait()
	require.False(t, t.Failed())
}

func (c *crew) requests() (n int) {
	for _, w := range c.workers {
		n += w.requests
	}
	return n
}

func (c *crew) doubts() (n int) {
	for _, w := range c.workers {
		n += w.doubts
	}
	return n
}
