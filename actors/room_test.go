// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// A sender that waits for room is woken when a message that had been stashed is handled, as for any other.
func TestAnUnstashedMessageMakesRoom(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain(), actors.MailboxSize(1))
		first := true
		tell(r, func(c *cx) error {
			if first {
				first = false
				c.Stash()
				c.After(time.Second, func(c *cx) error { c.Unstash(); return nil })
			}
			return nil
		})
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.NoError(t, r.TellContext(ctx, w.says("taken")))
		assert.Equal(t, time.Second, time.Since(begin))
		assert.Equal(t, []string{"taken"}, w.heard())
	})
}

// A wait for room has the deadline of a call when its context has none, so that two full processes do not wait for each other for ever.
func TestAWaitForRoomHasADeadline(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain(), actors.MailboxSize(1))
		r.Tell(func(*cx) error { time.Sleep(time.Minute); return nil })
		synctest.Wait()
		r.Tell(w.says("waits"))
		begin := time.Now()
		assert.ErrorIs(t, r.TellContext(t.Context(), w.says("refused")), actors.ErrTimeout)
		assert.Equal(t, 5*time.Second, time.Since(begin))
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"waits"}, w.heard())
	})
}
