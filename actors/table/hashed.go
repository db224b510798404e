// SPDX-License-Identifier: Apache-2.0

package table

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"
)

// cell is what a hashed table keeps for a key. rev differs for any two contents that a key ever has: its upper half is the number of the
// key's insertion, by which cells sort in the order of insertion, its lower half counts changes.
type cell[E any] struct {
	val E
	rev uint64
}

type cells[K comparable, E any] = xsync.Map[K, cell[E]]

// hashed is a table whose keys are in no order, of one E for each key. The map spreads its keys over buckets with a lock each, which writers
// take and look-ups do not.
type hashed[K comparable, E any] struct {
	core
	births atomic.Uint64
	root   atomic.Pointer[root[cells[K, E]]]
}

func (t *hashed[K, E]) init(name string, kind Kind, self stored, o Options) {
	t.name, t.kind, t.stored = name, kind, self
	r := &root[cells[K, E]]{counted: o.CountReads}
	r.live.Store(xsync.NewMap[K, cell[E]]())
	t.root.Store(r)
}

// rehouse gives the contents a new root, so that those who know the old one find nothing.
func (t *hashed[K, E]) rehouse() {
	t.root.Store(t.root.Load().renewed())
}

func (t *hashed[K, E]) drop() { t.root.Load().live.Store(nil) }

func (t *hashed[K, E]) length() int {
	if t.root.Load().live.Load() == nil {
		return 0 // whatever a write that came as the table went still counts
	}
	return int(t.size.Load())
}

// nextRev returns the revision after rev.
func (t *hashed[K, E]) nextRev(rev uint64) uint64 {
	if rev == 0 || rev&math.MaxUint32 == math.MaxUint32 {
		return t.births.Add(1) << 32
	}
	return rev + 1
}

// amendment decides what becomes of a key: the value, by how many the number of pairs changes, and whether there is to be one at all.
type amendment[E any] func(old E, found bool) (val E, pairs int, what verdict)

// amend has next decide about a key. It is called once, under the lock of the key's bucket, and so must be code of this package that can
// neither block nor panic.
func (t *hashed[K, E]) amend(h *handle, op string, key K, next func(old cell[E], found bool) (val E, pairs int, what verdict)) (E, error) {
	var none E
	if err := h.enter(op); err != nil {
		return none, err
	}
	defer h.leave()
	m := t.root.Load().live.Load()
	if m == nil {
		return none, &OpError{op, t.name, ErrNoTable}
	}
	full := false
	now, _ := m.Compute(key, func(old cell[E], found bool) (cell[E], xsync.ComputeOp) {
		val, pairs, what := next(old, found)
		switch {
		case what == keep, what == gone && !found:
			return old, xsync.CancelOp
		case !t.grow(pairs):
			full = true
			return old, xsync.CancelOp
		case what == gone:
			t.writes.note(1)
			return cell[E]{}, xsync.DeleteOp
		}
		t.writes.note(1)
		return cell[E]{val, t.nextRev(old.rev)}, xsync.UpdateOp
	})
	if full {
		return now.val, &OpError{op, t.name, ErrFull}
	}
	return now.val, nil
}

// decide is amend for the user's code: next runs under no lock, and again whenever the key has changed meanwhile.
func (t *hashed[K, E]) decide(h *handle, op string, key K, next amendment[E]) (E, error) {
	for {
		m := t.root.Load().live.Load()
		if m == nil {
			var none E
			return none, h.missing(op)
		}
		seen, found := m.Load(key)
		val, pairs, what := next(seen.val, found)
		stale := false
		now, err := t.amend(h, op, key, func(old cell[E], still bool) (E, int, verdict) {
			stale = still != found || old.rev != seen.rev
			if stale {
				return old.val, 0, keep
			}
			return val, pairs, what
		})
		if err != nil || !stale {
			return now, err
		}
	}
}

// clear empties the table at once; the owner alone may.
func (t *hashed[K, E]) clear(h *handle) error {
	const op = "clear"
	if err := h.many(op); err != nil {
		return err
	}
	if err := h.enterAsOwner(op); err != nil {
		return err
	}
	defer h.leave()
	t.root.Load().live.Store(xsync.NewMap[K, cell[E]]())
	t.size.Store(0)
	t.writes.note(1)
	return nil
}

// item is a key with its cell.
type item[K comparable, E any] struct {
	key K
	cell[E]
}

// scan yields the cells, no key twice: in the order of the hash, or in a simulated system in that of insertion.
func (t *hashed[K, E]) scan(m *cells[K, E], yield func(K, cell[E]) bool) {
	if !t.sim {
		m.Range(yield)
		return
	}
	for _, i := range inOrder(m) {
		if !yield(i.key, i.cell) {
			return
		}
	}
}

// inOrder returns the cells in the order in which their keys were inserted.
func inOrder[K comparable, E any](m *cells[K, E]) []item[K, E] {
	all := make([]item[K, E], 0, m.Size())
	m.Range(func(k K, c cell[E]) bool {
		all = append(all, item[K, E]{k, c})
		return true
	})
	slices.SortFunc(all, func(a, b item[K, E]) int { return cmp.Compare(a.rev, b.rev) })
	return all
}

// still copies the cells as they are between two writes of the owner. It begins again when a goroutine of the owner's writes meanwhile.
func (t *hashed[K, E]) still(h *handle) ([]item[K, E], error) {
	const op = "snapshot"
	if err := h.many(op); err != nil {
		return nil, err
	}
	for {
		m, before, err := t.rest(h, op)
		if err != nil {
			return nil, err
		}
		all := inOrder(m)
		_, after, err := t.rest(h, op)
		if err != nil {
			return nil, err
		}
		if before == after {
			return all, nil
		}
	}
}

// rest returns the contents and the number of changes between two writes.
func (t *hashed[K, E]) rest(h *handle, op string) (*cells[K, E], int64, error) {
	if err := h.enterAsOwner(op); err != nil {
		return nil, 0, err
	}
	defer h.leave()
	return t.root.Load().live.Load(), t.writes.load(), nil
}

// weigh estimates the memory of the table from some of its keys; of is what a key and its contents have besides their own sizes.
func (t *hashed[K, E]) weigh(of func(*K, *E) int) int {
	m := t.root.Load().live.Load()
	if m == nil {
		return 0
	}
	sum, some := 0, 0
	t.scan(m, func(k K, c cell[E]) bool {
		sum += of(&k, &c.val)
		some++
		return some < weighed
	})
	keys := m.Size()
	return hashedBytes(keys, sizeOf[item[K, E]]()) + scale(sum, some, keys)
}
