// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"

	"mabeam.dev/actors"
)

// Register registers a process under a key, with a value that whoever finds it gets. With duplicate keys a process may do so any number of times.
// Errors: *AlreadyRegisteredError for a unique key that a living process holds, *EndedError, actors.ErrFenced for a process that has ended.
func (r *Registry[K, V]) Register(self actors.Sender, key K, value V) error {
	h, err := r.enter(self)
	if err != nil {
		return err
	}
	told, err := r.insert(h, key, value)
	r.leave(h)
	flush(told)
	return err
}

// insert adds an entry to the index and to its locked holder.
func (r *Registry[K, V]) insert(h *holder[K, V], key K, value V) (told []*Listener[K, V], err error) {
	p := r.part(key)
	p.Lock()
	defer p.Unlock()
	if p.over {
		return nil, r.ended()
	}
	if h.pid.Fenced() {
		return nil, &refusal{"register", fmt.Sprint(key), actors.ErrFenced}
	}
	b, _ := r.index.Load(key)
	if b != nil && r.spec.Keys == Unique {
		if !b.one.pid.Fenced() {
			return nil, &AlreadyRegisteredError[K, V]{Registry: r.spec.Name, Key: key, Holder: b.one.pid, Value: *b.one.value.Load()}
		}
		told = r.removeLocked(b.one, told) // its end has begun and has not come to this entry
		b = nil
	}
	e := newEntry(r.numbers.Add(1), key, h.pid, value)
	r.index.Store(key, b.with(e))
	h.mu.entries = h.mu.entries.with(e)
	r.size.Add(1)
	return r.heard.add(Event[K, V]{Change: Registered, Entry: e.view()}, told), nil
}

// Unregister takes away all that a process has registered under a key, which may be nothing.
func (r *Registry[K, V]) Unregister(self actors.Sender, key K) error {
	return r.UnregisterMatch(self, key, func(V) bool { return true })
}

// UnregisterMatch takes away what a process has registered under a key with a value that match says yes to, which may be nothing.
func (r *Registry[K, V]) UnregisterMatch(self actors.Sender, key K, match func(V) bool) error {
	if err := r.mayChange(self, "unregister", key); err != nil {
		return err
	}
	pid := actors.OwnerOf(self)
	var matching []*entry[K, V] // found with no lock held: match is the caller's
	for _, e := range r.of(pid, key) {
		if match(*e.value.Load()) {
			matching = append(matching, e)
		}
	}
	h, known := r.holders.Load(pid)
	if !known {
		return nil
	}
	h.mu.Lock()
	if h.mu.gone {
		h.mu.Unlock()
		return r.mayChange(self, "unregister", key)
	}
	var told []*Listener[K, V]
	for _, e := range matching {
		var removed bool
		if told, removed = r.remove(e, told); removed {
			h.mu.entries = h.mu.entries.without(e)
		}
	}
	r.leave(h)
	flush(told)
	return nil
}

// mayChange refuses changes to a registry that has ended and by processes that are void.
func (r *Registry[K, V]) mayChange(self actors.Sender, operation string, key K) error {
	if err := r.ended(); err != nil {
		return err
	}
	if actors.OwnerOf(self).Fenced() {
		return &refusal{operation, fmt.Sprint(key), actors.ErrFenced}
	}
	return nil
}

// UpdateValue replaces the value of the process's own registration under a unique key by what update makes of it, and returns both. update runs in
// the caller, and again if the value has changed meanwhile. Errors: ErrNotRegistered if the process does not hold the key, ErrNotUnique,
// *EndedError, actors.ErrFenced.
func (r *Registry[K, V]) UpdateValue(self actors.Sender, key K, update func(V) V) (now, before V, err error) {
	var none V
	if r.spec.Keys != Unique {
		return none, none, &refusal{"update", fmt.Sprint(key), ErrNotUnique}
	}
	for {
		if err := r.mayChange(self, "update", key); err != nil {
			return none, none, err
		}
		b, _ := r.index.Load(key)
		if b == nil || b.one.pid != actors.OwnerOf(self) {
			return none, none, &refusal{"update", fmt.Sprint(key), ErrNotRegistered}
		}
		old := b.one.value.Load()
		next := update(*old)
		if r.swap(b.one, old, &next) {
			return next, *old, nil
		}
	}
}

// swap replaces a value if it is still the old one, of an entry that still stands and whose process is not void.
func (r *Registry[K, V]) swap(e *entry[K, V], old, next *V) bool {
	p := r.part(e.key)
	p.Lock()
	defer p.Unlock()
	return !p.over && !e.gone && !e.pid.Fenced() && e.value.CompareAndSwap(old, next)
}
