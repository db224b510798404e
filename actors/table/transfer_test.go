// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"errors"
	"testing"
	"testing/synctest"

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
