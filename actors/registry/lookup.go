// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"cmp"
	"iter"
	"slices"

	"mabeam.dev/actors"
)

// Find returns the one entry of a unique key. It allocates nothing and takes no lock. Errors, as they are: ErrNotRegistered, ErrNotUnique,
// *EndedError.
func (r *Registry[K, V]) Find(key K) (Entry[K, V], error) {
	if e := r.over.Load(); e != nil {
		return Entry[K, V]{}, e
	}
	if r.spec.Keys != Unique {
		return Entry[K, V]{}, ErrNotUnique
	}
	b, _ := r.index.Load(key)
	if b == nil {
		return Entry[K, V]{}, ErrNotRegistered
	}
	return b.one.view(), nil
}

// Lookup returns the entries of a key in the order of registration; none if nobody is registered. The list is the caller's.
func (r *Registry[K, V]) Lookup(key K) ([]Entry[K, V], error) {
	if err := r.ended(); err != nil {
		return nil, err
	}
	b, _ := r.index.Load(key)
	if b == nil {
		return nil, nil
	}
	list := make([]Entry[K, V], 0, b.size())
	b.each(func(e *entry[K, V]) bool {
		list = append(list, e.view())
		return true
	})
	return list, nil
}

// Match yields the entries of a key, as they are when the iteration begins, that match says yes to; nil stands for all.
func (r *Registry[K, V]) Match(key K, match func(V) bool) (iter.Seq[Entry[K, V]], error) {
	if err := r.ended(); err != nil {
		return nil, err
	}
	return func(yield func(Entry[K, V]) bool) {
		b, _ := r.index.Load(key)
		b.each(func(e *entry[K, V]) bool {
			v := e.view()
			return (match != nil && !match(v.Value)) || yield(v)
		})
	}, nil
}

// CountMatch returns how many entries of a key match says yes to; nil stands for all.
func (r *Registry[K, V]) CountMatch(key K, match func(V) bool) (int, error) {
	found, err := r.Match(key, match)
	return count(found), err
}

// Select yields the entries of all keys that match says yes to, in the order of registration; nil stands for all. What stays registered while it
// gathers them when the iteration begins is yielded once; what comes or goes meanwhile may be yielded or not. It costs as much as sorting
// all entries.
func (r *Registry[K, V]) Select(match func(Entry[K, V]) bool) (iter.Seq[Entry[K, V]], error) {
	if err := r.ended(); err != nil {
		return nil, err
	}
	return func(yield func(Entry[K, V]) bool) {
		for _, e := range r.all() {
			v := e.view()
			if (match == nil || match(v)) && !yield(v) {
				return
			}
		}
	}, nil
}

// CountSelect returns how many entries match says yes to; nil stands for all.
func (r *Registry[K, V]) CountSelect(match func(Entry[K, V]) bool) (int, error) {
	found, err := r.Select(match)
	return count(found), err
}

// all returns every entry, in the order of registration: that of the map depends on hashes.
func (r *Registry[K, V]) all() []*entry[K, V] {
	list := make([]*entry[K, V], 0, r.size.Load())
	r.index.Range(func(_ K, b *bag[K, V]) bool {
		return b.each(func(e *entry[K, V]) bool {
			list = append(list, e)
			return true
		})
	})
	slices.SortFunc(list, func(a, b *entry[K, V]) int { return cmp.Compare(a.n, b.n) })
	return list
}

// Count returns how many entries there are.
func (r *Registry[K, V]) Count() (int, error) {
	if err := r.ended(); err != nil {
		return 0, err
	}
	return int(r.size.Load()), nil
}

// Keys returns the keys that a process is registered under, in the order of registration and once for each time; none for one that has ended.
func (r *Registry[K, V]) Keys(who actors.PID) ([]K, error) {
	if err := r.ended(); err != nil {
		return nil, err
	}
	var keys []K
	r.entriesOf(who).each(func(e *entry[K, V]) bool {
		keys = append(keys, e.key)
		return true
	})
	return keys, nil
}

// Values returns the values that a process is registered with under a key, in the order of registration.
func (r *Registry[K, V]) Values(key K, who actors.PID) ([]V, error) {
	if err := r.ended(); err != nil {
		return nil, err
	}
	var values []V
	for _, e := range r.of(who, key) {
		values = append(values, *e.value.Load())
	}
	return values, nil
}

// entriesOf returns all entries of a process.
func (r *Registry[K, V]) entriesOf(who actors.PID) *bag[K, V] {
	h, known := r.holders.Load(who)
	if !known {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.entries
}

// of returns the entries of a process under a key. It goes through those of the key or those of the process, whichever are fewer.
func (r *Registry[K, V]) of(who actors.PID, key K) []*entry[K, V] {
	b, _ := r.index.Load(key)
	if own := r.entriesOf(who); own.size() < b.size() {
		b = own
	}
	var list []*entry[K, V]
	b.each(func(e *entry[K, V]) bool {
		if e.pid == who && e.key == key {
			list = append(list, e)
		}
		return true
	})
	return list
}

// Dispatch calls fn in the caller with the entries of a key, in the order of registration, if there are any: to send each a message, or to choose one.
// The list is fn's.
func (r *Registry[K, V]) Dispatch(key K, fn func(entries []Entry[K, V])) error {
	list, err := r.Lookup(key)
	if len(list) > 0 {
		fn(list)
	}
	return err
}

// count counts what is yielded; nil yields nothing.
func count[T any](all iter.Seq[T]) (n int) {
	if all == nil {
		return 0
	}
	for range all {
		n++
	}
	return n
}
