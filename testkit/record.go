// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
)

// Remembered is how many messages a probe keeps, and how many events a system; the oldest are forgotten.
const Remembered = 10_000

// entry is one thing that has come.
type entry[V any] struct {
	value V
	at    time.Time
	taken bool // by an expectation
}

// record keeps what has come, in order. It is written by processes and read by the test; at most one goroutine waits.
type record[V any] struct {
	mu struct {
		sync.Mutex
		entries []entry[V]
		lost    int             // entries forgotten so far
		wake    func(err error) // ends the wait of the test; nil while it does not wait
	}
}

// errCame is the cause with which a wait for more ends.
var errCame = errors.New("testkit: something came")

// add takes something in and wakes the test.
func (r *record[V]) add(v V, at time.Time) {
	r.mu.Lock()
	if len(r.mu.entries) == 2*Remembered {
		r.mu.entries = slices.Delete(r.mu.entries, 0, Remembered)
		r.mu.lost += Remembered
	}
	r.mu.entries = append(r.mu.entries, entry[V]{value: v, at: at})
	wake := r.mu.wake
	r.mu.wake = nil
	r.mu.Unlock()
	if wake != nil {
		wake(errCame)
	}
}

// since returns the entries from number n on, counted from the first ever, and the number after the last of them. With a function wake it
// has the next to come call it.
func (r *record[V]) since(n int, wake func(error)) ([]entry[V], int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.wake = wake
	return slices.Clone(r.mu.entries[max(0, n-r.mu.lost):]), r.mu.lost + len(r.mu.entries)
}

// take marks entry number n as taken; false if it is forgotten or was taken before.
func (r *record[V]) take(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := n - r.mu.lost
	if i < 0 || r.mu.entries[i].taken {
		return false
	}
	r.mu.entries[i].taken = true
	return true
}

// first takes the first entry from number n on that is not taken and fits, and returns where to go on if there is none. match runs on the
// test's goroutine, with no lock held.
func (r *record[V]) first(n int, wake func(error), match func(V) bool) (v V, next int, ok bool) {
	entries, next := r.since(n, wake)
	for i, e := range entries {
		if !e.taken && match(e.value) && r.take(next-len(entries)+i) {
			return e.value, next, true
		}
	}
	return v, next, false
}

// await is first for what may come within a time of the system's clock: also at its very end.
func (r *record[V]) await(sys *actors.System, within time.Duration, match func(V) bool) (v V, ok bool) {
	defer r.since(0, nil) // nobody waits any more
	end, next := sys.Now().Add(within), 0
	for {
		ctx, came := context.WithCancelCause(context.Background())
		if v, next, ok = r.first(next, came, match); ok {
			came(nil)
			return v, true
		}
		err := sys.Sleep(ctx, max(0, end.Sub(sys.Now())))
		came(nil)
		if err == nil {
			break // the time is up
		}
	}
	Settle(sys)
	v, _, ok = r.first(next, nil, match)
	return v, ok
}

// values returns everything that is remembered and was or was not taken.
func (r *record[V]) values() []V {
	entries, _ := r.since(0, nil)
	out := make([]V, len(entries))
	for i, e := range entries {
		out[i] = e.value
	}
	return out
}

// untaken returns what no expectation has taken.
func (r *record[V]) untaken() []entry[V] {
	entries, _ := r.since(0, nil)
	return slices.DeleteFunc(entries, func(e entry[V]) bool { return e.taken })
}
