// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// A notice is made in its receiver's turn, comes in order with messages, and is not refused by a full mailbox; the dead have no use for it.
func TestANoticeIsMadeInItsReceiversTurn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain(), actors.MailboxSize(1))
		var notify func(func() do)
		what := "before"
		notice := func() do { return w.says("notice %s", what) }
		tell(r, func(c *cx) error {
			notify = c.Notifier()
			c.Self().Tell(func(*cx) error { what = "after"; return nil })
			assert.ErrorIs(t, c.Self().TryTell(nil), actors.ErrMailboxFull)
			notify(notice)
			return nil
		})
		assert.Equal(t, []string{"notice after"}, w.heard())
		r.PID().Kill()
		notify(notice)
		synctest.Wait()
		assert.Equal(t, []string{"notice after"}, w.heard())
		assert.Empty(t, w.dead())
	})
}
