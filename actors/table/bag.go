// SPDX-License-Identifier: Apache-2.0

package table

import (
	"fmt"
	"iter"
	"slices"

	"mabeam.dev/actors"
)

// bagTable is a table of several values for each key. The values of a key are a slice that readers share: writers append behind what readers
// see, and copy it for every other change.
type bagTable[K, V comparable] struct{ hashed[K, []V] }

// BagReader reads a bag. It is a small value that may be copied, sent and used by any number of goroutines. The zero BagReader is of no
// table: its methods return [ErrNoTable].
type BagReader[K, V comparable] struct {
	t    *bagTable[K, V]
	root *root[cells[K, []V]]
}

// Bag is its owner's handle of a bag, or anybody's of a public one. Goroutines of the process may share it.
type Bag[K, V comparable] struct {
	BagReader[K, V]
	handle
}

// NewBag makes a bag that belongs to the process of owner; names and errors are those of [NewSet].
func NewBag[K, V comparable](owner actors.Sender, name string, o Options) (*Bag[K, V], error) {
	t := &bagTable[K, V]{}
	t.init(name, KindBag, t, o)
	tenure, err := begin(owner, &t.core, o)
	if err != nil {
		return nil, err
	}
	return t.handle(tenure).(*Bag[K, V]), nil
}

// OpenBag returns a reader of the bag of a name. Errors are those of [OpenSet].
func OpenBag[K, V comparable](in actors.Spawner, name string) (BagReader[K, V], error) {
	t, err := openAs[*bagTable[K, V]](in, name)
	if err != nil {
		return BagReader[K, V]{}, err
	}
	return BagReader[K, V]{t, t.root.Load()}, nil
}

// PublicBag returns a writer of the public bag of a name; see [PublicSet].
func PublicBag[K, V comparable](in actors.Spawner, name string) (*Bag[K, V], error) {
	r, err := OpenBag[K, V](in, name)
	if err != nil {
		return nil, err
	}
	h, err := r.t.writer(in, "write to")
	if err != nil {
		return nil, err
	}
	return &Bag[K, V]{r, h}, nil
}

func (t *bagTable[K, V]) handle(ten *tenure) any {
	return &Bag[K, V]{BagReader[K, V]{t, t.root.Load()}, handle{&t.core, ten.author, ten}}
}

func (t *bagTable[K, V]) pairType() (k, v string) {
	return fmt.Sprintf("%T", *new(K)), fmt.Sprintf("%T", *new(V))
}

func (t *bagTable[K, V]) weight() int {
	return t.weigh(func(k *K, v *[]V) int { return payload(k) + payload(v) })
}

func (r BagReader[K, V]) live(op string) (*cells[K, []V], error) {
	if r.root == nil {
		return nil, (*core)(nil).unreadable(op)
	}
	if m := r.root.live.Load(); m != nil {
		return m, nil
	}
	return nil, r.t.unreadable(op)
}

// Lookup returns the values that a key has now, in the order in which they were put. The slice is shared with all who read: it must not be
// changed. Lookup takes no lock and waits for nobody. Errors: [ErrNoTable], and [ErrNotOwner] when a private table has passed to another
// process.
func (r BagReader[K, V]) Lookup(key K) ([]V, error) {
	m, err := r.live("look up in")
	if err != nil {
		return nil, err
	}
	if r.root.counted {
		r.t.noteRead()
	}
	c, _ := m.Load(key)
	return slices.Clip(c.val), nil
}

// Has reports whether a key has a value. Errors are those of Lookup.
func (r BagReader[K, V]) Has(key K, val V) (bool, error) {
	vs, err := r.Lookup(key)
	return slices.Contains(vs, val), err
}

// Len returns the number of pairs. Errors are those of Lookup.
func (r BagReader[K, V]) Len() (int, error) {
	if _, err := r.live("count"); err != nil {
		return 0, err
	}
	return r.t.length(), nil
}

// All yields the pairs, those of one key together and in the order in which they were put; the order of the keys and what holds while others
// write are as in [SetReader.All]. The values of a key are those of one moment. Errors are those of Lookup.
func (r BagReader[K, V]) All() (iter.Seq2[K, V], error) { return r.Select(nil) }

// Select is All for those pairs that match accepts; nil accepts all.
func (r BagReader[K, V]) Select(match func(K, V) bool) (iter.Seq2[K, V], error) {
	m, err := r.live("select from")
	if err != nil {
		return nil, err
	}
	return func(yield func(K, V) bool) {
		r.t.scan(m, func(k K, c cell[[]V]) bool { return eachValue(k, c.val, match, yield) })
	}, nil
}

// eachValue yields the pairs of one key and reports whether to go on.
func eachValue[K, V comparable](k K, vs []V, match, yield func(K, V) bool) bool {
	for _, v := range vs {
		if (match == nil || match(k, v)) && !yield(k, v) {
			return false
		}
	}
	return true
}

// Name returns the table's name; empty for one without.
func (r BagReader[K, V]) Name() string { return nameOf(r.t) }

// Info returns a view of the table.
func (r BagReader[K, V]) Info() Info { return infoOf(r.t) }

// Name returns the table's name; empty for one without.
func (b *Bag[K, V]) Name() string { return b.handle.Name() }

// Info returns a view of the table.
func (b *Bag[K, V]) Info() Info { return b.handle.Info() }

// Reader returns the reader alone, to give to others. That of a private table finds nothing: [ErrNotOwner].
func (b *Bag[K, V]) Reader() BagReader[K, V] {
	if b.table.access == Private {
		return BagReader[K, V]{b.t, &root[cells[K, []V]]{}}
	}
	return b.BagReader
}
