// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

func TestRegistryHasThePartitionsOfItsSpec(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		assert.Equal(t, w.Partitions(), w.view().Partitions)
		assert.Contains(t, t.Name(), w.names.KeyKind().String())
		assert.Equal(t, 1, start[string, int](w, registry.Spec{}).Partitions())
		assert.Equal(t, 8, start[string, int](w, registry.Spec{Partitions: 8}).Partitions())
		assert.Equal(t, "names ("+w.KeyKind().String()+" keys)", w.names.String())
	})
}

func TestSpecSaysAllThatIsWrong(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		bad := registry.Spec{Name: "bad", Keys: 7, Partitions: -1}
		err := bad.Validate()
		assert.ErrorContains(t, err, `registry: spec "bad": Keys(7): want Unique or Duplicate`)
		assert.ErrorContains(t, err, `registry: spec "bad": -1 partitions: want at least 1`)
		_, err = registry.Start[string, int](w.System, bad)
		assert.ErrorContains(t, err, "Keys(7)")
		assert.NoError(t, registry.Spec{Keys: registry.Duplicate, Partitions: 3}.Validate())
	})
}

func TestOpenFindsARegistryByItsName(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		r, err := registry.Open[string, int](w.System, "names")
		require.NoError(t, err)
		assert.Same(t, w.names, r)
		self := w.spawn("self")
		assert.NoError(t, in(t, self, func(c *cx) error {
			_, err := registry.Open[string, int](c, w.names.Name())
			return err
		}))

		_, err = registry.Open[string, int](w.System, "unknown")
		assert.ErrorIs(t, err, registry.ErrNoRegistry)
		assert.EqualError(t, err, `registry: open "unknown": no such registry`)
		_, err = registry.Open[string, string](w.System, "names")
		assert.ErrorIs(t, err, actors.ErrWrongType)
		_, err = registry.Open[string, int](w.System, "self")
		assert.ErrorIs(t, err, actors.ErrWrongType)
	})
}

func TestNameOfARegistryIsTakenOnce(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		_, err := registry.Start[string, int](w.System, registry.Spec{Name: "names"})
		var taken *actors.NameTakenError
		require.ErrorAs(t, err, &taken)
		assert.Equal(t, w.names.PID(), taken.Holder)

		// A process that has the name itself already, because it was started under it.
		ref, err := actors.Spawn(w.System, "own", registry.Owner[string, int](registry.Spec{Name: "own"}))
		require.NoError(t, err)
		r, err := registry.Open[string, int](w.System, "own")
		require.NoError(t, err)
		assert.Equal(t, ref.PID(), r.PID())
	})
}

func TestRegistryEndsWithTheProcessThatStartedIt(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self := w.spawn("self")
		var r *names
		require.NoError(t, in(t, self, func(c *cx) (err error) {
			r, err = registry.Start[string, int](c, registry.Spec{Name: "mine"})
			return err
		}))
		assert.Equal(t, self.PID(), r.PID().Parent())
		stop(self)
		synctest.Wait()
		_, err := r.Find("x")
		assert.ErrorIs(t, err, registry.ErrEnded)
	})
}

func TestEveryOperationOnAnEndedRegistrySaysSo(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.must(self, "hello", 1)
		l := w.listen(self)
		w.heard()
		r := w.names
		r.PID().Kill()
		synctest.Wait()
		err := func(_ any, err error) error { return err }
		for what, got := range map[string]error{
			"register":    w.register(self, "x", 1),
			"unregister":  in(t, self, func(c *cx) error { return r.Unregister(c, "hello") }),
			"lookup":      err(r.Lookup("hello")),
			"match":       err(r.Match("hello", nil)),
			"count match": err(r.CountMatch("hello", nil)),
			"select":      err(r.Select(nil)),
			"count":       err(r.Count()),
			"keys":        err(r.Keys(self.PID())),
			"values":      err(r.Values("hello", self.PID())),
			"dispatch":    r.Dispatch("hello", func([]entry) { t.Error("nobody is there") }),
			"find":        err(r.Find("hello")),
			"lock":        in(t, self, func(c *cx) error { return r.Lock(c, c, "hello", func() error { return nil }) }),
			"put meta":    registry.PutMeta(r, "m", 1),
			"meta":        err(registry.Meta[int](r, "m")),
			"delete meta": r.DeleteMeta("m"),
			"listen": in(t, self, func(c *cx) error {
				return err(registry.Listen(c, r, func(registry.Event[string, int]) do { return nil }))
			}),
		} {
			var ended *registry.EndedError
			require.ErrorAs(t, got, &ended, what)
			assert.Equal(t, "names", ended.Name)
			assert.Equal(t, "killed", ended.Reason.String())
			assert.ErrorIs(t, got, registry.ErrEnded, what)
		}
		_, _, updated := func() (now, before int, got error) {
			got = in(t, self, func(c *cx) error { _, _, err := r.UpdateValue(c, "hello", func(v int) int { return v }); return err })
			return
		}()
		if r.KeyKind() == registry.Unique {
			assert.ErrorIs(t, updated, registry.ErrEnded)
		}
		require.NoError(t, in(t, self, func(*cx) error { l.Stop(); return nil }))
		assert.Empty(t, w.heard(), "the registry's end is nobody's unregistering")
		assert.True(t, self.PID().Alive())

		_, opened := registry.Open[string, int](w.System, "names")
		assert.ErrorIs(t, opened, registry.ErrNoRegistry)
		again := start[string, int](w, registry.Spec{Name: "names", Keys: r.KeyKind()})
		n, counted := again.Count()
		assert.NoError(t, counted)
		assert.Zero(t, n)
		stop(self) // of the old registry nothing is left that this would stumble over
	})
}

func TestMetaBelongsToTheRegistry(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		_, err := registry.Meta[string](w.names, "owner")
		assert.ErrorIs(t, err, registry.ErrNoMeta)
		require.NoError(t, registry.PutMeta(w.names, "owner", "ann"))
		got, err := registry.Meta[string](w.names, "owner")
		require.NoError(t, err)
		assert.Equal(t, "ann", got)
		require.NoError(t, registry.PutMeta(w.names, "owner", []int{1, 2}))
		_, err = registry.Meta[string](w.names, "owner")
		assert.ErrorIs(t, err, actors.ErrWrongType)
		list, err := registry.Meta[[]int](w.names, "owner")
		require.NoError(t, err)
		assert.Equal(t, []int{1, 2}, list)
		require.NoError(t, w.DeleteMeta("owner"))
		_, err = registry.Meta[[]int](w.names, "owner")
		assert.ErrorIs(t, err, registry.ErrNoMeta)
	})
}
