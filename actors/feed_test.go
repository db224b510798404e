// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// feedTo makes a process with a feed whose events it notes.
func feedTo(t *testing.T, w *world) (ref, *actors.Feed[string]) {
	t.Helper()
	r := actors.MustSpawn(w.System, "", plain())
	return r, ask(t, r, func(c *cx) *actors.Feed[string] {
		return actors.NewFeed(c, func(e string) do { return w.says("%s", e) })
	})
}

func TestFeedDeliversInTheOrderOfAddingAndBeforeWhatItsAuthorSendsNext(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r, f := feedTo(t, w)
		f.Add("one")
		f.Add("two")
		f.Flush()
		r.Tell(w.says("message"))
		f.Add("three")
		f.Flush()
		f.Flush()
		assert.Equal(t, []string{"one", "two", "message", "three"}, w.heard())
	})
}

func TestFeedIsNotRefusedByAFullMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w.System, "", plain(), actors.MailboxSize(1))
		f := ask(t, r, func(c *cx) *actors.Feed[int] {
			return actors.NewFeed(c, func(e int) do { return w.says("%d", e) })
		})
		r.Tell(func(*cx) error {
			r.Tell(w.says("full"))
			for i := range 3 {
				f.Add(i)
			}
			f.Flush()
			return nil
		})
		assert.Equal(t, []string{"full", "0", "1", "2"}, w.heard())
	})
}

func TestStoppedFeedDeliversNothingThatWasQueued(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r, f := feedTo(t, w)
		tell(r, func(*cx) error {
			f.Add("queued")
			f.Flush()
			assert.True(t, f.Stop())
			assert.False(t, f.Stop())
			f.Add("late")
			f.Flush()
			return nil
		})
		assert.Empty(t, w.heard())
		assert.True(t, alive(r))
	})
}

func TestFeedToTheDeadIsDropped(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r, f := feedTo(t, w)
		r.PID().Kill()
		f.Add("gone")
		f.Flush()
		assert.Empty(t, w.heard())
		assert.Empty(t, w.dead())
		assert.Equal(t, r.PID(), f.PID())
	})
}

// Authors that add under one lock and flush outside it are each heard before what they send next, whoever flushes first.
func TestFeedKeepsCausesBeforeEffectsForConcurrentAuthors(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		const authors, rounds = 8, 200
		var heard []string
		r := actors.MustSpawn(w.System, "", plain(), actors.MailboxSize(-1))
		f := ask(t, r, func(c *cx) *actors.Feed[string] {
			return actors.NewFeed(c, func(e string) do {
				return func(*cx) error { heard = append(heard, "event "+e); return nil }
			})
		})
		var order sync.Mutex
		var added []string
		var all sync.WaitGroup
		for a := range authors {
			all.Go(func() { // waited for below
				for i := range rounds {
					e := fmt.Sprintf("%d/%d", a, i)
					order.Lock()
					added = append(added, e)
					f.Add(e)
					order.Unlock()
					f.Flush()
					r.Tell(func(*cx) error { heard = append(heard, "after "+e); return nil })
				}
			})
		}
		all.Wait()
		w.heard() // every process rests: what it appended may be read
		var events []string
		seen := map[string]bool{}
		for _, h := range heard {
			var kind, e string
			_, _ = fmt.Sscan(h, &kind, &e)
			if kind == "event" {
				events = append(events, e)
				seen[e] = true
			} else if !seen[e] {
				t.Fatalf("%s came before its event", h)
			}
		}
		assert.Equal(t, added, events)
	})
}

func TestEndOfAProcessKnownByItsPIDReleasesWhatItOwns(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w.System, "", plain())
		_, err := r.PID().AtEnd(func(why actors.Reason) { w.say("released: %s", why) })
		assert.NoError(t, err)
		cancel, err := r.PID().AtEnd(func(actors.Reason) { w.say("cancelled") })
		assert.NoError(t, err)
		assert.True(t, cancel())
		r.PID().Kill()
		assert.Equal(t, []string{"released: killed"}, w.heard())
		_, err = r.PID().AtEnd(func(actors.Reason) {})
		assert.ErrorIs(t, err, actors.ErrFenced)
		_, err = actors.PID{}.AtEnd(func(actors.Reason) {})
		assert.ErrorIs(t, err, actors.ErrNoProc)
	})
}
