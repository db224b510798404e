// SPDX-License-Identifier: Apache-2.0

package group_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/group"
)

func TestDefaultScopeIsThereWithoutBeingStarted(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		pg := group.In(w.System, "")
		assert.Equal(t, group.DefaultScope, pg.Name())
		in(t, self, func(c *cx) {
			assert.Equal(t, pg, group.In(c, group.DefaultScope))
			assert.NoError(t, pg.Join(c, "g"))
		})
		assert.Equal(t, pids(self), pg.Members("g"))
		assert.Equal(t, []string{"g"}, pg.Groups())
		in(t, self, func(c *cx) { assert.NoError(t, pg.Leave(c, "g")) })
		assert.Empty(t, pg.Members("g"))
		assert.Empty(t, pg.Groups())
	})
}

func TestMemberCountsOnceForEachJoinAndLeaveUndoesOne(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		w.join("g", self)
		require.NoError(t, w.JoinAll("g", self.PID(), self.PID()))
		assert.Equal(t, pids(self, self, self), w.Members("g"))
		assert.Equal(t, 3, w.Scope.Len("g"))

		assert.ErrorIs(t, w.leave("missing", self), group.ErrNotJoined)
		require.NoError(t, w.LeaveAll("g", self.PID(), self.PID()))
		assert.Equal(t, pids(self), w.Members("g"))
		require.NoError(t, w.leave("g", self))
		assert.ErrorIs(t, w.leave("g", self), group.ErrNotJoined)
		assert.Empty(t, w.Groups())
		assert.Empty(t, w.Members("g"))
		assert.Zero(t, w.Scope.Len("g"))

		w.join("g", self)
		other := w.spawn("other")
		w.join("g", other)
		assert.Equal(t, pids(self, other), w.Members("g"))
		stop(other)
		assert.Equal(t, pids(self), w.Members("g"))
		assert.NoError(t, w.leave("g", self))
	})
}

func TestJoiningAloneAndInAListCountTheSame(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a := w.spawn("a")
		w.join("g", a)
		require.NoError(t, w.JoinAll("g", a.PID()))
		assert.Equal(t, pids(a, a), w.Members("g"))
	})
}

func TestSixteenJoinsLessFourLeavesAreTwelve(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a := w.spawn("a")
		total := slices.Repeat(pids(a), 16)
		require.NoError(t, w.JoinAll("two", total...))
		require.NoError(t, w.LeaveAll("two", total[:4]...))
		assert.Equal(t, total[4:], w.Members("two"))
		stop(a)
		assert.Empty(t, w.Members("two"))
	})
}

func TestMembersAreInTheOrderOfJoining(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b, c := w.spawn("a"), w.spawn("b"), w.spawn("c")
		w.join("g", c, a, b, a, c)
		assert.Equal(t, "c a b a c", names(w.Members("g")))
		require.NoError(t, w.leave("g", a)) // the last time is undone
		assert.Equal(t, "c a b c", names(w.Members("g")))
		assert.Equal(t, w.Members("g"), slices.Collect(w.All("g")))
		for first := range w.All("g") {
			assert.Equal(t, c.PID(), first)
			break
		}
		assert.Empty(t, slices.Collect(w.All("missing")))
	})
}

func TestEmptyGroupVanishesWhicheverOrderItsMembersLeaveIn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		w.join("g", a)
		assert.Equal(t, []string{"g"}, w.Groups())
		require.NoError(t, w.leave("g", a))
		assert.Empty(t, w.Groups())
		require.NoError(t, w.JoinAll("g", pids(a, b)...))
		assert.Equal(t, pids(a, b), w.Members("g"))
		require.NoError(t, w.LeaveAll("g", pids(b, a)...))
		assert.Empty(t, w.Groups())
		assert.Empty(t, w.Members("g"))
	})
}

func TestLeavingPassesOverThoseWhoAreNotInTheGroup(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		w.join("g", a)
		assert.NoError(t, w.LeaveAll("g", pids(b, a)...))
		err := w.LeaveAll("g", pids(b, a)...)
		assert.ErrorIs(t, err, group.ErrNotJoined)
		assert.EqualError(t, err, `group: leave "g": not joined`)
		assert.NoError(t, w.JoinAll("g"), "joining nobody changes nothing")
		assert.Empty(t, w.Groups())
	})
}

func TestScopesKnowNothingOfOneAnother(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a := w.spawn("a")
		other := group.In(w.System, "other")
		w.join("g", a)
		assert.Empty(t, other.Members("g"))
		in(t, a, func(c *cx) { assert.ErrorIs(t, other.Leave(c, "g"), group.ErrNotJoined) })
		assert.Equal(t, pids(a), w.Members("g"))
	})
}

func TestDeathUndoesAllBeforeAnybodyHearsOfIt(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, watcher := w.spawn("a"), w.spawn("watcher")
		w.join("g", a, a)
		w.join("h", a)
		in(t, watcher, func(c *cx) {
			c.Monitor(a.PID(), func(actors.Down) do { return w.says("down: %v %v", w.Members("g"), w.Groups()) })
		})
		stop(a)
		assert.Equal(t, []string{"down: [] []"}, w.heard())
	})
}

func TestDeadProcessCannotJoin(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		stop(a)
		err := w.JoinAll("g", pids(b, a)...)
		assert.ErrorIs(t, err, actors.ErrNoProc)
		assert.ErrorIs(t, w.JoinAll("g", actors.PID{}), actors.ErrNoProc)
		assert.Empty(t, w.Groups(), "all join or none does")
		stop(b) // the refused join has left no trace that its end would stumble over
		assert.Empty(t, w.Groups())
	})
}

func TestZombieNeitherJoinsNorLeavesNorWatches(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		w.join("g", b)
		held, done := make(chan struct{}), make(chan struct{})
		a.Tell(func(c *cx) error {
			<-held
			assert.ErrorIs(t, w.Join(c, "g"), actors.ErrFenced)
			assert.ErrorIs(t, w.Leave(c, "g"), actors.ErrFenced)
			_, _, err := group.WatchGroup(c, w.Scope, "g", w.notice("zombie"))
			assert.ErrorIs(t, err, actors.ErrFenced)
			_, _, err = group.WatchScope(c, w.Scope, w.notice("zombie"))
			assert.ErrorIs(t, err, actors.ErrFenced)
			close(done)
			return nil
		})
		synctest.Wait()
		a.PID().Kill()
		close(held)
		<-done
		assert.Equal(t, pids(b), w.Members("g"))
		stop(b)
		assert.Empty(t, w.heard())
	})
}

func TestNobodyJoinsAFencedProcessThatIsStillAMember(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		self := w.spawn("self")
		in(t, self, func(c *cx) {
			_, err := actors.AtEnd(c, func(actors.Reason) { // comes before the scope's turn
				assert.Equal(t, pids(self), w.Members("g"))
				assert.ErrorIs(t, w.Join(c, "h"), actors.ErrFenced)
				assert.ErrorIs(t, w.JoinAll("h", c.PID()), actors.ErrNoProc)
				assert.ErrorIs(t, w.Leave(c, "g"), actors.ErrFenced)
				assert.Equal(t, []string{"g"}, w.Groups())
			})
			assert.NoError(t, err)
		})
		w.join("g", self)
		stop(self)
		assert.Empty(t, w.Groups())
	})
}

func TestProcessOfAnotherSystemCannotJoin(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		other := system()
		defer func() { assert.NoError(t, other.Close(t.Context())) }()
		local := w.spawn("local")
		foreign := actors.MustSpawn(other, "foreign", actors.Stateless(func(*cx, do) error { return nil }))
		assert.ErrorIs(t, w.JoinAll("g", foreign.PID()), group.ErrForeign)
		assert.ErrorIs(t, w.JoinAll("g", foreign.PID(), foreign.PID()), group.ErrForeign)
		assert.ErrorIs(t, w.JoinAll("g", local.PID(), foreign.PID()), group.ErrForeign)
		assert.Empty(t, w.Groups())
	})
}

func TestMembersAsRefsNamesThoseWhoTakeOtherMessages(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.spawn("a"), w.spawn("b")
		odd := actors.MustSpawn(w.System, "odd", actors.Stateless(func(*actors.Context[int], int) error { return nil }))
		w.join("g", a, b, a)
		refs, err := group.Members[do](w.Scope, "g")
		require.NoError(t, err)
		assert.Equal(t, []ref{a, b, a}, refs)

		require.NoError(t, w.JoinAll("g", odd.PID()))
		refs, err = group.Members[do](w.Scope, "g")
		assert.ErrorIs(t, err, actors.ErrWrongType)
		assert.ErrorContains(t, err, "/odd#")
		assert.Equal(t, []ref{a, b, a}, refs)
	})
}

// The record of a death and a Leave may meet in either order; nothing is left of the member.
func TestLeaveMeetingADeathLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for i := range 100 {
			r := actors.MustSpawn(w.System, fmt.Sprintf("p%d", i), actors.Stateless(func(*cx, do) error { return actors.Stop }))
			require.NoError(t, w.JoinAll("test", r.PID()))
			r.Tell(nil)
			if err := w.LeaveAll("test", r.PID()); err != nil {
				assert.ErrorIs(t, err, group.ErrNotJoined)
			}
			assert.Empty(t, w.Members("test"))
		}
		synctest.Wait()
		assert.Empty(t, w.Groups())
	})
}

func TestTenThousandGroupsOfOneProcessEndWithIt(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a := w.spawn("a")
		in(t, a, func(c *cx) {
			for i := range 10_000 {
				assert.NoError(t, w.Join(c, fmt.Sprintf("g%05d", i)))
			}
		})
		all := w.Groups()
		require.Len(t, all, 10_000)
		assert.True(t, slices.IsSorted(all))
		stop(a)
		assert.Empty(t, w.Groups())
	})
}

func TestAHundredThousandJoinsOfAGroup(t *testing.T) {
	members, each := 1000, 100
	if raceDetector {
		members = 100
	}
	bubble(t, func(t *testing.T, w *world) {
		who := make([]actors.PID, members)
		for i := range who {
			who[i] = w.spawn("").PID()
		}
		for range each {
			for _, p := range who {
				require.NoError(t, w.JoinAll("g", p))
			}
		}
		require.Equal(t, members*each, w.Scope.Len("g"))
		for _, p := range who[1:] {
			p.Kill()
		}
		synctest.Wait()
		assert.Equal(t, slices.Repeat(who[:1], each), w.Members("g"))
	})
}
