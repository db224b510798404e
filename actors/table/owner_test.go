// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"cmp"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// heard is what a receiver was told, in order.
type heard struct {
	got []table.Transfer[*table.Set[int, int]]
}

func (h *heard) last() table.Transfer[*table.Set[int, int]] { return h.got[len(h.got)-1] }

// receiver starts a process that is ready for sets.
func receiver(t *testing.T, sys actors.Spawner) (ref, table.Receiver[*table.Set[int, int]], *heard) {
	t.Helper()
	h := &heard{}
	r := start(sys)
	return r, made(t, r, func(c *cx) (table.Receiver[*table.Set[int, int]], error) {
		return table.Receive(c, func(tr table.Transfer[*table.Set[int, int]]) do {
			return func(*cx) error { h.got = append(h.got, tr); return nil }
		})
	}), h
}

func TestOnlyTheOwnerWritesToAProtectedTable(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner := start(sys)
		s := set(t, owner, "t", table.Options{})
		require.NoError(t, s.Put(1, 1))
		_, err := table.PublicSet[int, int](sys, "t")
		require.ErrorIs(t, err, table.ErrNotPublic)
		r, err := table.OpenSet[int, int](sys, "t")
		require.NoError(t, err)
		v, found, err := r.Lookup(1)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, 1, v)
		require.Equal(t, "t", r.Name())
		require.Equal(t, "t", s.Name())
	})
}

func TestAPrivateTableIsForItsOwnerAlone(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner := start(sys)
		s := set(t, owner, "t", table.Options{Access: table.Private})
		b := bag(t, owner, "b", table.Options{Access: table.Private})
		o := ordered(t, owner, "o", table.Options{Access: table.Private})
		require.NoError(t, errors.Join(s.Put(1, 2), b.Put(1, 2), o.Put(1, 2)))
		_, err := table.OpenSet[int, int](sys, "t")
		require.ErrorIs(t, err, table.ErrPrivate)
		_, _, err = s.Reader().Lookup(1)
		require.ErrorIs(t, err, table.ErrNotOwner)
		_, err = b.Reader().Lookup(1)
		require.ErrorIs(t, err, table.ErrNotOwner)
		_, _, err = o.Reader().Lookup(1)
		require.ErrorIs(t, err, table.ErrNotOwner)

		_, next, h := receiver(t, sys)
		require.NoError(t, s.GiveAway(next, nil))
		synctest.Wait()
		_, _, err = s.Lookup(1)
		require.ErrorIs(t, err, table.ErrNotOwner)
		v, found, err := h.last().Table.Lookup(1)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, 2, v)
		require.NoError(t, h.last().Table.Put(1, 3))

		heir := start(sys)
		var inherited table.Transfer[*table.Ordered[int, int]]
		require.NoError(t, o.SetHeir(made(t, heir, func(c *cx) (table.Receiver[*table.Ordered[int, int]], error) {
			return table.Receive(c, func(tr table.Transfer[*table.Ordered[int, int]]) do {
				return func(*cx) error { inherited = tr; return nil }
			})
		}), nil))
		owner.PID().Kill()
		synctest.Wait()
		_, _, err = o.Lookup(1)
		require.ErrorIs(t, err, table.ErrNotOwner)
		v, _, err = inherited.Table.Lookup(1)
		require.NoError(t, err)
		require.Equal(t, 2, v)
		_, err = b.Lookup(1)
		require.ErrorIs(t, err, table.ErrNoTable)
	})
}

func TestEverybodyWritesToAPublicTableOneKeyAtATime(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner, other := start(sys), start(sys)
		public := table.Options{Access: table.Public}
		s, b, o := set(t, owner, "s", public), bag(t, owner, "b", public), ordered(t, owner, "o", public)

		ws := made(t, other, func(c *cx) (*table.Set[int, int], error) { return table.PublicSet[int, int](c, "s") })
		wb := made(t, other, func(c *cx) (*table.Bag[int, int], error) { return table.PublicBag[int, int](c, "b") })
		wo := made(t, other, func(c *cx) (*table.Ordered[int, int], error) { return table.PublicOrdered[int, int](c, "o") })
		outside := must(table.PublicSet[int, int](sys, "s"))
		require.NoError(t, errors.Join(ws.Put(1, 1), wb.Put(1, 1), wo.Put(1, 1), outside.Put(2, 2)))
		require.Equal(t, map[int]int{1: 1, 2: 2}, contents(must(s.All())))

		refused := func(_ int, err error) { t.Helper(); require.ErrorIs(t, err, table.ErrPublic) }
		many := must(s.All())
		never := func(int, int) bool { return false }
		refused(s.PutMany(many))
		refused(b.PutMany(many))
		refused(o.PutMany(many))
		refused(s.DeleteWhere(never))
		refused(b.DeleteWhere(never))
		refused(o.DeleteWhere(never))
		refused(0, s.Clear())
		refused(0, b.Clear())
		refused(0, o.Clear())
		_, err := s.Snapshot()
		refused(0, err)
		_, err = b.Snapshot()
		refused(0, err)

		_, next, _ := receiver(t, sys)
		require.ErrorIs(t, ws.GiveAway(next, nil), table.ErrNotOwner)
		require.ErrorIs(t, ws.SetHeir(next, nil), table.ErrNotOwner)
		require.ErrorIs(t, ws.Drop(), table.ErrNotOwner)

		other.PID().Kill()
		require.ErrorIs(t, ws.Put(3, 3), actors.ErrFenced)
		require.ErrorIs(t, wb.Put(3, 3), actors.ErrFenced)
		require.ErrorIs(t, wo.Put(3, 3), actors.ErrFenced)
		require.Equal(t, 2, must(s.Len()))
		require.NoError(t, s.Drop())
		require.ErrorIs(t, outside.Put(3, 3), table.ErrNoTable)
	})
}

func TestANameIsUniqueAndFreeWhenTheTableIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner, other := start(sys), start(sys)
		s := set(t, owner, "t", table.Options{})
		_, err := ask2(t, other, func(c *cx) (any, error) { return table.NewBag[string, int](c, "t", table.Options{}) })
		var taken *table.NameTakenError
		require.ErrorAs(t, err, &taken)
		require.Equal(t, "t", taken.Name)
		require.Equal(t, owner.PID(), taken.Owner)
		require.Len(t, table.Tables(sys), 1, "of the refused table nothing is left")
		other.PID().Kill()
		_, err = table.OpenSet[int, int](sys, "t")
		require.NoError(t, err, "and its maker's end does nothing to the other one")
		other = start(sys)

		require.NoError(t, s.Drop())
		require.ErrorIs(t, s.Put(1, 1), table.ErrNoTable)
		require.ErrorIs(t, s.Drop(), table.ErrNoTable)
		_, err = table.OpenSet[int, int](sys, "t")
		require.ErrorIs(t, err, table.ErrNoTable)
		b := bag(t, other, "t", table.Options{})
		_, err = table.OpenSet[int, int](sys, "t")
		require.ErrorIs(t, err, table.ErrWrongType, "a bag is no set")
		_, err = table.OpenBag[int, string](sys, "t")
		require.ErrorIs(t, err, table.ErrWrongType)
		_, err = table.OpenBag[int, int](sys, "t")
		require.NoError(t, err)

		set(t, owner, "", table.Options{})
		set(t, owner, "", table.Options{}) // without a name there is nothing to be taken
		_, err = table.OpenSet[int, int](sys, "")
		require.ErrorIs(t, err, table.ErrNoTable)
		other.PID().Kill()
		require.ErrorIs(t, b.Put(1, 1), actors.ErrFenced)
		set(t, owner, "t", table.Options{})
	})
}

// ask2 has the process of r call f.
func ask2[T any](t *testing.T, r ref, f func(c *cx) (T, error)) (T, error) {
	t.Helper()
	var err error
	v := ask(t, r, func(c *cx) (v T) {
		v, err = f(c)
		return v
	})
	return v, err
}

func TestTheOwnersEndDeletesItsTablesBeforeAnybodyHearsOfIt(t *testing.T) {
	ends := map[string]func(ref){
		"kill":  func(r ref) { r.PID().Kill() },
		"stop":  func(r ref) { r.Tell(func(*cx) error { return actors.Stop }) },
		"crash": func(r ref) { r.Tell(func(*cx) error { panic("crash") }) },
		"asked": func(r ref) { r.PID().Stop() },
	}
	for how, end := range ends {
		t.Run(how, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				owner, watcher := start(sys), start(sys)
				s := set(t, owner, "t", table.Options{})
				o := ordered(t, owner, "", table.Options{})
				require.NoError(t, s.Put(1, 1))
				reader := s.Reader()
				var then error
				var taken error
				ask(t, watcher, func(c *cx) bool {
					c.Monitor(owner.PID(), func(actors.Down) do {
						return func(c *cx) error {
							_, _, then = reader.Lookup(1)
							_, taken = table.NewSet[int, int](c, "t", table.Options{})
							return nil
						}
					})
					return true
				})
				end(owner)
				synctest.Wait()
				require.ErrorIs(t, then, table.ErrNoTable)
				require.NoError(t, taken)
				_, err := o.Len()
				require.ErrorIs(t, err, table.ErrNoTable)
				require.ErrorIs(t, o.Put(1, 1), actors.ErrFenced)
			})
		})
	}
}

func TestTheHeirOwnsTheTableBeforeAnybodyHearsOfTheDeath(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner, watcher := start(sys), start(sys)
		heir, next, h := receiver(t, sys)
		s := set(t, owner, "t", table.Options{})
		require.NoError(t, s.Put(1, 1))
		require.NoError(t, s.SetHeir(next, "data"))
		require.Equal(t, heir.PID(), s.Info().Heir)
		reader := s.Reader()
		var then table.Info
		ask(t, watcher, func(c *cx) bool {
			c.Monitor(owner.PID(), func(actors.Down) do {
				return func(*cx) error { then = reader.Info(); return nil }
			})
			return true
		})
		owner.PID().Kill()
		synctest.Wait()
		require.Equal(t, heir.PID(), then.Owner)
		require.True(t, then.Heir.IsZero(), "who owns the table is not its heir")
		require.Len(t, h.got, 1)
		require.Equal(t, "data", h.last().Data)
		require.Equal(t, owner.PID(), h.last().From)
		require.True(t, h.last().Inherited)
		require.NoError(t, h.last().Table.Put(2, 2))
		require.Equal(t, map[int]int{1: 1, 2: 2}, contents(must(reader.All())))
		require.ErrorIs(t, s.Put(3, 3), actors.ErrFenced)

		heir.PID().Kill()
		_, _, err := reader.Lookup(1)
		require.ErrorIs(t, err, table.ErrNoTable, "it had no heir of its own")
	})
}

func TestATableWhoseHeirHasEndedIsDeleted(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner := start(sys)
		heir, next, h := receiver(t, sys)
		s := set(t, owner, "t", table.Options{})
		require.NoError(t, s.SetHeir(next, nil))
		heir.PID().Kill()
		require.NoError(t, s.Put(1, 1), "the owner lives")
		require.NoError(t, s.SetHeir(next, nil), "the dead are poor heirs and no mistake")
		owner.PID().Kill()
		synctest.Wait()
		_, _, err := s.Lookup(1)
		require.ErrorIs(t, err, table.ErrNoTable)
		require.Empty(t, h.got)
		require.Empty(t, table.Tables(sys))
	})
}

func TestAnHeirCanBeTakenBack(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner := start(sys)
		_, next, h := receiver(t, sys)
		s := set(t, owner, "t", table.Options{})
		require.NoError(t, s.SetHeir(next, nil))
		require.NoError(t, s.SetHeir(table.Receiver[*table.Set[int, int]]{}, nil))
		owner.PID().Kill()
		synctest.Wait()
		require.Empty(t, h.got)
		require.Empty(t, table.Tables(sys))
	})
}

func TestGiveAwayMovesTheRightToWrite(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner, back, home := receiver(t, sys)
		other, next, h := receiver(t, sys)
		heir, last, g := receiver(t, sys)
		s := set(t, owner, "t", table.Options{})
		require.NoError(t, s.Put(1, 1))
		require.NoError(t, s.SetHeir(last, nil))
		require.NoError(t, s.GiveAway(next, 42))
		synctest.Wait()
		require.Equal(t, 42, h.last().Data)
		require.False(t, h.last().Inherited)
		require.Equal(t, owner.PID(), h.last().From)
		require.ErrorIs(t, s.Put(1, 2), table.ErrNotOwner)
		require.ErrorIs(t, s.GiveAway(next, nil), table.ErrNotOwner)
		require.NoError(t, h.last().Table.Put(1, 3))
		require.Equal(t, map[int]int{1: 3}, contents(must(s.All())), "everybody reads")

		require.NoError(t, h.last().Table.GiveAway(back, nil))
		synctest.Wait()
		require.ErrorIs(t, s.Put(1, 4), table.ErrNotOwner, "a handle is good for one ownership")
		require.NoError(t, home.last().Table.Put(1, 5))

		other.PID().Kill()
		require.Equal(t, owner.PID(), s.Info().Owner, "it owns nothing any more")
		owner.PID().Kill()
		synctest.Wait()
		require.Equal(t, heir.PID(), s.Info().Owner, "the heir stays the heir")
		require.True(t, g.last().Inherited)
	})
}

func TestGiveAwayToTheDeadLeavesEverythingAsItIs(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner := start(sys)
		other, next, h := receiver(t, sys)
		s := set(t, owner, "t", table.Options{})
		other.PID().Kill()
		require.ErrorIs(t, s.GiveAway(next, nil), actors.ErrNoProc)
		require.ErrorIs(t, s.GiveAway(table.Receiver[*table.Set[int, int]]{}, nil), actors.ErrNoProc)
		require.NoError(t, s.Put(1, 1))
		require.Empty(t, h.got)
		require.Equal(t, owner.PID(), s.Info().Owner)
		require.Equal(t, other.PID(), next.PID())
		require.True(t, table.Receiver[*table.Set[int, int]]{}.PID().IsZero())
	})
}

func TestATableStaysInItsSystemAndIsNotGivenToItsOwner(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		elsewhere := newSystem(t)
		owner, self, _ := receiver(t, sys)
		_, foreign, _ := receiver(t, elsewhere)
		s := set(t, owner, "t", table.Options{})
		require.ErrorIs(t, s.GiveAway(foreign, nil), table.ErrOtherSystem)
		require.ErrorIs(t, s.SetHeir(foreign, nil), table.ErrOtherSystem)
		require.ErrorIs(t, s.GiveAway(self, nil), table.ErrSelf)
		require.ErrorIs(t, s.SetHeir(self, nil), table.ErrSelf)
		set(t, start(elsewhere), "t", table.Options{}) // names are of a system
	})
}

func TestTransfersGoBothWaysAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		a, toA, gotA := receiver(t, sys)
		b, toB, gotB := receiver(t, sys)
		for range 200 {
			x, y := set(t, a, "", table.Options{}), set(t, b, "", table.Options{})
			done := make(chan error, 2)
			for _, give := range []func() error{
				func() error { return x.GiveAway(toB, nil) },
				func() error { return y.GiveAway(toA, nil) },
			} {
				// It ends when the table is given; the test waits for both.
				go func() { done <- give() }()
			}
			require.NoError(t, errors.Join(<-done, <-done))
		}
		synctest.Wait()
		require.Len(t, gotA.got, 200)
		require.Len(t, gotB.got, 200)
	})
}

func TestEveryKindIsInheritedAndGivenAway(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner, heir := start(sys), start(sys)
		b, o := bag(t, owner, "b", table.Options{}), ordered(t, owner, "o", table.Options{})
		require.NoError(t, errors.Join(b.Put(1, 1), o.Put(1, 1)))
		var bags []table.Transfer[*table.Bag[int, int]]
		var trees []table.Transfer[*table.Ordered[int, int]]
		toB := made(t, heir, func(c *cx) (table.Receiver[*table.Bag[int, int]], error) {
			return table.Receive(c, func(tr table.Transfer[*table.Bag[int, int]]) do {
				return func(*cx) error { bags = append(bags, tr); return nil }
			})
		})
		toO := made(t, heir, func(c *cx) (table.Receiver[*table.Ordered[int, int]], error) {
			return table.Receive(c, func(tr table.Transfer[*table.Ordered[int, int]]) do {
				return func(*cx) error { trees = append(trees, tr); return nil }
			})
		})
		require.NoError(t, errors.Join(b.SetHeir(toB, nil), o.GiveAway(toO, nil)))
		owner.PID().Kill()
		synctest.Wait()
		require.Len(t, bags, 1)
		require.Len(t, trees, 1)
		require.NoError(t, errors.Join(bags[0].Table.Put(1, 2), trees[0].Table.Put(1, 2)))
		require.Equal(t, []int{1, 2}, must(b.Lookup(1)))
	})
}

func TestAKilledProcessMakesNoTable(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		r := start(sys)
		var errs []error
		r.Tell(func(c *cx) error {
			_, before := table.NewSet[int, int](c, "before", table.Options{})
			c.PID().Kill()
			_, anew := table.NewSet[int, int](c, "t", table.Options{})
			_, received := table.Receive(c, func(table.Transfer[*table.Set[int, int]]) do { return nil })
			errs = []error{before, anew, received}
			return nil
		})
		q := start(sys)
		q.Tell(func(c *cx) error {
			c.PID().Kill()
			_, err := table.NewSet[int, int](c, "t", table.Options{})
			errs = append(errs, err)
			return nil
		})
		synctest.Wait()
		require.NoError(t, errs[0])
		for _, err := range errs[1:] {
			require.ErrorIs(t, err, actors.ErrFenced)
		}
		require.Empty(t, table.Tables(sys))
	})
}

func TestATableIsStillThereInTerminate(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		last := &lastWords{}
		r := actors.MustSpawn(sys, "", func() actors.Behavior[do] { return last })
		r.PID().Stop()
		synctest.Wait()
		require.NoError(t, last.err)
		_, _, err := last.table.Lookup(1)
		require.ErrorIs(t, err, table.ErrNoTable)
	})
}

// lastWords writes to its table when it ends.
type lastWords struct {
	table *table.Set[int, int]
	err   error
}

func (l *lastWords) Init(c *cx) (err error) {
	l.table, err = table.NewSet[int, int](c, "", table.Options{})
	return err
}

func (l *lastWords) Receive(c *cx, m do) error { return m(c) }

func (l *lastWords) Terminate(*cx, actors.Reason) error {
	l.err = l.table.Put(1, 1)
	return nil
}

func TestOptionsAreCheckedAllAtOnce(t *testing.T) {
	err := table.Options{Access: 9, Limit: -1}.Validate()
	require.ErrorContains(t, err, "access")
	require.ErrorContains(t, err, "limit")
	require.NoError(t, table.Options{}.Validate())
	r := start(newSystem(t))
	_, err = ask2(t, r, func(c *cx) (any, error) { return table.NewSet[int, int](c, "t", table.Options{Limit: -1}) })
	assert.Error(t, err)
	_, err = ask2(t, r, func(c *cx) (any, error) { return table.NewBag[int, int](c, "t", table.Options{Limit: -1}) })
	assert.Error(t, err)
	_, err = ask2(t, r, func(c *cx) (any, error) {
		return table.NewOrdered[int, int](c, "t", cmp.Less[int], table.Options{Limit: -1})
	})
	assert.Error(t, err)
}

func TestTheZeroReaderIsOfNoTable(t *testing.T) {
	var s table.SetReader[int, int]
	var b table.BagReader[int, int]
	var o table.OrderedReader[int, int]
	_, _, err := s.Lookup(1)
	require.ErrorIs(t, err, table.ErrNoTable)
	_, err = b.Lookup(1)
	require.ErrorIs(t, err, table.ErrNoTable)
	_, _, err = o.Lookup(1)
	require.ErrorIs(t, err, table.ErrNoTable)
	for _, read := range []func() error{
		func() error { _, err := s.Has(1); return err },
		func() error { _, err := s.Len(); return err },
		func() error { _, err := s.All(); return err },
		func() error { _, err := b.Has(1, 1); return err },
		func() error { _, err := b.Len(); return err },
		func() error { _, err := b.All(); return err },
		func() error { _, err := o.Has(1); return err },
		func() error { _, err := o.Len(); return err },
		func() error { _, err := o.Snapshot(); return err },
		func() error { _, err := o.Range(1, 2); return err },
		func() error { _, err := o.Descend(1, 2); return err },
		func() error { _, err := o.All(); return err },
		func() error { _, err := o.Select(nil); return err },
		func() error { _, _, _, err := o.First(); return err },
		func() error { _, _, _, err := o.Last(); return err },
		func() error { _, _, _, err := o.Next(1); return err },
		func() error { _, _, _, err := o.Prev(1); return err },
	} {
		require.ErrorIs(t, read(), table.ErrNoTable)
	}
	require.Equal(t, table.Info{}, s.Info())
	require.Equal(t, "", b.Name())
	require.Equal(t, "", o.Name())
	var snap table.OrderedSnapshot[int, int]
	require.Equal(t, 0, snap.Len())
	require.Empty(t, pairs(snap.All()))
	require.Empty(t, pairs(snap.Range(0, 9)))
	require.Empty(t, pairs(snap.Descend(9, 0)))
	require.Empty(t, pairs(snap.Backward()))
	for _, find := range []func() bool{
		func() bool { _, found := snap.Lookup(1); return found },
		func() bool { _, _, found := snap.First(); return found },
		func() bool { _, _, found := snap.Last(); return found },
		func() bool { _, _, found := snap.Next(1); return found },
		func() bool { _, _, found := snap.Prev(1); return found },
	} {
		require.False(t, find())
	}
}

func TestErrorsNameTheOperationAndTheTable(t *testing.T) {
	r := start(newSystem(t))
	s := set(t, r, "t", table.Options{Limit: 1})
	require.NoError(t, s.Put(1, 1))
	require.EqualError(t, s.Put(2, 2), `table: put "t": full`)
	require.NoError(t, s.Drop())
	require.EqualError(t, s.Put(1, 1), `table: put "t": no such table`)
	_, _, err := s.Lookup(1)
	require.EqualError(t, err, `table: look up in "t": no such table`)
	var op *table.OpError
	require.ErrorAs(t, err, &op)
	require.Equal(t, "t", op.Table)
	r.PID().Kill()
	require.EqualError(t, s.Put(1, 1), `table: put "t": `+trimmed(actors.ErrFenced))
}

func trimmed(err error) string { return err.Error()[len("actors: "):] }

func TestMissingFunctionsArePanicsThatSaySo(t *testing.T) {
	require.PanicsWithValue(t, "table: NewOrdered needs an order", func() {
		_, _ = table.NewOrdered[int, int](nil, "", nil, table.Options{})
	})
	require.PanicsWithValue(t, "table: Receive needs a function", func() {
		_, _ = table.Receive[*table.Set[int, int]](&cx{}, (func(table.Transfer[*table.Set[int, int]]) do)(nil))
	})
}
