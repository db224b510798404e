// SPDX-License-Identifier: Apache-2.0

package table

import "iter"

// OrderedSnapshot is an ordered table as it was at one moment; nothing changes it. Any number of goroutines may read it. The zero
// OrderedSnapshot is empty. It shares memory with the table, and with what it alone still refers to keeps memory from being freed.
type OrderedSnapshot[K, V any] struct{ tree *tree[K, V] }

// Lookup returns the value of a key; found is false if it had none.
func (s OrderedSnapshot[K, V]) Lookup(key K) (val V, found bool) {
	if s.tree == nil {
		return val, false
	}
	p, found := s.tree.Get(pair[K, V]{key: key})
	return p.val, found
}

// Len returns the number of keys.
func (s OrderedSnapshot[K, V]) Len() int {
	if s.tree == nil {
		return 0
	}
	return s.tree.Len()
}

// First returns the pair of the least key; found is false for an empty snapshot.
func (s OrderedSnapshot[K, V]) First() (key K, val V, found bool) {
	if s.tree == nil {
		return key, val, false
	}
	p, found := s.tree.Min()
	return p.key, p.val, found
}

// Last returns the pair of the greatest key; found is false for an empty snapshot.
func (s OrderedSnapshot[K, V]) Last() (key K, val V, found bool) {
	if s.tree == nil {
		return key, val, false
	}
	p, found := s.tree.Max()
	return p.key, p.val, found
}

// Next returns the pair of the least key above key, which need not be there; found is false if there is none.
func (s OrderedSnapshot[K, V]) Next(key K) (next K, val V, found bool) {
	if s.tree == nil {
		return next, val, false
	}
	at := pair[K, V]{key: key}
	s.tree.Ascend(at, func(p pair[K, V]) bool {
		if !s.tree.Less(at, p) {
			return true // the key itself
		}
		next, val, found = p.key, p.val, true
		return false
	})
	return next, val, found
}

// Prev returns the pair of the greatest key below key, which need not be there; found is false if there is none.
func (s OrderedSnapshot[K, V]) Prev(key K) (prev K, val V, found bool) {
	if s.tree == nil {
		return prev, val, false
	}
	at := pair[K, V]{key: key}
	s.tree.Descend(at, func(p pair[K, V]) bool {
		if !s.tree.Less(p, at) {
			return true // the key itself
		}
		prev, val, found = p.key, p.val, true
		return false
	})
	return prev, val, found
}

// All yields the pairs in order.
func (s OrderedSnapshot[K, V]) All() iter.Seq2[K, V] { return s.Select(nil) }

// Select is All for those pairs that match accepts; nil accepts all.
func (s OrderedSnapshot[K, V]) Select(match func(K, V) bool) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if s.tree == nil {
			return
		}
		s.tree.Scan(func(p pair[K, V]) bool {
			return match != nil && !match(p.key, p.val) || yield(p.key, p.val)
		})
	}
}

// Backward yields the pairs in order, greatest first.
func (s OrderedSnapshot[K, V]) Backward() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if s.tree == nil {
			return
		}
		s.tree.Reverse(func(p pair[K, V]) bool { return yield(p.key, p.val) })
	}
}

// Range yields in order the pairs of the keys from from, included, up to to, which is left out.
func (s OrderedSnapshot[K, V]) Range(from, to K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if s.tree == nil {
			return
		}
		end := pair[K, V]{key: to}
		s.tree.Ascend(pair[K, V]{key: from}, func(p pair[K, V]) bool {
			return s.tree.Less(p, end) && yield(p.key, p.val)
		})
	}
}

// Descend yields the pairs of the keys from from, included, down to to, which is left out, greatest first.
func (s OrderedSnapshot[K, V]) Descend(from, to K) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if s.tree == nil {
			return
		}
		end := pair[K, V]{key: to}
		s.tree.Descend(pair[K, V]{key: from}, func(p pair[K, V]) bool {
			return s.tree.Less(end, p) && yield(p.key, p.val)
		})
	}
}
