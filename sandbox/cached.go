package sandbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// maxAge is how old a cached value may be, if nobody says that it has changed.
const maxAge = time.Second

// cached is a value that several processes may change, and that each request needs.
type cached[T any] struct {
	read    func(context.Context) (value T, changed <-chan struct{}, err error)
	current atomic.Pointer[reading[T]]
	mu      sync.Mutex // of those who read
}

// A reading is the value of one time; with an error, the last that there was.
type reading[T any] struct {
	value   T
	err     error
	began   time.Time
	changed <-chan struct{}
}

// get returns the value as it is, or was within the last second if another process has changed it since.
func (c *cached[T]) get(ctx context.Context) (T, error) {
	now := time.Now()
	if r := c.current.Load(); r != nil && r.isFresh(now) {
		return r.value, nil
	}
	return c.since(ctx, now)
}

func (r *reading[T]) isFresh(now time.Time) bool {
	select {
	case <-r.changed:
		return false
	default:
		return r.err == nil && now.Sub(r.began) < maxAge
	}
}

// since returns the value as it was at a time, or later. Those who wait for it share one reading, also if it fails: a
// database that does not respond lets each of them wait once.
func (c *cached[T]) since(ctx context.Context, when time.Time) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.current.Load()
	if last != nil && last.began.After(when) && (last.err != nil || last.isFresh(time.Now())) {
		return last.value, last.err
	}
	r := &reading[T]{began: time.Now()}
	r.value, r.changed, r.err = c.read(context.WithoutCancel(ctx)) // it is not for this caller alone
	if r.err != nil && last != nil {
		r.value = last.value
	}
	c.current.Store(r)
	return r.value, r.err
}

// A notice tells those who have read something that it has changed. The zero value is one.
type notice struct {
	mu      sync.Mutex
	channel chan struct{}
}

// next is a channel that the next change closes.
func (n *notice) next() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.channel == nil {
		n.channel = make(chan struct{})
	}
	return n.channel
}

func (n *notice) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.channel != nil {
		close(n.channel)
		n.channel = nil
	}
}
