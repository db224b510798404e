// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

func TestUniqueKeyIsHeldOnce(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.must(self, "hello", 1)
		assert.Equal(t, []string{"hello"}, w.keys(self))
		assert.Equal(t, []int{1}, w.values("hello", self))

		var held *taken
		require.ErrorAs(t, w.register(self, "hello", 2), &held)
		assert.Equal(t, taken{Registry: "names", Key: "hello", Holder: self.PID(), Value: 1}, *held)
		assert.ErrorContains(t, held, `registry: register "hello" in "names": registered by /self#`)
		assert.Equal(t, []string{"hello"}, w.keys(self))
		assert.Equal(t, []int{1}, w.values("hello", self))

		w.must(self, "world", 3)
		assert.Equal(t, []string{"hello", "world"}, w.keys(self))
	})
}

func TestUniqueKeyIsHeldByOneProcess(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self, other := w.spawn("self"), w.spawn("other")
		w.must(other, "hello", 1)
		assert.Equal(t, []string{"hello"}, w.keys(other))
		assert.Equal(t, []int{1}, w.values("hello", other))

		var held *taken
		require.ErrorAs(t, w.register(self, "hello", 2), &held)
		assert.Equal(t, other.PID(), held.Holder)
		assert.Empty(t, w.keys(self))
		assert.Empty(t, w.values("hello", self))
		assert.True(t, w.names.PID().Alive())
	})
}

func TestKeyIsFreeAsSoonAsItsHolderIsFenced(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self, other := w.spawn("self"), w.spawn("other")
		w.listen(w.spawn("listener"))
		var ctx *cx
		require.NoError(t, in(t, self, func(c *cx) error { ctx = c; return nil }))
		require.NoError(t, in(t, other, func(c *cx) error {
			// What the end of other releases first is this; the registry's turn comes after it.
			_, err := actors.AtEnd(c, func(actors.Reason) {
				assert.NoError(t, w.Register(ctx, "hello", 2))
				assert.Equal(t, []entry{of("hello", self, 2)}, w.at("hello"))
			})
			return err
		}))
		w.must(other, "hello", 1)
		require.Error(t, w.register(self, "hello", 2))
		stop(other)
		assert.Equal(t, []entry{of("hello", self, 2)}, w.at("hello"))
		assert.Equal(t, 1, w.count())
		assert.Equal(t, []string{"registered hello other 1", "unregistered hello other 1", "registered hello self 2"}, w.heard())
	})
}

func TestDuplicateKeyIsHeldAnyNumberOfTimes(t *testing.T) {
	forEach(t, registry.Duplicate, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.must(self, "hello", 1)
		assert.Equal(t, []string{"hello"}, w.keys(self))
		assert.Equal(t, []int{1}, w.values("hello", self))
		w.must(self, "hello", 1)
		assert.Equal(t, []string{"hello", "hello"}, w.keys(self))
		assert.Equal(t, []int{1, 1}, w.values("hello", self))
		w.must(self, "world", 2)
		assert.Equal(t, []string{"hello", "hello", "world"}, w.keys(self))
	})
}

func TestDuplicateKeyIsHeldByAnyNumberOfProcesses(t *testing.T) {
	forEach(t, registry.Duplicate, func(t *testing.T, w *world) {
		self, other := w.spawn("self"), w.spawn("other")
		w.must(other, "hello", 1)
		assert.Empty(t, w.keys(self))
		assert.Equal(t, []string{"hello"}, w.keys(other))
		assert.Empty(t, w.values("hello", self))
		assert.Equal(t, []int{1}, w.values("hello", other))
		w.must(self, "hello", 2)
		assert.Equal(t, []string{"hello"}, w.keys(self))
		assert.Equal(t, []int{2}, w.values("hello", self))
		assert.Equal(t, []entry{of("hello", other, 1), of("hello", self, 2)}, w.at("hello"))
	})
}

func TestCountIsTheNumberOfEntries(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		assert.Zero(t, w.count())
		w.must(self, "hello", 1)
		second := "world"
		if w.KeyKind() == registry.Duplicate {
			second = "hello"
		}
		w.must(self, second, 1)
		assert.Equal(t, 2, w.count())
		w.unregister(self, "hello")
		stop(self)
		assert.Zero(t, w.count())
	})
}

func TestUnregisterTakesAwayAllThatAProcessHasUnderAKey(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self, other := w.spawn("self"), w.spawn("other")
		w.unregister(self, "hello")
		w.must(self, "hello", 1)
		w.must(self, "world", 2)
		if w.KeyKind() == registry.Duplicate {
			w.must(self, "hello", 3)
			w.must(other, "hello", 4)
		}
		w.unregister(other, "world") // not its own
		w.unregister(self, "hello")
		assert.Equal(t, []string{"world"}, w.keys(self))
		for _, e := range w.at("hello") {
			assert.Equal(t, other.PID(), e.PID)
		}
		w.unregister(self, "world")
		assert.Empty(t, w.keys(self))
		assert.Empty(t, w.at("world"))
	})
}

func TestUnregisteringNothingIsFine(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		w.unregister(w.spawn("self"), "hello")
		assert.Zero(t, w.view().Holders)
	})
}

func TestUnregisterMatchTakesAwayWhatFits(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		match := func(is int) {
			require.NoError(t, in(t, self, func(c *cx) error {
				return w.UnregisterMatch(c, "hello", func(v int) bool { return v == is })
			}))
		}
		w.must(self, "hello", 1)
		match(2)
		assert.Equal(t, []entry{of("hello", self, 1)}, w.at("hello"))
		if w.KeyKind() == registry.Duplicate {
			w.must(self, "hello", 2)
			match(1)
			assert.Equal(t, []entry{of("hello", self, 2)}, w.at("hello"))
			match(2)
		}
		match(1)
		assert.Empty(t, w.at("hello"))
		assert.Empty(t, w.keys(self))
	})
}

func TestNoKeyIsSpecial(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		times := 1
		if w.KeyKind() == registry.Duplicate {
			times = 2
		}
		for i := range times {
			w.must(self, "_", i)
			w.must(self, "hello", 10+i)
		}
		assert.Empty(t, w.matched("$1", nil))
		require.NoError(t, in(t, self, func(c *cx) error {
			return w.UnregisterMatch(c, "_", func(v int) bool { return v == 0 })
		}))
		assert.Len(t, w.at("_"), times-1)
		w.unregister(self, "_")
		assert.Empty(t, w.at("_"))
		assert.Len(t, w.keys(self), times)
		assert.Equal(t, "hello", w.keys(self)[0])
	})
}

func TestKeysOfDifferentTypesDiffer(t *testing.T) {
	for _, kind := range []registry.Keys{registry.Unique, registry.Duplicate} {
		forEach(t, kind, func(t *testing.T, w *world) {
			self := w.spawn("self")
			r := start[any, string](w, registry.Spec{Keys: kind, Partitions: w.Partitions()})
			require.NoError(t, in(t, self, func(c *cx) error {
				return errors.Join(r.Register(c, 1.0, "float"), r.Register(c, 1, "int"))
			}))
			keys, err := r.Keys(self.PID())
			require.NoError(t, err)
			assert.Equal(t, []any{1.0, 1}, keys)
		})
	}
}

func TestUpdateValueIsTheHoldersOwn(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self, other := w.spawn("self"), w.spawn("other")
		never := func(int) int { t.Error("must not run"); return 0 }
		var own *cx
		update := func(key string, f func(int) int) (now, before int, err error) {
			err = in(t, self, func(c *cx) (err error) {
				own = c
				now, before, err = w.UpdateValue(c, key, f)
				return err
			})
			return now, before, err
		}
		_, _, err := update("hello", never)
		assert.ErrorIs(t, err, registry.ErrNotRegistered)
		w.must(other, "hello", 7)
		_, _, err = update("hello", never)
		assert.ErrorIs(t, err, registry.ErrNotRegistered)

		w.must(self, "world", 1)
		assert.Equal(t, []entry{of("world", self, 1)}, w.at("world"))
		now, before, err := update("world", func(v int) int { return v + 1 })
		require.NoError(t, err)
		assert.Equal(t, []int{2, 1}, []int{now, before})
		assert.Equal(t, []entry{of("world", self, 2)}, w.at("world"))

		// A change made meanwhile is not lost: the update is made of it.
		now, before, err = update("world", func(v int) int {
			if v == 2 {
				_, _, err := w.UpdateValue(own, "world", func(int) int { return 10 })
				assert.NoError(t, err)
			}
			return v * 2
		})
		require.NoError(t, err)
		assert.Equal(t, []int{20, 10}, []int{now, before})
	})
}

func TestUpdateValueNeedsUniqueKeys(t *testing.T) {
	forEach(t, registry.Duplicate, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.must(self, "hello", 1)
		err := in(t, self, func(c *cx) error {
			_, _, err := w.UpdateValue(c, "hello", func(v int) int { return v })
			return err
		})
		assert.ErrorIs(t, err, registry.ErrNotUnique)
	})
}

func TestRefusedRegistrationLeavesNoTrace(t *testing.T) {
	forEach(t, registry.Unique, func(t *testing.T, w *world) {
		self, other := w.spawn("self"), w.spawn("other")
		assert.Equal(t, registry.View{Name: "names", Keys: "unique", Partitions: w.Partitions()}, w.view())
		w.must(self, "hello", 1)
		w.must(self, "world", 1)
		require.Error(t, w.register(self, "hello", 1))
		assert.Equal(t, 2, w.view().Entries)
		assert.Equal(t, 1, w.view().Holders)

		require.Error(t, w.register(other, "hello", 1))
		assert.Equal(t, 2, w.view().Entries)
		assert.Equal(t, 1, w.view().Holders)
		assert.Empty(t, w.keys(other))
	})
}

func TestEndOfAProcessTakesAwayItsEntriesBeforeAnybodyHearsOfIt(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		one, two, watcher := w.spawn("one"), w.spawn("two"), w.spawn("watcher")
		w.must(one, "hello", 1)
		w.must(two, "world", 2)
		require.NoError(t, in(t, watcher, func(c *cx) error {
			for _, r := range []ref{one, two} {
				c.Monitor(r.PID(), func(d actors.Down) do {
					return w.says("%v %v", w.at("hello"), w.keys(one))
				})
			}
			return nil
		}))
		stop(one)
		stop(two)
		assert.Equal(t, []string{"[] []", "[] []"}, w.heard())
		assert.Empty(t, w.at("world"))
		assert.Zero(t, w.count())
		v := w.view()
		assert.Zero(t, v.Entries+v.Holders)
		assert.Empty(t, w.selected(nil))
	})
}

func TestZombieRegistersNothing(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.must(self, "held", 1)
		held, done := make(chan struct{}), make(chan struct{})
		self.Tell(func(c *cx) error {
			<-held
			assert.ErrorIs(t, w.Register(c, "hello", 1), actors.ErrFenced)
			assert.ErrorIs(t, w.Unregister(c, "held"), actors.ErrFenced)
			if w.KeyKind() == registry.Unique {
				_, _, err := w.UpdateValue(c, "held", func(v int) int { return v })
				assert.ErrorIs(t, err, actors.ErrFenced)
			}
			_, err := registry.Listen(c, w.names, func(registry.Event[string, int]) do { return nil })
			assert.ErrorIs(t, err, actors.ErrFenced)
			assert.ErrorIs(t, w.Lock(c, c, "hello", func() error { return nil }), actors.ErrFenced)
			close(done)
			return nil
		})
		synctest.Wait()
		stop(self)
		assert.Empty(t, w.at("held"))
		other := w.spawn("other")
		w.must(other, "held", 2)
		close(held)
		<-done
		assert.Equal(t, []entry{of("held", other, 2)}, w.at("held"))
		assert.Equal(t, 1, w.count())
		assert.Zero(t, w.view().Listeners)
	})
}

func TestNothingChangesInTheNameOfAFencedProcessWhoseEntriesAreStillThere(t *testing.T) {
	forBoth(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		require.NoError(t, in(t, self, func(c *cx) error {
			_, err := actors.AtEnd(c, func(actors.Reason) { // comes before the registry's turn
				assert.Len(t, w.at("held"), 1)
				assert.ErrorIs(t, w.Register(c, "hello", 1), actors.ErrFenced)
				assert.ErrorIs(t, w.Unregister(c, "held"), actors.ErrFenced)
				if w.KeyKind() == registry.Unique {
					_, _, err := w.UpdateValue(c, "held", func(v int) int { return v + 1 })
					assert.ErrorIs(t, err, actors.ErrFenced)
				}
				assert.Empty(t, w.at("hello"))
				assert.Equal(t, []int{1}, w.values("held", self))
			})
			return err
		}))
		w.must(self, "held", 1)
		stop(self)
		assert.Zero(t, w.count())
	})
}

func TestAHundredThousandRegistrations(t *testing.T) {
	processes, each := 1000, 100
	if raceDetector {
		processes = 100
	}
	forBoth(t, func(t *testing.T, w *world) {
		if w.Partitions() == 1 {
			return // the same work in one part takes as long, and says less
		}
		who := make([]ref, processes)
		for i := range who {
			who[i] = w.spawn("")
			require.NoError(t, in(t, who[i], func(c *cx) error {
				for k := range each {
					key := fmt.Sprint(i, "/", k)
					if w.KeyKind() == registry.Duplicate {
						key = fmt.Sprint(k)
					}
					if err := w.Register(c, key, i); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		require.Equal(t, processes*each, w.count())
		require.Len(t, w.selected(nil), processes*each)
		for _, r := range who[1:] {
			stop(r)
		}
		assert.Equal(t, each, w.count())
		assert.Len(t, w.keys(who[0]), each)
		w.unregister(who[0], w.keys(who[0])[0])
		assert.Equal(t, each-1, w.count())
	})
}
