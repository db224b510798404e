// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"sync/atomic"

	"github.com/tidwall/btree"

	"mabeam.dev/actors"
)

// Entry is one registration.
type Entry[K comparable, V any] struct {
	// Key is what the process is registered under.
	Key K
	// PID is the process that registered.
	PID actors.PID
	// Value is what it registered.
	Value V
}

// entry is one registration on record.
type entry[K comparable, V any] struct {
	n     uint64 // the registration's number: the order of all that is listed
	key   K
	pid   actors.PID
	value atomic.Pointer[V] // changed under the partition's lock
	gone  bool              // guarded by the partition's lock
	alone bag[K, V]         // the bag that holds nothing else
}

func newEntry[K comparable, V any](n uint64, key K, pid actors.PID, value V) *entry[K, V] {
	e := &entry[K, V]{n: n, key: key, pid: pid}
	e.value.Store(&value)
	e.alone.one = e
	return e
}

// view is the entry as users see it.
func (e *entry[K, V]) view() Entry[K, V] {
	return Entry[K, V]{Key: e.key, PID: e.pid, Value: *e.value.Load()}
}

// bag is a set of entries in the order of registration; nil is the empty one. It is never changed once it is made: a change makes another, which
// shares what is the same. Changes of one line of bags are made under one lock.
type bag[K comparable, V any] struct {
	one  *entry[K, V] // the only one,
	many *btree.Map[uint64, *entry[K, V]]
}

// with returns the bag with one more.
func (b *bag[K, V]) with(e *entry[K, V]) *bag[K, V] {
	if b == nil {
		return &e.alone
	}
	var many *btree.Map[uint64, *entry[K, V]]
	if b.one != nil {
		many = &btree.Map[uint64, *entry[K, V]]{}
		many.Set(b.one.n, b.one)
	} else {
		many = b.many.Copy() // touches nothing that readers read
	}
	many.Set(e.n, e)
	return &bag[K, V]{many: many}
}

// without returns the bag without one that is in it.
func (b *bag[K, V]) without(e *entry[K, V]) *bag[K, V] {
	if b.one != nil {
		return nil
	}
	many := b.many.Copy()
	many.Delete(e.n)
	if many.Len() == 1 {
		_, last, _ := many.Min()
		return &last.alone
	}
	return &bag[K, V]{many: many}
}

// size returns how many there are.
func (b *bag[K, V]) size() int {
	switch {
	case b == nil:
		return 0
	case b.one != nil:
		return 1
	}
	return b.many.Len()
}

// each calls yield for each entry until it says no, and reports whether it never did.
func (b *bag[K, V]) each(yield func(*entry[K, V]) bool) bool {
	switch {
	case b == nil:
		return true
	case b.one != nil:
		return yield(b.one)
	}
	went := true
	b.many.Scan(func(_ uint64, e *entry[K, V]) bool {
		went = yield(e)
		return went
	})
	return went
}
