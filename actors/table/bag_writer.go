// SPDX-License-Identifier: Apache-2.0

package table

import (
	"iter"
	"slices"
)

// comparing panics, under no lock, if a value of an interface type cannot be compared.
func comparing[V comparable](v V) { _ = v == v } //nolint:staticcheck // it is the comparison that counts

// Put adds a value to those of a key; a value that is there already changes nothing. Errors are those of [Set.Put]. A value that cannot be
// compared, in an interface type, is a panic.
func (b *Bag[K, V]) Put(key K, val V) error {
	comparing(val)
	_, err := b.t.amend(&b.handle, "put", key, func(old cell[[]V], _ bool) ([]V, int, verdict) {
		if slices.Contains(old.val, val) {
			return nil, 0, keep
		}
		return append(old.val, val), 1, put // behind what readers see
	})
	return err
}

// PutNew adds a value to a key that has none; done reports whether it did.
func (b *Bag[K, V]) PutNew(key K, val V) (done bool, err error) {
	comparing(val)
	_, err = b.t.amend(&b.handle, "put new", key, func(_ cell[[]V], found bool) ([]V, int, verdict) {
		if found {
			return nil, 0, keep
		}
		done = true
		return []V{val}, 1, put
	})
	return done && err == nil, err
}

// PutMany puts what seq yields, one pair after the other; see [Set.PutMany].
func (b *Bag[K, V]) PutMany(seq iter.Seq2[K, V]) (n int, err error) {
	const op = "put many"
	if err := b.many(op); err != nil {
		return 0, err
	}
	for k, v := range seq {
		if err := b.Put(k, v); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Delete takes out a key with all its values.
func (b *Bag[K, V]) Delete(key K) error {
	_, err := b.t.amend(&b.handle, "delete", key, func(old cell[[]V], _ bool) ([]V, int, verdict) {
		return nil, -len(old.val), gone
	})
	return err
}

// DeletePair takes out one value of a key, if it is there.
func (b *Bag[K, V]) DeletePair(key K, val V) error {
	comparing(val)
	_, err := b.t.amend(&b.handle, "delete pair", key, func(old cell[[]V], _ bool) ([]V, int, verdict) {
		i := slices.Index(old.val, val)
		switch {
		case i < 0:
			return nil, 0, keep
		case len(old.val) == 1:
			return nil, -1, gone
		}
		return slices.Concat(old.val[:i], old.val[i+1:]), -1, put
	})
	return err
}

// DeleteWhere takes out the pairs that match accepts, those of a key at once and one key after the other, and returns how many. What holds
// for match, and for public tables, is as in [Set.DeleteWhere].
func (b *Bag[K, V]) DeleteWhere(match func(K, V) bool) (n int, err error) {
	const op = "delete where"
	if err := b.many(op); err != nil {
		return 0, err
	}
	m, err := b.live(op)
	if err != nil {
		return 0, err
	}
	b.t.scan(m, func(k K, c cell[[]V]) bool {
		if !slices.ContainsFunc(c.val, func(v V) bool { return match(k, v) }) {
			return true
		}
		deleted := 0
		_, err = b.t.decide(&b.handle, op, k, func(old []V, _ bool) ([]V, int, verdict) {
			rest := slices.DeleteFunc(slices.Clone(old), func(v V) bool { return match(k, v) })
			deleted = len(old) - len(rest)
			switch {
			case deleted == 0:
				return nil, 0, keep
			case len(rest) == 0:
				return nil, -deleted, gone
			}
			return rest, -deleted, put
		})
		if err == nil {
			n += deleted
		}
		return err == nil
	})
	return n, err
}

// Clear takes everything out at once. A public table refuses it.
func (b *Bag[K, V]) Clear() error { return b.t.clear(&b.handle) }

// Snapshot returns a copy of the table as it is between two writes; see [Set.Snapshot].
func (b *Bag[K, V]) Snapshot() (BagSnapshot[K, V], error) {
	all, err := b.t.still(&b.handle)
	if err != nil {
		return BagSnapshot[K, V]{}, err
	}
	return newBagSnapshot(all), nil
}

// SetHeir makes r the process that gets the table when its owner ends; see [Set.SetHeir].
func (b *Bag[K, V]) SetHeir(r Receiver[*Bag[K, V]], data any) error {
	return setHeir(&b.handle, r, data)
}

// GiveAway makes r the owner; see [Set.GiveAway].
func (b *Bag[K, V]) GiveAway(r Receiver[*Bag[K, V]], data any) error {
	return giveAway(&b.handle, r, data)
}

// BagSnapshot is a copy of a bag as it was at one moment; nothing changes it. Any number of goroutines may read it. The zero BagSnapshot is
// empty.
type BagSnapshot[K, V comparable] struct {
	all   []item[K, []V] // in the order in which the keys were inserted
	index map[K]int
	pairs int
}

func newBagSnapshot[K, V comparable](all []item[K, []V]) BagSnapshot[K, V] {
	s := BagSnapshot[K, V]{all: all, index: make(map[K]int, len(all))}
	for i := range all {
		s.index[all[i].key] = i
		s.pairs += len(all[i].val)
	}
	return s
}

// Lookup returns the values of a key, in the order in which they were put. The slice must not be changed.
func (s BagSnapshot[K, V]) Lookup(key K) []V {
	i, found := s.index[key]
	if !found {
		return nil
	}
	return slices.Clip(s.all[i].val)
}

// Len returns the number of pairs.
func (s BagSnapshot[K, V]) Len() int { return s.pairs }

// All yields the pairs: keys in the order in which they were inserted, the values of a key in the order in which they were put.
func (s BagSnapshot[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for i := range s.all {
			if !eachValue(s.all[i].key, s.all[i].val, nil, yield) {
				return
			}
		}
	}
}
