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
		synctest.Wait()
		q := start(sys) // this one had no table before
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
