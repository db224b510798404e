// SPDX-License-Identifier: Apache-2.0

package table

import (
	"iter"

	"mabeam.dev/actors"
)

// OrderedReader reads an ordered table. It is a small value that may be copied, sent and used by any number of goroutines. The zero
// OrderedReader is of no table: its methods return [ErrNoTable].
type OrderedReader[K, V any] struct {
	t    *orderedTable[K, V]
	root *root[tree[K, V]]
}

// Ordered is its owner's handle of an ordered table, or anybody's of a public one. Goroutines of the process may share it.
type Ordered[K, V any] struct {
	OrderedReader[K, V]
	handle
}

// NewOrdered makes an ordered table that belongs to the process of owner; names and errors are those of [NewSet]. less reports whether a comes
// before b; keys neither of which comes before the other are the same key. It must be a strict order that never changes. NewOrdered panics
// without it.
func NewOrdered[K, V any](owner actors.Sender, name string, less func(a, b K) bool, o Options) (*Ordered[K, V], error) {
	if less == nil {
		panic("table: NewOrdered needs an order")
	}
	t := newOrderedTable[K, V](name, less, o)
	tenure, err := begin(owner, &t.core, o)
	if err != nil {
		return nil, err
	}
	return t.handle(tenure).(*Ordered[K, V]), nil
}

// OpenOrdered returns a reader of the ordered table of a name. Errors are those of [OpenSet].
func OpenOrdered[K, V any](in actors.Spawner, name string) (OrderedReader[K, V], error) {
	t, err := openAs[*orderedTable[K, V]](in, name)
	if err != nil {
		return OrderedReader[K, V]{}, err
	}
	return OrderedReader[K, V]{t, t.root.Load()}, nil
}

// PublicOrdered returns a writer of the public ordered table of a name; see [PublicSet].
func PublicOrdered[K, V any](in actors.Spawner, name string) (*Ordered[K, V], error) {
	r, err := OpenOrdered[K, V](in, name)
	if err != nil {
		return nil, err
	}
	h, err := r.t.writer(in, "write to")
	if err != nil {
		return nil, err
	}
	return &Ordered[K, V]{r, h}, nil
}

// Snapshot returns the table as it is now. It takes the same short time for a table of any size, and whoever reads may make one. Errors are
// those of Lookup.
func (r OrderedReader[K, V]) Snapshot() (OrderedSnapshot[K, V], error) { return r.snapshot("snapshot") }

func (r OrderedReader[K, V]) snapshot(op string) (OrderedSnapshot[K, V], error) {
	if r.root == nil {
		return OrderedSnapshot[K, V]{}, (*core)(nil).unreadable(op)
	}
	live := r.root.live.Load()
	if live == nil {
		return OrderedSnapshot[K, V]{}, r.t.unreadable(op)
	}
	return OrderedSnapshot[K, V]{live}, nil
}

// Lookup returns the value of a key; found is false if it has none. It takes no lock and waits for nobody. Errors: [ErrNoTable], and
// [ErrNotOwner] when a private table has passed to another process.
func (r OrderedReader[K, V]) Lookup(key K) (val V, found bool, err error) {
	s, err := r.snapshot("look up in")
	if err != nil {
		return val, false, err
	}
	if r.root.counted {
		r.t.noteRead()
	}
	val, found = s.Lookup(key)
	return val, found, nil
}

// Has reports whether the key has a value. Errors are those of Lookup.
func (r OrderedReader[K, V]) Has(key K) (bool, error) {
	_, found, err := r.Lookup(key)
	return found, err
}

// Len returns the number of keys. Errors are those of Lookup.
func (r OrderedReader[K, V]) Len() (int, error) {
	s, err := r.snapshot("count")
	return s.Len(), err
}

// First returns the pair of the least key; found is false if the table is empty. Errors are those of Lookup.
func (r OrderedReader[K, V]) First() (key K, val V, found bool, err error) {
	s, err := r.snapshot("take the first of")
	key, val, found = s.First()
	return key, val, found, err
}

// Last returns the pair of the greatest key; found is false if the table is empty. Errors are those of Lookup.
func (r OrderedReader[K, V]) Last() (key K, val V, found bool, err error) {
	s, err := r.snapshot("take the last of")
	key, val, found = s.Last()
	return key, val, found, err
}

// Next returns the pair of the least key above key, which need not be in the table; found is false if there is none. Errors are those of
// Lookup.
func (r OrderedReader[K, V]) Next(key K) (next K, val V, found bool, err error) {
	s, err := r.snapshot("step in")
	next, val, found = s.Next(key)
	return next, val, found, err
}

// Prev returns the pair of the greatest key below key, which need not be in the table; found is false if there is none. Errors are those of
// Lookup.
func (r OrderedReader[K, V]) Prev(key K) (prev K, val V, found bool, err error) {
	s, err := r.snapshot("step in")
	prev, val, found = s.Prev(key)
	return prev, val, found, err
}

// All yields the pairs in order, as they are now: the loop sees nothing of what is written meanwhile, and may write itself. Errors are those
// of Lookup.
func (r OrderedReader[K, V]) All() (iter.Seq2[K, V], error) {
	s, err := r.snapshot("select from")
	return s.All(), err
}

// Select is All for those pairs that match accepts; nil accepts all.
func (r OrderedReader[K, V]) Select(match func(K, V) bool) (iter.Seq2[K, V], error) {
	s, err := r.snapshot("select from")
	return s.Select(match), err
}

// Range is All for the keys from from, included, up to to, which is left out.
func (r OrderedReader[K, V]) Range(from, to K) (iter.Seq2[K, V], error) {
	s, err := r.snapshot("select from")
	return s.Range(from, to), err
}

// Descend yields the pairs from from, included, down to to, which is left out, greatest first; see All.
func (r OrderedReader[K, V]) Descend(from, to K) (iter.Seq2[K, V], error) {
	s, err := r.snapshot("select from")
	return s.Descend(from, to), err
}

// Name returns the table's name; empty for one without.
func (r OrderedReader[K, V]) Name() string { return nameOf(r.t) }

// Info returns a view of the table.
func (r OrderedReader[K, V]) Info() Info { return infoOf(r.t) }

// Name returns the table's name; empty for one without.
func (o *Ordered[K, V]) Name() string { return o.handle.Name() }

// Info returns a view of the table.
func (o *Ordered[K, V]) Info() Info { return o.handle.Info() }

// Reader returns the reader alone, to give to others. That of a private table finds nothing: [ErrNotOwner].
func (o *Ordered[K, V]) Reader() OrderedReader[K, V] {
	if o.table.access == Private {
		return OrderedReader[K, V]{o.t, &root[tree[K, V]]{}}
	}
	return o.OrderedReader
}
