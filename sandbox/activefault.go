package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// misbehaviour is what a sandbox was told to do wrong: nothing, unless somebody asks for it.
type misbehaviour struct {
	state State
	sets  cached[map[string][]*activeFault] // by account
}

// An activeFault is a fault that is set, or that a request asks for.
type activeFault struct {
	*fault
	displayText string // the fault as text
	preferred   bool   // by the request itself
	state       State
	counter     FaultCounter // without an account
}

func newMisbehaviour(state State) *misbehaviour {
	m := &misbehaviour{state: state}
	m.sets.read = func(ctx context.Context) (map[string][]*activeFault, <-chan struct{}, error) {
		list, changed, err := state.FaultSets(ctx)
		sets := map[string][]*activeFault{}
		for _, set := range list {
			sets[set.AccountSID] = []*activeFault{} // of its own, also if it is empty
			for i, text := range set.Faults {
				f, err := parseFault(text)
				if err != nil {
					slog.Error("sandbox: another version of it has set a fault that is not known here", "fault", text, "err", err)
					continue
				}
				active := &activeFault{fault: f, displayText: f.String(), state: state, counter: FaultCounter{Set: set.ID, Fault: i}}
				sets[set.AccountSID] = append(sets[set.AccountSID], active)
			}
		}
		return sets, changed, err
	}
	return m
}

// faults are those of an account: its own, or else those of all.
func (m *misbehaviour) faults(ctx context.Context, account string) ([]*activeFault, error) {
	sets, err := m.sets.get(ctx)
	if own, has := sets[account]; has {
		return own, err
	}
	return sets[""], err
}

// FaultState is a fault that is set, and how often it has happened since.
type FaultState struct {
	Fault    string `json:"fault"`
	Happened int64  `json:"happened"`
}

// SetFaults makes these the faults of all accounts, in place of all that were set before; without any, the sandbox
// behaves. Each fault is a text as FaultKind documents it. On an error, which names the fault, nothing changes.
//
// A fault happens, and is counted, for each account by itself. It happens to requests that would be carried out: one
// that is refused in any case does not use it up. Only rate-limit counts, and refuses, all that have the right
// credentials. Of several that end a request (drop, code, status, refuse-account), the first one happens.
func (s *Sandbox) SetFaults(faults ...string) error {
	return s.misbehaviour.set(context.Background(), "", faults)
}

// A faultError is of a fault that cannot be set.
type faultError struct{ error }

// set makes these the faults of an account, or of all if it is "".
func (m *misbehaviour) set(ctx context.Context, account string, faults []string) error {
	texts := []string{}
	for _, text := range faults {
		f, err := parseFault(text)
		if err != nil {
			return faultError{fmt.Errorf("sandbox: %w", err)}
		}
		// A seed that nobody chose is said, so that what happened can be repeated.
		if random := f.has("one-in") || f.has("jitter"); random && !f.has("seed") {
			seed := int64(rand.Uint32())
			f.parameters["seed"] = given{text: strconv.FormatInt(seed, 10), number: seed}
		}
		texts = append(texts, f.String())
	}
	before, err := m.sets.since(ctx, time.Now())
	if err != nil {
		return err
	}
	if err := m.state.SetFaults(ctx, account, texts); err != nil {
		return err
	}
	log := slog.Default()
	if account != "" {
		log = log.With("account", account)
	}
	if len(texts) > 0 {
		log.Warn("sandbox: it misbehaves", "faults", texts)
	} else if misbehaved(before, account) {
		log.Warn("sandbox: it behaves again")
	}
	return nil
}

// misbehaved tells whether an account has a fault, or, for "", whether any has.
func misbehaved(sets map[string][]*activeFault, account string) bool {
	if own, has := sets[account]; has && account != "" {
		return len(own) > 0
	}
	for of, set := range sets {
		if len(set) > 0 && (account == "" || of == "") {
			return true
		}
	}
	return false
}

// Faults lists the faults that are set for all accounts, and how often each has happened. One that is random has a
// seed, also if none was given. It is empty if the State of Config fails.
func (s *Sandbox) Faults() []FaultState {
	states, err := s.misbehaviour.states(context.Background(), "")
	if err != nil {
		slog.Error("sandbox: the faults cannot be read", "err", err)
	}
	return states
}

// states are the faults of an account, or those of all if it is "".
func (m *misbehaviour) states(ctx context.Context, account string) ([]FaultState, error) {
	states := []FaultState{}
	faults, err := m.faults(ctx, account)
	for _, f := range faults {
		happened, err := m.state.Happened(ctx, f.of(account))
		if err != nil {
			return nil, err
		}
		states = append(states, FaultState{f.displayText, happened})
	}
	return states, err
}

// of names the counts of a fault for an account.
func (f *activeFault) of(account string) FaultCounter {
	counter := f.counter
	counter.AccountSID = account
	return counter
}

// happens decides whether a fault happens to a request of an account, and with what jitter. What is random depends
// on the seed and on how often it was asked for, so that it is the same each time, in however many processes.
func (f *activeFault) happens(ctx context.Context, account string) (happens bool, jitter time.Duration, err error) {
	oneIn, longest := f.parameters["one-in"].number, f.parameters["jitter"].duration
	if oneIn > 1 || longest > 0 {
		random, err := f.draw(ctx, account)
		if err != nil || oneIn > 1 && random.Int64N(oneIn) != 0 {
			return false, 0, err
		}
		jitter = time.Duration(random.Int64N(int64(longest) + 1))
	}
	if f.preferred {
		return true, jitter, nil
	}
	happens, err = f.state.Happen(ctx, f.of(account), f.parameters["times"].number)
	return happens, jitter, err
}

// draw returns the source of what is random for the next request.
func (f *activeFault) draw(ctx context.Context, account string) (*rand.Rand, error) {
	if f.preferred {
		return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), nil
	}
	n, err := f.state.Draw(ctx, f.of(account))
	return rand.New(rand.NewPCG(uint64(f.parameters["seed"].number), uint64(n))), err
}

// ends tells whether a fault ends the request that it happens to.
func (f *activeFault) ends() bool {
	return slices.Contains([]string{"drop", "code", "status", "refuse-account"}, f.name())
}
