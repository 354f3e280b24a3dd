package sandbox

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// misbehaviour is what a sandbox was told to do wrong: nothing, unless somebody asks for it.
type misbehaviour struct {
	set    atomic.Pointer[[]*activeFault]
	hidden hidden
}

func (m *misbehaviour) faults() []*activeFault {
	if set := m.set.Load(); set != nil {
		return *set
	}
	return nil
}

// An activeFault is a fault with what became of it so far.
type activeFault struct {
	*fault
	displayText string // the fault as text
	preferred   bool   // by the request itself
	mu          sync.Mutex
	random      *rand.Rand
	happened    int64
	windows     map[string]*window // of rate-limit, by account
}

func newActiveFault(f *fault, preferred bool) *activeFault {
	// A seed that nobody chose is said, so that what happened can be repeated.
	if random := f.has("one-in") || f.has("jitter"); random && !f.has("seed") && !preferred {
		seed := int64(rand.Uint32())
		f.parameters["seed"] = given{text: strconv.FormatInt(seed, 10), number: seed}
	}
	seed := f.parameters["seed"].number
	if preferred {
		seed = rand.Int64()
	}
	return &activeFault{
		fault: f, displayText: f.String(), preferred: preferred,
		random: rand.New(rand.NewPCG(uint64(seed), 0)), windows: map[string]*window{},
	}
}

// FaultState is a fault that is set, and how often it has happened since.
type FaultState struct {
	Fault    string `json:"fault"`
	Happened int64  `json:"happened"`
}

// SetFaults makes these the faults of the sandbox, in place of all that were set before; without any, it
// behaves. Each fault is a text as FaultKind documents it. On an error, which names the fault, nothing changes.
//
// A fault happens to requests that would be carried out: one that is refused in any case does not use it up. Only
// rate-limit counts, and refuses, all that have the right credentials. Of several that end a request (drop, code,
// status, refuse-account), the first one happens.
func (s *Sandbox) SetFaults(faults ...string) error {
	var set []*activeFault
	var texts []string
	for _, text := range faults {
		f, err := parseFault(text)
		if err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		active := newActiveFault(f, false)
		set, texts = append(set, active), append(texts, active.displayText)
	}
	before := s.misbehaviour.set.Swap(&set)
	switch {
	case set != nil:
		slog.Warn("sandbox: it misbehaves", "faults", texts)
	case before != nil && *before != nil:
		slog.Warn("sandbox: it behaves again")
	}
	return nil
}

// Faults lists the faults that are set. One that is random has a seed, also if none was given.
func (s *Sandbox) Faults() []FaultState {
	states := []FaultState{}
	for _, f := range s.misbehaviour.faults() {
		f.mu.Lock()
		states = append(states, FaultState{f.displayText, f.happened})
		f.mu.Unlock()
	}
	return states
}

// happens decides whether a fault happens to a request that it concerns, and with what jitter.
func (f *activeFault) happens() (happens bool, jitter time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if times := f.parameters["times"].number; times > 0 && f.happened >= times {
		return false, 0
	}
	if n := f.parameters["one-in"].number; n > 1 && f.random.Int64N(n) != 0 {
		return false, 0
	}
	if longest := f.parameters["jitter"].duration; longest > 0 {
		jitter = time.Duration(f.random.Int64N(int64(longest) + 1))
	}
	f.happened++
	return true, jitter
}

// window is the count of an account.
func (f *activeFault) window(account string) *window {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.windows[account] == nil {
		f.windows[account] = &window{}
	}
	return f.windows[account]
}
