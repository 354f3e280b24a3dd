package sandbox

import (
	"context"
	"time"
)

// A FaultSet is the faults of an account, or of all that have no set of their own.
type FaultSet struct {
	// ID is another one each time that faults are set, also for the same faults.
	ID int64
	// AccountSID is the account; "": all that have no set of their own.
	AccountSID string
	// Faults are texts as FaultKind documents them. Each that is random has a seed.
	Faults []string
}

// A FaultCounter names the counts of one fault: what is random in it, what happened, and the requests of its window.
type FaultCounter struct {
	Set        int64  // FaultSet.ID
	Fault      int    // its index in FaultSet.Faults
	AccountSID string // that sent the request; never ""
}

// A Window is what is left of a number of requests in a time.
type Window struct {
	Remaining int64
	Rest      time.Duration // until the time is over
	Within    bool          // the request is one of that number
}

// State is what the sandboxes on one database share beside contacts and accounts: the faults that are set, and all
// counts. It is safe for concurrent use. NewState keeps it in the process, which serves one sandbox.
//
// Counts of a set that is not set any more are nobody's: Draw then returns 0, Happen false, and Count a Window that
// the request is within.
type State interface {
	// FaultSets returns all sets, at most one for each account and one for "", and a channel that is closed once
	// they may have changed since, as AccountStore.Accounts does.
	FaultSets(ctx context.Context) (sets []FaultSet, changed <-chan struct{}, err error)
	// SetFaults makes faults the set of an account, which may be empty, in place of what it had. With "" they become
	// the set of all: every other set ends. All counts of what ends are forgotten.
	SetFaults(ctx context.Context, accountSID string, faults []string) error
	// ResetFaults ends the set of an account, so that the one of all holds for it, and forgets the account's counts.
	// With "" it does so for all accounts.
	ResetFaults(ctx context.Context, accountSID string) error

	// Draw counts that something random is asked for, and returns how often it was: 1 for the first time.
	Draw(ctx context.Context, counter FaultCounter) (n int64, err error)
	// Happen counts that the fault happens, and returns true; or false, if it has happened that many times already.
	// 0 times is no limit.
	Happen(ctx context.Context, counter FaultCounter, times int64) (happens bool, err error)
	// Happened returns how often the fault happened to an account. With AccountSID "" it is the sum of all.
	Happened(ctx context.Context, counter FaultCounter) (n int64, err error)
	// Count counts a request in a window of that length, which begins with its first request. One that is not within
	// the limit is not counted.
	Count(ctx context.Context, counter FaultCounter, now time.Time, limit int64, length time.Duration) (Window, error)

	// CountRequest counts a request of an account for the headers of its response: within 1,000 an hour. AccountSID
	// "" are those without the right credentials. It is called for each request and refuses nothing, so that a State
	// may tell others later.
	CountRequest(accountSID string, now time.Time) Window
}
