// SPDX-License-Identifier: Apache-2.0

package table

import "iter"

// SetSnapshot is a copy of a set as it was at one moment; nothing changes it. Any number of goroutines may read it. The zero SetSnapshot is
// empty.
type SetSnapshot[K comparable, V any] struct {
	all   []item[K, V] // in the order in which the keys were inserted
	index map[K]int
}

func newSetSnapshot[K comparable, V any](all []item[K, V]) SetSnapshot[K, V] {
	index := make(map[K]int, len(all))
	for i := range all {
		index[all[i].key] = i
	}
	return SetSnapshot[K, V]{all, index}
}

// Lookup returns the value of a key; found is false if it had none.
func (s SetSnapshot[K, V]) Lookup(key K) (val V, found bool) {
	i, found := s.index[key]
	if !found {
		return val, false
	}
	return s.all[i].val, true
}

// Len returns the number of keys.
func (s SetSnapshot[K, V]) Len() int { return len(s.all) }

// All yields the pairs in the order in which their keys were inserted.
func (s SetSnapshot[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for i := range s.all {
			if !yield(s.all[i].key, s.all[i].val) {
				return
			}
		}
	}
}
