// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// trap kills its process when it is stepped on for the nth time.
type trap struct {
	pid   actors.PID
	left  int
	armed bool
}

func (t *trap) step() {
	if !t.armed {
		return
	}
	if t.left == 0 {
		t.pid.Kill()
	}
	t.left--
}

// sprung reports whether the process was killed.
func (t *trap) sprung() bool { return t.armed && t.left < 0 }

// write is one operation and what it leaves in a table that held 0 to 9, each with itself, when it is cut short at a step.
type write struct {
	do    func(s keyed, t *trap) error
	after map[int]int // of a write that was not cut short
	some  bool        // keys are written one after the other: of those that change, any number may have
}

func tens(change func(map[int]int)) map[int]int {
	m := map[int]int{}
	for k := range 10 {
		m[k] = k
	}
	if change != nil {
		change(m)
	}
	return m
}

// numbers yields n pairs from 10 on, with a step before each and one at the end.
func numbers(n int, t *trap) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := range n {
			t.step()
			if !yield(10+i, 10+i) {
				return
			}
		}
		t.step()
	}
}

type many interface {
	PutMany(iter.Seq2[int, int]) (int, error)
}

// writes are all that there are.
func writes(batchesAreAtomic bool) map[string]write {
	twenty := tens(func(m map[int]int) { m[3] = 20 })
	return map[string]write{
		"put": {do: func(s keyed, t *trap) error { t.step(); return s.Put(3, 20) }, after: twenty},
		"put new": {do: func(s keyed, t *trap) error {
			t.step()
			_, err := s.PutNew(11, 11)
			return err
		}, after: tens(func(m map[int]int) { m[11] = 11 })},
		"update": {do: func(s keyed, t *trap) error {
			_, err := s.Update(3, func(int, bool) (int, bool) { t.step(); return 20, true })
			return err
		}, after: twenty},
		"counter": {do: func(s keyed, t *trap) error {
			t.step()
			_, err := table.UpdateCounter(s, 3, 17, table.Counter[int]{})
			return err
		}, after: twenty},
		"swap": {do: func(s keyed, t *trap) error {
			t.step()
			_, err := table.CompareAndSwap(s, 3, 3, 20)
			return err
		}, after: twenty},
		"delete": {
			do:    func(s keyed, t *trap) error { t.step(); return s.Delete(3) },
			after: tens(func(m map[int]int) { delete(m, 3) }),
		},
		"delete where": {do: func(s keyed, t *trap) error {
			_, err := s.DeleteWhere(func(k, _ int) bool { t.step(); return k%2 == 0 })
			return err
		}, after: map[int]int{1: 1, 3: 3, 5: 5, 7: 7, 9: 9}, some: !batchesAreAtomic},
		"put many": {do: func(s keyed, t *trap) error {
			_, err := s.(many).PutMany(numbers(5, t))
			return err
		}, after: tens(func(m map[int]int) {
			for i := range 5 {
				m[10+i] = 10 + i
			}
		}), some: !batchesAreAtomic},
		"clear": {do: func(s keyed, t *trap) error { t.step(); return s.Clear() }, after: map[int]int{}},
	}
}

// allowed reports whether a write that was cut short may leave got behind.
func (w write) allowed(got map[int]int) bool {
	before := tens(nil)
	if !w.some {
		return fmt.Sprint(got) == fmt.Sprint(before)
	}
	for k := range 20 {
		g, in := got[k]
		b, was := before[k]
		a, will := w.after[k]
		if (in != was || g != b) && (in != will || g != a) {
			return false
		}
	}
	return true
}

// killAtEveryStep has a process do a write and be killed at its first step, its second and so on, until the write gets through. view returns
// what the heir finds, or an error when the table is gone.
func killAtEveryStep(t *testing.T, w write, withHeir bool, open func(c *cx, tr *trap, heir ref) (keyed, func() (map[int]int, error), error)) {
	t.Helper()
	for at := 0; ; at++ {
		through := false
		bubble(t, func(t *testing.T, sys *actors.System) {
			owner, watcher := start(sys), start(sys)
			var heir ref
			if withHeir {
				heir = start(sys)
			}
			tr := &trap{pid: owner.PID(), left: at}
			var view func() (map[int]int, error)
			s := made(t, owner, func(c *cx) (s keyed, err error) {
				s, view, err = open(c, tr, heir)
				if err != nil {
					return nil, err
				}
				_, err = s.(many).PutMany(func(yield func(int, int) bool) {
					for k := range 10 {
						yield(k, k)
					}
				})
				return s, err
			})
			var found map[int]int
			var gone error
			ask(t, watcher, func(c *cx) bool {
				c.Monitor(owner.PID(), func(actors.Down) do {
					return func(*cx) error { found, gone = view(); return nil }
				})
				return true
			})
			var err error
			owner.Tell(func(*cx) error {
				tr.armed = true
				err = w.do(s, tr)
				tr.armed = tr.sprung() // the order of keys is asked below as well
				return nil
			})
			synctest.Wait()
			if !tr.sprung() {
				through = true
				require.NoError(t, err)
				got, err := view()
				require.NoError(t, err)
				require.Equal(t, w.after, got)
				return
			}
			done := w.some && err == nil // the last key was written before the kill
			if !done {
				require.ErrorIs(t, err, actors.ErrFenced, "step %d", at)
			}
			if !withHeir {
				require.ErrorIs(t, gone, table.ErrNoTable, "step %d", at)
				return
			}
			require.NoError(t, gone, "step %d", at)
			require.True(t, w.allowed(found), "step %d leaves %v", at, found)
			if done {
				require.Equal(t, w.after, found, "step %d", at)
			}
			later, err := view()
			require.NoError(t, err)
			require.Equal(t, found, later, "nothing changes after the death")
		})
		if through {
			require.Positive(t, at, "no step at all")
			return
		}
		if t.Failed() {
			return
		}
	}
}

func TestAnOwnerKilledAtAnyStepOfAWriteHasWrittenOrNot(t *testing.T) {
	for name, w := range writes(false) {
		for _, withHeir := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/heir=%v", name, withHeir), func(t *testing.T) {
				killAtEveryStep(t, w, withHeir, func(c *cx, _ *trap, heir ref) (keyed, func() (map[int]int, error), error) {
					s, err := table.NewSet[int, int](c, "t", table.Options{})
					if err != nil || heir.PID().IsZero() {
						return s, viewOf(s.SetReader.All), err
					}
					next, err := actors.Call(c, heir, func(r actors.Reply[table.Receiver[*table.Set[int, int]]]) do {
						return func(c *cx) error {
							next, err := table.Receive(c, func(table.Transfer[*table.Set[int, int]]) do { return ignore })
							r.Send(next)
							return err
						}
					})
					return s, viewOf(s.SetReader.All), errors.Join(err, s.SetHeir(next, nil))
				})
			})
		}
	}
}

// The order of the keys is code of the user as well: the owner may be killed in each comparison.
func TestAnOwnerKilledInAnyComparisonOfAWriteHasWrittenOrNot(t *testing.T) {
	for name, w := range writes(true) {
		for _, withHeir := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/heir=%v", name, withHeir), func(t *testing.T) {
				killAtEveryStep(t, w, withHeir, func(c *cx, tr *trap, heir ref) (keyed, func() (map[int]int, error), error) {
					s, err := table.NewOrdered[int, int](c, "t", func(a, b int) bool {
						tr.step()
						return cmp.Less(a, b)
					}, table.Options{})
					if err != nil || heir.PID().IsZero() {
						return s, viewOf(s.OrderedReader.All), err
					}
					next, err := actors.Call(c, heir, func(r actors.Reply[table.Receiver[*table.Ordered[int, int]]]) do {
						return func(c *cx) error {
							next, err := table.Receive(c, func(table.Transfer[*table.Ordered[int, int]]) do { return ignore })
							r.Send(next)
							return err
						}
					})
					return s, viewOf(s.OrderedReader.All), errors.Join(err, s.SetHeir(next, nil))
				})
			})
		}
	}
}

func ignore(*cx) error { return nil }

func viewOf(all func() (iter.Seq2[int, int], error)) func() (map[int]int, error) {
	return func() (map[int]int, error) {
		seq, err := all()
		if err != nil {
			return nil, err
		}
		return contents(seq), nil
	}
}

// A zombie is a killed process whose handler goes on: here until long after its heir has written.
func TestAZombieChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner := start(sys)
		_, next, h := receiver(t, sys)
		_, other, _ := receiver(t, sys)
		s := set(t, owner, "t", table.Options{})
		b, o := bag(t, owner, "b", table.Options{}), ordered(t, owner, "o", table.Options{})
		require.NoError(t, errors.Join(s.Put(1, 1), s.SetHeir(next, nil)))
		awake := make(chan struct{})
		var got []error
		owner.Tell(func(*cx) error {
			<-awake
			note := func(_ any, err error) { got = append(got, err) }
			grow := func(v int, _ bool) (int, bool) { return v + 1, true }
			all := func(int, int) bool { return true }
			note(0, s.Put(1, 9))
			note(s.PutNew(2, 9))
			note(s.PutMany(numbers(1, &trap{})))
			note(s.Update(1, grow))
			note(s.Update(1, func(v int, _ bool) (int, bool) { return v, false }))
			note(table.UpdateCounter(s, 1, 1, table.Counter[int]{}))
			note(table.CompareAndSwap(s, 1, 2, 9))
			note(0, s.Delete(1))
			note(s.DeleteWhere(all))
			note(0, s.Clear())
			note(s.Snapshot())
			note(0, s.Drop())
			note(0, s.SetHeir(other, nil))
			note(0, s.GiveAway(other, nil))
			note(0, b.Put(1, 9))
			note(b.PutNew(1, 9))
			note(0, b.Delete(1))
			note(0, b.DeletePair(1, 1))
			note(0, o.Put(1, 9))
			note(o.PutMany(numbers(1, &trap{})))
			note(o.Update(1, grow))
			note(o.DeleteWhere(all))
			return nil
		})
		synctest.Wait()
		owner.PID().Kill()
		synctest.Wait()
		require.NoError(t, h.last().Table.Put(1, 2))
		close(awake)
		synctest.Wait()
		require.Len(t, got, 22)
		for i, err := range got {
			require.ErrorIs(t, err, actors.ErrFenced, "write %d", i)
		}
		require.Equal(t, map[int]int{1: 2}, contents(must(s.All())))
		require.Equal(t, h.last().Table.Info().Owner, s.Info().Owner)
	})
}
