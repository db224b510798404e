// SPDX-License-Identifier: Apache-2.0

package table

import "iter"

// What is refused, is refused with an *[OpError]: [actors.ErrFenced] to a killed process, [ErrNotOwner] to one that is not the owner of a
// table that is not public, [ErrNoTable] when the table is gone, [ErrFull] at the limit.

// change decides about a key with code of this package.
func (s *Set[K, V]) change(op string, key K, next func(old V, found bool) (V, verdict)) (V, error) {
	return s.t.amend(&s.handle, op, key, func(old cell[V], found bool) (V, int, verdict) {
		val, what := next(old.val, found)
		return val, pairs(found, what), what
	})
}

// pairs is by how many a decision about a key changes the number of pairs.
func pairs(found bool, what verdict) int {
	switch {
	case what == put && !found:
		return 1
	case what == gone && found:
		return -1
	}
	return 0
}

// Put gives a key its value.
func (s *Set[K, V]) Put(key K, val V) error {
	_, err := s.t.amend(&s.handle, "put", key, func(_ cell[V], found bool) (V, int, verdict) {
		return val, pairs(found, put), put
	})
	return err
}

// PutNew gives a key its value unless it has one; done reports whether it did.
func (s *Set[K, V]) PutNew(key K, val V) (done bool, err error) {
	_, err = s.t.amend(&s.handle, "put new", key, func(_ cell[V], found bool) (V, int, verdict) {
		if found {
			return val, 0, keep
		}
		done = true
		return val, 1, put
	})
	return done && err == nil, err
}

// PutMany puts what seq yields, one key after the other: each is atomic, all together are not. It ends with the first refusal; n is how
// many were put. A public table refuses it.
func (s *Set[K, V]) PutMany(seq iter.Seq2[K, V]) (n int, err error) {
	const op = "put many"
	if err := s.many(op); err != nil {
		return 0, err
	}
	for k, v := range seq {
		if err := s.Put(k, v); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Delete takes a key out, if it is there.
func (s *Set[K, V]) Delete(key K) error {
	_, _, err := s.Take(key)
	return err
}

// Take takes a key out and returns the value that it had.
func (s *Set[K, V]) Take(key K) (val V, found bool, err error) {
	_, err = s.t.amend(&s.handle, "delete", key, func(old cell[V], there bool) (V, int, verdict) {
		val, found = old.val, there
		return old.val, pairs(there, gone), gone
	})
	return val, found, err
}

// DeleteWhere takes out the pairs that match accepts, one after the other, and returns how many. match must do nothing but decide: it may be
// called again for a key that changes meanwhile. A public table refuses it.
func (s *Set[K, V]) DeleteWhere(match func(K, V) bool) (n int, err error) {
	const op = "delete where"
	if err := s.many(op); err != nil {
		return 0, err
	}
	m, err := s.live(op)
	if err != nil {
		return 0, err
	}
	s.t.scan(m, func(k K, c cell[V]) bool {
		if !match(k, c.val) {
			return true
		}
		deleted := false
		_, err = s.t.decide(&s.handle, op, k, func(old V, found bool) (V, int, verdict) {
			deleted = found && match(k, old)
			if !deleted {
				return old, 0, keep
			}
			return old, -1, gone
		})
		if err == nil && deleted {
			n++
		}
		return err == nil
	})
	return n, err
}

// Clear takes everything out at once. A public table refuses it.
func (s *Set[K, V]) Clear() error { return s.t.clear(&s.handle) }

// Update gives a key the value that next makes of the old one; found tells next whether there was one, and unless next reports a change things
// stay as they are. now is the key's value afterwards. next runs under no lock and must do nothing but compute: it is called again when the key has changed
// meanwhile.
func (s *Set[K, V]) Update(key K, next func(old V, found bool) (val V, change bool)) (now V, err error) {
	return s.t.decide(&s.handle, "update", key, func(old V, found bool) (V, int, verdict) {
		val, change := next(old, found)
		if !change {
			return old, 0, keep
		}
		return val, pairs(found, put), put
	})
}

// Snapshot returns a copy of the table as it is between two writes. It takes time and memory for each pair, and the owner alone can make it:
// others ask the owner. It begins again when a goroutine of the owner's writes meanwhile. A public table refuses it.
func (s *Set[K, V]) Snapshot() (SetSnapshot[K, V], error) {
	all, err := s.t.still(&s.handle)
	if err != nil {
		return SetSnapshot[K, V]{}, err
	}
	return newSetSnapshot(all), nil
}

// SetHeir makes r the process that gets the table when its owner ends, with data; the zero Receiver makes it nobody. An heir that has become
// the owner is the heir no longer.
func (s *Set[K, V]) SetHeir(r Receiver[*Set[K, V]], data any) error {
	return setHeir(&s.handle, r, data)
}

// GiveAway makes r the owner, who hears of it with data; this handle is then of no use any more. [actors.ErrNoProc] says that r has ended,
// and that all is as before.
func (s *Set[K, V]) GiveAway(r Receiver[*Set[K, V]], data any) error {
	return giveAway(&s.handle, r, data)
}
