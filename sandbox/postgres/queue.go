package postgres

import (
	"runtime"
	"sync"
)

// A queue carries out in one go what came in while it was busy.
type queue[T any] struct {
	mu      sync.Mutex
	waiting []T
	closed  bool
	wake    chan struct{} // holds a token if there is something to do
	ended   chan struct{}
}

func newQueue[T any](carryOut func([]T)) *queue[T] {
	q := &queue[T]{wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go q.run(carryOut)
	return q
}

// add says whether it took an item: not after close.
func (q *queue[T]) add(item T) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, item)
	q.wakeUp()
	return true
}

func (q *queue[T]) wakeUp() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue[T]) run(carryOut func([]T)) {
	defer close(q.ended)
	for range q.wake {
		runtime.Gosched() // let those who are about to add something get here first
		q.mu.Lock()
		batch, closed := q.waiting, q.closed
		q.waiting = nil
		q.mu.Unlock()
		if len(batch) > 0 {
			carryOut(batch)
		}
		if closed { // and so nothing was added since
			return
		}
	}
}

// close waits until all that was added is carried out.
func (q *queue[T]) close() {
	q.mu.Lock()
	q.closed = true
	q.wakeUp()
	q.mu.Unlock()
	<-q.ended
}
