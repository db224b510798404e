// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
)

// P25: a Ref of an incarnation reaches that one or nobody; a Ref of a name reaches whoever holds it at the time; incarnations never repeat.
func TestAnOldRefNeverReachesANewProcess(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		named := actors.Named[do](w.System, "p")
		assert.Equal(t, actors.Named[do](w.System, "p"), named, "equal names give equal Refs")
		named.Tell(w.says("nobody"))
		old := actors.MustSpawn(w, "p", plain())
		named.Tell(func(c *cx) error { w.say("first %t", c.Self() == old); return nil })
		tell(old, func(*cx) error { return errBroken })
		successor := actors.MustSpawn(w, "p", plain())
		assert.Greater(t, successor.PID().Incarnation(), old.PID().Incarnation())
		assert.NotEqual(t, old, successor)
		old.Tell(w.says("never"))
		named.Tell(func(c *cx) error { w.say("second %t", c.Self() == successor); return nil })
		assert.Equal(t, []string{"first true", "second true"}, w.heard())
		assert.Equal(t, []string{"noproc", "noproc"}, w.dead())
		assert.Equal(t, "p", w.letters[0].Name)
		assert.True(t, w.letters[0].Target.IsZero())
		assert.Equal(t, old.PID(), w.letters[1].Target)
	})
}

// P25: a resolved Ref asks at each send; the zero Ref is nobody.
func TestAResolvedRefAsksAtEachSend(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var now actors.PID
		r := actors.Resolved[do](actors.PID{}, "child", func() actors.PID { return now })
		assert.ErrorIs(t, r.TryTell(nil), actors.ErrNoProc)
		p := actors.MustSpawn(w, "", plain())
		now = p.PID()
		assert.NoError(t, r.TryTell(w.says("here")))
		assert.Equal(t, []string{"here"}, w.heard())
		assert.Equal(t, "child", r.String())
		assert.Equal(t, "nobody", ref{}.String())
		ref{}.Tell(nil)
	})
}

// P26: a name is unique, may be given later, and is free when its holder is dead.
func TestANameHasOneHolder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := actors.MustSpawn(w, "a", plain()), actors.MustSpawn(w, "b", plain())
		register := func(name string) func(c *cx) error { return func(c *cx) error { return c.Register(name) } }
		assert.NoError(t, ask(t, a, register("alias")))
		var taken *actors.NameTakenError
		require.ErrorAs(t, ask(t, b, register("alias")), &taken)
		assert.Equal(t, a.PID(), taken.Holder)
		assert.Equal(t, a.PID(), w.WhereIs("alias"))
		tell(a, func(*cx) error { return actors.Stop })
		assert.True(t, w.WhereIs("alias").IsZero())
		assert.NoError(t, ask(t, b, register("alias")))
		assert.NoError(t, ask(t, b, register("a")))
	})
}

// P26: a lookup checks the message type.
func TestALookupChecksTheMessageType(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		got, err := actors.Lookup[do](w.System, "p")
		require.NoError(t, err)
		assert.Equal(t, r, got)
		_, err = actors.Lookup[string](w.System, "p")
		assert.ErrorIs(t, err, actors.ErrWrongType)
		_, err = actors.Lookup[do](w.System, "q")
		assert.ErrorIs(t, err, actors.ErrNoProc)
		wrong := actors.Named[string](w.System, "p")
		assert.ErrorIs(t, wrong.TryTell("x"), actors.ErrWrongType)
		_, err = actors.Call(context.Background(), wrong, func(actors.Reply[int]) string { return "x" })
		assert.ErrorIs(t, err, actors.ErrWrongType)
		wrong.Tell("x")
		assert.Len(t, w.dead(), 1)
		assert.True(t, alive(r))
	})
}

// P28: lookups of names go through no process: they answer while every process is busy.
func TestALookupAsksNoProcess(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(*cx) error { <-release; return nil })
		assert.Equal(t, r.PID(), w.WhereIs("p"))
		close(release)
	})
}

// Processes and paths: names from the root down, incarnations where there is no name.
func TestPathsLeadFromTheRootDown(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		parent := actors.MustSpawn(w, "app", plain())
		child := ask(t, parent, func(c *cx) ref {
			r, err := actors.SpawnLink(c, "", plain())
			assert.NoError(t, err)
			return r
		})
		assert.Regexp(t, `^/app/<\d+>$`, child.PID().Path())
		assert.Equal(t, parent.PID(), child.PID().Parent())
		found := map[actors.PID]bool{}
		for p := range w.Processes() {
			found[p] = true
		}
		assert.Equal(t, map[actors.PID]bool{parent.PID(): true, child.PID(): true}, found)
		for range w.Processes() {
			break
		}
		assert.Equal(t, 2, w.Len())
	})
}
