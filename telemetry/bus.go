// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
)

// Bus connects emitters and subscribers. A nil Bus is valid and has no subscribers. All methods are safe for concurrent use.
type Bus struct {
	// table is nil while nobody listens, which is all that an idle emit looks at. A table is never changed once it is here.
	table atomic.Pointer[table]
	mu    struct {
		sync.Mutex
		subs []*subscription // in the order of subscription
	}
}

// table is the subscribers, sorted for dispatch.
type table struct {
	all    []*subscription
	byType map[reflect.Type][]*subscription // those of the type and those of all, in the order of subscription
}

// subscription is one subscriber. typ is nil for those that take every event.
type subscription struct {
	name   string
	typ    reflect.Type
	call   func(Event)
	queue  *Queue // nil for in-place subscribers
	panics atomic.Uint64
}

// NewBus returns a bus without subscribers.
func NewBus() *Bus { return &Bus{} }

// Active reports whether anybody listens at all, for emitters whose events are costly to build.
func (b *Bus) Active() bool { return b != nil && b.table.Load() != nil }

// Emit hands an event to everyone who listens to its type. Without subscribers it is one atomic load, and e stays on the
// stack.
func Emit[E Event](b *Bus, e E) {
	if b == nil {
		return
	}
	if t := b.table.Load(); t != nil {
		t.emit(reflect.TypeFor[E](), e)
	}
}

// emit runs the subscribers. The static type saves an allocation for types that nobody takes; where it is an interface the
// value is asked.
func (t *table) emit(static reflect.Type, e Event) {
	if static.Kind() == reflect.Interface {
		if e == nil {
			return
		}
		static = reflect.TypeOf(e)
	}
	subs, ok := t.byType[static]
	if !ok {
		subs = t.all
	}
	for _, s := range subs {
		s.deliver(e)
	}
}

// deliver keeps a subscriber's panic away from the emitter: telemetry must not crash what it watches.
func (s *subscription) deliver(e Event) {
	defer func() {
		if recover() != nil {
			s.panics.Add(1)
		}
	}()
	s.call(e)
}

// Subscribe calls fn in place for every event of exactly type E; the name shows up in Stats. E must not be an interface, and
// fn is called from many goroutines at once. After cancel has returned no new call begins; calls under way may still end.
func Subscribe[E Event](b *Bus, name string, fn func(E)) (cancel func()) {
	typ := reflect.TypeFor[E]()
	if typ.Kind() == reflect.Interface {
		panic("telemetry: subscribe \"" + name + "\": " + typ.String() + " is an interface, use SubscribeAll")
	}
	return b.add(&subscription{name: name, typ: typ, call: func(e Event) { fn(e.(E)) }})
}

// SubscribeAll calls fn in place for every event of every type; the rules of Subscribe hold.
func (b *Bus) SubscribeAll(name string, fn func(Event)) (cancel func()) {
	return b.add(&subscription{name: name, call: fn})
}

func (b *Bus) add(s *subscription) (cancel func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.subs = append(b.mu.subs, s)
	b.publishLocked()
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.mu.subs = slices.DeleteFunc(b.mu.subs, func(x *subscription) bool { return x == s })
		b.publishLocked()
	})
}

// publishLocked builds the table anew: subscribing is rare and may cost, emitting is not and may not.
func (b *Bus) publishLocked() {
	if len(b.mu.subs) == 0 {
		b.table.Store(nil)
		return
	}
	t := &table{byType: map[reflect.Type][]*subscription{}}
	for _, s := range b.mu.subs {
		if s.typ == nil {
			t.all = append(t.all, s)
		} else {
			t.byType[s.typ] = nil
		}
	}
	for typ := range t.byType {
		for _, s := range b.mu.subs {
			if s.typ == nil || s.typ == typ {
				t.byType[typ] = append(t.byType[typ], s)
			}
		}
	}
	b.table.Store(t)
}

// SubscriberStats is what one subscriber has suffered since it subscribed.
type SubscriberStats struct {
	// Name is the name given at subscription.
	Name string
	// Queued tells queues from in-place subscribers.
	Queued bool
	// Panics counts events whose handler panicked; they are lost to this subscriber.
	Panics uint64
	// Lost counts events dropped because the queue was full.
	Lost uint64
	// Depth and Capacity are the queue's length now and its bound, in events; 0 for in-place subscribers.
	Depth, Capacity int
}

// Stats returns the figures of all subscribers in the order of subscription.
func (b *Bus) Stats() []SubscriberStats {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	subs := slices.Clone(b.mu.subs)
	b.mu.Unlock()
	out := make([]SubscriberStats, 0, len(subs))
	for _, s := range subs {
		st := SubscriberStats{Name: s.name, Panics: s.panics.Load()}
		if q := s.queue; q != nil {
			st.Queued, st.Lost, st.Depth, st.Capacity = true, q.Lost(), len(q.items), cap(q.items)
		}
		out = append(out, st)
	}
	return out
}
