// SPDX-License-Identifier: Apache-2.0

package group_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
)

// watching is what OTP asserts of both kinds of watch: first and second begin one, the second with self a member already.
func watching(t *testing.T, w *world, first, second func(r ref, as string) *group.Watch) {
	self, extra, other := w.spawn("self"), w.spawn("extra"), w.spawn("other")
	watch := first(self, "1")
	w.join("g", self)
	assert.Equal(t, []string{"1: joined g self"}, w.heard())

	second(extra, "2")
	require.NoError(t, w.JoinAll("g", pids(other, other)...))
	require.NoError(t, w.leave("g", self))
	require.NoError(t, w.leave("g", other))
	assert.ElementsMatch(t, []string{
		"1: joined g other other", "1: left g self", "1: left g other",
		"2: joined g other other", "2: left g self", "2: left g other",
	}, w.heard())

	stop(extra) // its watch ends with it
	stop(other)
	assert.Equal(t, []string{"1: left g other"}, w.heard())

	in(t, self, func(*cx) {
		assert.True(t, watch.Stop())
		assert.False(t, watch.Stop())
	})
	w.join("g", self)
	assert.Empty(t, w.heard())
}

func TestGroupWatchTellsOfEachChangeUntilItEnds(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		watching(t, w, func(r ref, as string) *group.Watch {
			present, watch := w.watchGroup(r, "g", as)
			assert.Empty(t, present)
			return watch
		}, func(r ref, as string) *group.Watch {
			present, watch := w.watchGroup(r, "g", as)
			assert.Equal(t, "self", names(present))
			return watch
		})
	})
}

func TestScopeWatchTellsOfEachChangeUntilItEnds(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		watching(t, w, func(r ref, as string) *group.Watch {
			present, watch := w.watchScope(r, as)
			assert.Empty(t, present)
			return watch
		}, func(r ref, as string) *group.Watch {
			present, watch := w.watchScope(r, as)
			require.Len(t, present, 1)
			assert.Equal(t, "g", present[0].Name)
			assert.Equal(t, "self", names(present[0].Members))
			return watch
		})
	})
}

func TestScopeWatchBeginsWithAllGroups(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		w.join("two", b)
		w.join("one", a, b)
		want := []group.Group{{Name: "one", Members: pids(a, b)}, {Name: "two", Members: pids(b)}}
		present, watch := w.watchScope(a, "1")
		assert.Equal(t, want, present)
		in(t, a, func(*cx) { watch.Stop() })
		present, _ = w.watchScope(a, "2")
		assert.Equal(t, want, present)
		assert.Empty(t, w.heard())
	})
}

func TestWatcherThatIsAMemberMayEnd(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a := w.spawn("a")
		w.watchGroup(a, "g", "1")
		w.join("g", a)
		stop(a)
		assert.Empty(t, w.Members("g"))
		b := w.spawn("b")
		w.join("g", b) // nobody is told, and nobody is missed
		assert.Equal(t, []string{"1: joined g a"}, w.heard())
	})
}

func TestWatchesStack(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a := w.spawn("a")
		w.watchGroup(a, "one", "one")
		w.watchGroup(a, "two", "two")
		w.watchScope(a, "all")
		w.watchGroup(a, "one", "again")
		w.join("one", a)
		w.join("two", a)
		assert.Equal(t, []string{
			"one: joined one a", "again: joined one a", "all: joined one a",
			"two: joined two a", "all: joined two a",
		}, w.heard())
		stop(a)
		assert.Empty(t, w.heard())
	})
}

func TestStoppedWatchDeliversNothingThatWasQueued(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a := w.spawn("a")
		_, watch := w.watchGroup(a, "g", "1")
		in(t, a, func(c *cx) {
			assert.NoError(t, w.Join(c, "g"))
			assert.NoError(t, w.Leave(c, "g"))
			assert.True(t, watch.Stop())
		})
		assert.Empty(t, w.heard())
	})
}

func TestDeathIsOneEventForEachGroupAndComesBeforeItsDown(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		in(t, b, func(c *cx) {
			c.Monitor(a.PID(), func(actors.Down) do { return w.says("down") })
		})
		w.watchScope(b, "1")
		w.join("z", a)
		w.join("g", a, a)
		w.heard()
		stop(a)
		assert.Equal(t, []string{"1: left z a", "1: left g a a", "down"}, w.heard())
	})
}

func TestChangeIsHeardBeforeWhatItsAuthorSendsNext(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		w.watchGroup(b, "g", "1")
		in(t, a, func(c *cx) {
			assert.NoError(t, w.Join(c, "g"))
			b.From(c).Tell(w.says("hello"))
			assert.NoError(t, w.Leave(c, "g"))
		})
		assert.Equal(t, []string{"1: joined g a", "hello", "1: left g a"}, w.heard())
	})
}

func TestWatchWithoutAFunctionIsAPanic(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		in(t, w.spawn("a"), func(c *cx) {
			assert.Panics(t, func() { _, _, _ = group.WatchGroup[do](c, w.Scope, "g", nil) })
		})
	})
}
