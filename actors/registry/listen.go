// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"slices"
	"sync"
	"sync/atomic"

	"mabeam.dev/actors"
)

// Change is what has happened to the entry of an Event.
type Change uint8

// The changes.
const (
	// Registered: the entry is new.
	Registered Change = iota + 1
	// Unregistered: the process has taken the entry away, or ended.
	Unregistered
)

// String returns the word: registered or unregistered.
func (c Change) String() string {
	if c == Registered {
		return "registered"
	}
	return "unregistered"
}

// Event is one change of a registry. That a value was updated is none.
type Event[K comparable, V any] struct {
	// Change says whether the entry has come or gone.
	Change Change
	// Entry is the registration, with the value that it had then.
	Entry Entry[K, V]
}

// Listener is one process's subscription to the events of a registry. It ends with the process, and with the registry.
type Listener[K comparable, V any] struct {
	r      *Registry[K, V]
	feed   *actors.Feed[Event[K, V]]
	cancel func() bool
}

// Listen makes each later registration and its end arrive as the message that notice makes: those of a key in order, before whatever their author
// sends the listener afterwards, and that of a death before its Down. Errors: *EndedError, actors.ErrFenced. It panics without notice.
func Listen[M any, K comparable, V any](c *actors.Context[M], r *Registry[K, V], notice func(Event[K, V]) M) (*Listener[K, V], error) {
	l := &Listener[K, V]{r: r, feed: actors.NewFeed(c, notice)}
	if err := r.ended(); err != nil {
		return nil, err
	}
	cancel, err := actors.AtEnd(c, func(actors.Reason) { l.end() })
	if err != nil {
		return nil, &refusal{"listen to", r.spec.Name, err}
	}
	l.cancel = cancel
	if !r.heard.enter(l) {
		cancel()
		return nil, r.ended()
	}
	if c.PID().Fenced() { // its end may have passed before the subscription stood
		r.heard.remove(l)
		return nil, &refusal{"listen to", r.spec.Name, actors.ErrFenced}
	}
	return l, nil
}

// Stop ends the subscription and reports whether it had not ended before. In the process's own turn nothing is delivered after it returns, not
// even what was queued.
func (l *Listener[K, V]) Stop() bool {
	if !l.end() {
		return false
	}
	l.cancel()
	return true
}

func (l *Listener[K, V]) end() bool {
	if !l.feed.Stop() {
		return false
	}
	l.r.heard.remove(l)
	return true
}

// audience is who listens, in the order of subscription. The list is replaced as a whole, so that adding an event takes no lock.
type audience[K comparable, V any] struct {
	list atomic.Pointer[[]*Listener[K, V]]
	mu   struct {
		sync.Mutex
		over bool
	}
}

func (a *audience[K, V]) now() []*Listener[K, V] {
	if list := a.list.Load(); list != nil {
		return *list
	}
	return nil
}

func (a *audience[K, V]) enter(l *Listener[K, V]) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mu.over {
		return false
	}
	list := append(slices.Clone(a.now()), l)
	a.list.Store(&list)
	return true
}

func (a *audience[K, V]) remove(l *Listener[K, V]) {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(a.now()), func(x *Listener[K, V]) bool { return x == l })
	a.list.Store(&list)
}

// dismiss ends all subscriptions; what has been added is still delivered.
func (a *audience[K, V]) dismiss() {
	a.mu.Lock()
	list := a.now()
	a.mu.over = true
	a.list.Store(nil)
	a.mu.Unlock()
	for _, l := range list {
		l.cancel()
	}
}

// add gives an event to those who listen and adds them to those who must be flushed.
func (a *audience[K, V]) add(e Event[K, V], told []*Listener[K, V]) []*Listener[K, V] {
	for _, l := range a.now() {
		l.feed.Add(e)
		told = append(told, l)
	}
	return told
}

// flush sends what was added; no lock is held.
func flush[K comparable, V any](told []*Listener[K, V]) {
	for _, l := range told {
		l.feed.Flush()
	}
}
