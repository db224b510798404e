// SPDX-License-Identifier: Apache-2.0

package table

import "iter"

// commit has edit change a copy of the tree and publishes it; edit returns the number of changes. The user's code that edit calls, the order
// above all, runs under no lock, and again whenever another writer was faster.
func (o *Ordered[K, V]) commit(op string, edit func(t *tree[K, V]) (changes int)) error {
	for {
		old := o.t.root.Load().live.Load()
		if old == nil {
			return o.missing(op)
		}
		next := o.t.fork(old)
		n := edit(next)
		if done, err := o.publish(op, old, next, n); done || err != nil {
			return err
		}
	}
}

// publish makes next what readers see, if they still see old.
func (o *Ordered[K, V]) publish(op string, old, next *tree[K, V], changes int) (done bool, err error) {
	if err := o.enter(op); err != nil {
		return false, err
	}
	defer o.leave()
	switch {
	case changes == 0:
		return true, nil
	case o.t.limit > 0 && int64(next.Len()) > o.t.limit && next.Len() > old.Len():
		return false, &OpError{op, o.t.name, ErrFull}
	case !o.t.root.Load().live.CompareAndSwap(old, next):
		return false, nil
	}
	o.t.writes.note(changes)
	return true, nil
}

// change decides about a key; next may be the user's code.
func (o *Ordered[K, V]) change(op string, key K, next func(old V, found bool) (V, verdict)) (now V, err error) {
	err = o.commit(op, func(t *tree[K, V]) int {
		old, found := t.Get(pair[K, V]{key: key})
		val, what := next(old.val, found)
		switch {
		case what == put:
			now = val
			t.Set(pair[K, V]{key, val})
			return 1
		case what == gone && found:
			t.Delete(pair[K, V]{key: key})
			return 1
		}
		now = old.val
		return 0
	})
	return now, err
}

// Put gives a key its value. Errors are those of [Set.Put].
func (o *Ordered[K, V]) Put(key K, val V) error {
	return o.commit("put", func(t *tree[K, V]) int {
		t.Set(pair[K, V]{key, val})
		return 1
	})
}

// PutNew gives a key its value unless it has one; done reports whether it did.
func (o *Ordered[K, V]) PutNew(key K, val V) (done bool, err error) {
	_, err = o.change("put new", key, func(old V, found bool) (V, verdict) {
		done = !found
		if found {
			return old, keep
		}
		return val, put
	})
	return done && err == nil, err
}

// PutMany puts all that seq yields, at once: a reader sees the table before or after, and after a refusal nothing has been put. n is how many
// were put. seq runs once more for each time that another goroutine of the owner's writes meanwhile. A public table refuses it.
func (o *Ordered[K, V]) PutMany(seq iter.Seq2[K, V]) (n int, err error) {
	const op = "put many"
	if err := o.many(op); err != nil {
		return 0, err
	}
	err = o.commit(op, func(t *tree[K, V]) int {
		n = 0
		for k, v := range seq {
			t.Set(pair[K, V]{k, v})
			n++
		}
		return n
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Delete takes a key out, if it is there.
func (o *Ordered[K, V]) Delete(key K) error {
	_, _, err := o.Take(key)
	return err
}

// Take takes a key out and returns the value that it had.
func (o *Ordered[K, V]) Take(key K) (val V, found bool, err error) {
	_, err = o.change("delete", key, func(old V, there bool) (V, verdict) {
		val, found = old, there
		return old, gone
	})
	if err != nil {
		var none V
		return none, false, err
	}
	return val, found, nil
}

// DeleteWhere takes out the pairs that match accepts, all at once, and returns how many. match must do nothing but decide: it is called again
// when another goroutine of the owner's writes meanwhile. A public table refuses it.
func (o *Ordered[K, V]) DeleteWhere(match func(K, V) bool) (n int, err error) {
	const op = "delete where"
	if err := o.many(op); err != nil {
		return 0, err
	}
	err = o.commit(op, func(t *tree[K, V]) int {
		var out []pair[K, V]
		t.Scan(func(p pair[K, V]) bool {
			if match(p.key, p.val) {
				out = append(out, p)
			}
			return true
		})
		for _, p := range out {
			t.Delete(p)
		}
		n = len(out)
		return n
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Clear takes everything out at once. A public table refuses it.
func (o *Ordered[K, V]) Clear() error {
	const op = "clear"
	if err := o.many(op); err != nil {
		return err
	}
	return o.commit(op, func(t *tree[K, V]) int {
		t.Clear()
		return 1
	})
}

// Update gives a key the value that next makes of the old one; see [Set.Update].
func (o *Ordered[K, V]) Update(key K, next func(old V, found bool) (val V, change bool)) (now V, err error) {
	return o.change("update", key, func(old V, found bool) (V, verdict) {
		val, change := next(old, found)
		if !change {
			return old, keep
		}
		return val, put
	})
}

// SetHeir makes r the process that gets the table when its owner ends; see [Set.SetHeir].
func (o *Ordered[K, V]) SetHeir(r Receiver[*Ordered[K, V]], data any) error {
	return setHeir(&o.handle, r, data)
}

// GiveAway makes r the owner; see [Set.GiveAway].
func (o *Ordered[K, V]) GiveAway(r Receiver[*Ordered[K, V]], data any) error {
	return giveAway(&o.handle, r, data)
}
