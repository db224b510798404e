// SPDX-License-Identifier: Apache-2.0

package table

import (
	"fmt"
	"iter"

	"mabeam.dev/actors"
)

// setTable is a table of one value for each key.
type setTable[K comparable, V any] struct{ hashed[K, V] }

// SetReader reads a set. It is a small value that may be copied, sent and used by any number of goroutines. The zero SetReader is of no
// table: its methods return [ErrNoTable].
type SetReader[K comparable, V any] struct {
	t    *setTable[K, V]
	root *root[cells[K, V]]
}

// Set is its owner's handle of a set, or anybody's of a public one. Goroutines of the process may share it.
type Set[K comparable, V any] struct {
	SetReader[K, V]
	handle
}

// NewSet makes a set that belongs to the process of owner. A name that is not empty is unique in the system, and free when the table is gone;
// without one the table is reached only through Readers that its owner gives out. Errors: [*NameTakenError], [actors.ErrFenced], those of
// [Options.Validate].
func NewSet[K comparable, V any](owner actors.Sender, name string, o Options) (*Set[K, V], error) {
	t := &setTable[K, V]{}
	t.init(name, KindSet, t, o)
	tenure, err := begin(owner, &t.core, o)
	if err != nil {
		return nil, err
	}
	return t.handle(tenure).(*Set[K, V]), nil
}

// OpenSet returns a reader of the set of a name. Errors: [ErrNoTable], [ErrPrivate], [ErrWrongType].
func OpenSet[K comparable, V any](in actors.Spawner, name string) (SetReader[K, V], error) {
	t, err := openAs[*setTable[K, V]](in, name)
	if err != nil {
		return SetReader[K, V]{}, err
	}
	return SetReader[K, V]{t, t.root.Load()}, nil
}

// PublicSet returns a writer of the public set of a name. A process gives its Context, so that what it writes is void once it has been
// killed; code outside any process gives the System. Errors: those of [OpenSet], [ErrNotPublic], [actors.ErrFenced].
func PublicSet[K comparable, V any](in actors.Spawner, name string) (*Set[K, V], error) {
	r, err := OpenSet[K, V](in, name)
	if err != nil {
		return nil, err
	}
	h, err := r.t.writer(in, "write to")
	if err != nil {
		return nil, err
	}
	return &Set[K, V]{r, h}, nil
}

func (t *setTable[K, V]) handle(ten *tenure) any {
	return &Set[K, V]{SetReader[K, V]{t, t.root.Load()}, handle{&t.core, ten.author, ten}}
}

func (t *setTable[K, V]) pairType() (k, v string) {
	return fmt.Sprintf("%T", *new(K)), fmt.Sprintf("%T", *new(V))
}

func (t *setTable[K, V]) weight() int {
	return t.weigh(func(k *K, v *V) int { return payload(k) + payload(v) })
}

// live returns the contents.
func (r SetReader[K, V]) live(op string) (*cells[K, V], error) {
	if r.root == nil {
		return nil, (*core)(nil).unreadable(op)
	}
	if m := r.root.live.Load(); m != nil {
		return m, nil
	}
	return nil, r.t.unreadable(op)
}

// Lookup returns the value of a key; found is false if it has none. It takes no lock and waits for nobody. Errors: [ErrNoTable], and
// [ErrNotOwner] when a private table has passed to another process.
func (r SetReader[K, V]) Lookup(key K) (val V, found bool, err error) {
	m, err := r.live("look up in")
	if err != nil {
		return val, false, err
	}
	if r.root.counted {
		r.t.noteRead()
	}
	c, found := m.Load(key)
	return c.val, found, nil
}

// Has reports whether the key has a value. Errors are those of Lookup.
func (r SetReader[K, V]) Has(key K) (bool, error) {
	_, found, err := r.Lookup(key)
	return found, err
}

// Len returns the number of keys. Errors are those of Lookup.
func (r SetReader[K, V]) Len() (int, error) {
	if _, err := r.live("count"); err != nil {
		return 0, err
	}
	return r.t.length(), nil
}

// All yields the pairs, in no order (in a simulated system: in the order in which the keys were inserted): each key that stays as it is
// exactly once, none twice; pairs that are put or deleted meanwhile may appear or not. The loop may write to the table. A loop that has begun
// goes on when the table is cleared or deleted. Errors are those of Lookup.
func (r SetReader[K, V]) All() (iter.Seq2[K, V], error) { return r.Select(nil) }

// Select is All for those pairs that match accepts; nil accepts all.
func (r SetReader[K, V]) Select(match func(K, V) bool) (iter.Seq2[K, V], error) {
	m, err := r.live("select from")
	if err != nil {
		return nil, err
	}
	return func(yield func(K, V) bool) {
		r.t.scan(m, func(k K, c cell[V]) bool {
			return match != nil && !match(k, c.val) || yield(k, c.val)
		})
	}, nil
}

// Name returns the table's name; empty for one without.
func (r SetReader[K, V]) Name() string { return nameOf(r.t) }

// Info returns a view of the table.
func (r SetReader[K, V]) Info() Info { return infoOf(r.t) }

// Name returns the table's name; empty for one without.
func (s *Set[K, V]) Name() string { return s.handle.Name() }

// Info returns a view of the table.
func (s *Set[K, V]) Info() Info { return s.handle.Info() }

// Reader returns the reader alone, to give to others. That of a private table finds nothing: [ErrNotOwner].
func (s *Set[K, V]) Reader() SetReader[K, V] {
	if s.table.access == Private {
		return SetReader[K, V]{s.t, &root[cells[K, V]]{}}
	}
	return s.SetReader
}
