// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

func TestUnlinkKeepsSignalsThatCameOverNoLink(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, q := actors.MustSpawn(w, "p", w.trapper()), actors.MustSpawn(w, "q", plain())
		tell(p, func(c *cx) error {
			q.Tell(func(c *cx) error { c.AskExit(p.PID(), exit.ShutdownWith("x")); return nil })
			_, _ = actors.Call(c, q, replies(0)) // the signal is in p's queue now; there never was a link
			c.Unlink(q.PID())
			return nil
		})
		assert.Equal(t, []string{"exit shutdown: x"}, w.heard())
	})
}

func TestExitsThatWaitWhenTrappingEndsAreStillDelivered(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, q := actors.MustSpawn(w, "p", w.trapper()), actors.MustSpawn(w, "q", plain())
		tell(p, func(c *cx) error { c.Link(q.PID()); q.PID().Kill(); c.TrapExit(nil); return nil })
		assert.Equal(t, []string{"exit killed"}, w.heard())
	})
}

func TestALinkToADeadParentEndsAChildThatTrapsExits(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p := actors.MustSpawn(w, "p", plain())
		ch := ask(t, p, func(c *cx) ref { r, _ := actors.SpawnLink(c, "c", w.trapper()); return r })
		tell(ch, func(c *cx) error { c.Unlink(p.PID()); return nil })
		p.PID().Kill()
		tell(ch, func(c *cx) error { c.Link(p.PID()); return nil })
		assert.False(t, alive(ch), w.heard())
	})
}

func TestUnlinkTakesBackTheOrderOfADeadParent(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p := actors.MustSpawn(w, "p", plain())
		ch := ask(t, p, func(c *cx) ref { r, _ := actors.SpawnLink(c, "c", w.trapper()); return r })
		tell(ch, func(c *cx) error { p.PID().Kill(); c.Unlink(p.PID()); return nil })
		assert.True(t, alive(ch))
	})
}

func TestAKilledProcessCannotUnlink(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, q := actors.MustSpawn(w, "p", plain()), actors.MustSpawn(w, "q", w.trapper())
		tell(q, func(c *cx) error { c.Link(p.PID()); return nil })
		atEnd := func(c *cx) error { // between the fence and the announcement
			_, err := actors.AtEnd(c, func(actors.Reason) { c.Unlink(q.PID()) })
			return err
		}
		tell(p, atEnd)
		p.PID().Kill()
		tell(q, func(*cx) error { return nil })
		assert.Equal(t, []string{"exit killed"}, w.heard())
	})
}
