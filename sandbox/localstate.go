package sandbox

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// NewState returns a State that is kept in this process.
func NewState() State {
	return &localState{sets: map[string]*localFaults{}, windows: map[string]*window{}}
}

type localState struct {
	mu      sync.Mutex
	lastID  int64
	sets    map[string]*localFaults // by account
	changed notice                  // of sets
	windows map[string]*window      // by account, of CountRequest
}

// localFaults is a set with its counts.
type localFaults struct {
	FaultSet
	counts map[FaultCounter]*localCounts
}

type localCounts struct {
	drawn, happened int64
	window          window
}

func (s *localState) FaultSets(context.Context) (sets []FaultSet, changed <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, set := range s.sets {
		sets = append(sets, set.FaultSet)
	}
	return sets, s.changed.next(), nil
}

func (s *localState) SetFaults(_ context.Context, accountSID string, faults []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if accountSID == "" {
		clear(s.sets)
	}
	s.lastID++
	s.sets[accountSID] = &localFaults{FaultSet{s.lastID, accountSID, slices.Clone(faults)}, map[FaultCounter]*localCounts{}}
	s.changed.tell()
	return nil
}

func (s *localState) ResetFaults(_ context.Context, accountSID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.sets[""]
	if accountSID == "" {
		clear(s.sets)
	} else {
		delete(s.sets, accountSID)
	}
	if all != nil {
		s.sets[""] = all
		maps.DeleteFunc(all.counts, func(c FaultCounter, _ *localCounts) bool {
			return accountSID == "" || c.AccountSID == accountSID
		})
	}
	s.changed.tell()
	return nil
}

// counts are those of a fault, nil if its set is not set any more.
func (s *localState) counts(c FaultCounter) *localCounts {
	for _, account := range []string{c.AccountSID, ""} {
		if set := s.sets[account]; set != nil && set.ID == c.Set {
			if set.counts[c] == nil {
				set.counts[c] = &localCounts{}
			}
			return set.counts[c]
		}
	}
	return nil
}

func (s *localState) Draw(_ context.Context, c FaultCounter) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.counts(c)
	if counts == nil {
		return 0, nil
	}
	counts.drawn++
	return counts.drawn, nil
}

func (s *localState) Happen(_ context.Context, c FaultCounter, times int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.counts(c)
	if counts == nil || times > 0 && counts.happened >= times {
		return false, nil
	}
	counts.happened++
	return true, nil
}

func (s *localState) Happened(_ context.Context, c FaultCounter) (n int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, set := range s.sets {
		for counter, counts := range set.counts {
			if counter.Set == c.Set && counter.Fault == c.Fault && (c.AccountSID == "" || counter.AccountSID == c.AccountSID) {
				n += counts.happened
			}
		}
	}
	return n, nil
}

func (s *localState) Count(_ context.Context, c FaultCounter, now time.Time, limit int64, length time.Duration) (Window, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.counts(c)
	if counts == nil {
		return Window{limit, length, true}, nil
	}
	return counts.window.count(now, limit, length), nil
}

func (s *localState) CountRequest(accountSID string, now time.Time) Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.windows[accountSID]
	if w == nil {
		w = &window{}
		s.windows[accountSID] = w
	}
	return w.count(now, requestsAnHour, time.Hour)
}

// A window counts the requests of a time that begins with its first request.
type window struct {
	began time.Time
	used  int64
}

func (w *window) count(now time.Time, limit int64, length time.Duration) Window {
	passed := now.Sub(w.began)
	if passed <= -length || passed >= length {
		w.began, w.used = now, 0
	}
	passed = max(now.Sub(w.began), 0) // of two requests at once, the earlier may come later
	within := w.used < limit
	if within {
		w.used++
	}
	return Window{limit - w.used, length - passed, within}
}
