// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// P30: After sends once, Every on a fixed schedule, by the system's clock.
func TestTimersSendOnSchedule(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begin := time.Now()
		r := actors.MustSpawn(w, "p", plain())
		mark := func(what string) do {
			return func(c *cx) error { w.say("%s %s", what, c.Now().Sub(begin)); time.Sleep(time.Second); return nil }
		}
		tell(r, func(c *cx) error {
			c.After(3*time.Second, mark("once"))
			c.Every(10*time.Second, mark("each"))
			return nil
		})
		time.Sleep(35 * time.Second)
		assert.Equal(t, []string{"once 3s", "each 10s", "each 20s", "each 30s"}, w.heard())
	})
}

// P30, P32: missed ticks are merged into one, and the schedule stays fixed.
func TestMissedTicksAreMerged(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begin := time.Now()
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			c.Every(time.Second, func(c *cx) error { w.say("%s", c.Now().Sub(begin)); return nil })
			return nil
		})
		tell(r, func(*cx) error { time.Sleep(5500 * time.Millisecond); return nil })
		time.Sleep(7200 * time.Millisecond)
		assert.Equal(t, []string{"5.5s", "6s", "7s"}, w.heard())
	})
}

// P32: ticks do not count against the bound.
func TestTicksFitIntoAFullMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain(), actors.MailboxSize(1))
		tell(r, func(c *cx) error {
			c.After(time.Second, w.says("tick"))
			c.Self().Tell(w.says("message"))
			time.Sleep(2 * time.Second)
			assert.ErrorIs(t, c.Self().TryTell(nil), actors.ErrMailboxFull)
			return nil
		})
		time.Sleep(3 * time.Second)
		assert.Equal(t, []string{"message", "tick"}, w.heard())
	})
}

// P30: timers belong to the incarnation and die with it.
func TestTimersDieWithTheirIncarnation(t *testing.T) {
	for name, end := range map[string]do{
		"stop": func(*cx) error { return actors.Stop }, "crash": func(*cx) error { panic(1) },
		"kill": func(c *cx) error { c.PID().Kill(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", plain())
				var timer actors.Timer
				tell(r, func(c *cx) error {
					timer = c.Every(time.Second, w.says("tick"))
					c.After(time.Second, w.says("once"))
					return end(c)
				})
				actors.MustSpawn(w, "p", plain())
				timer.Reset(time.Second)
				time.Sleep(time.Minute)
				assert.Empty(t, w.heard())
				assert.Empty(t, w.dead(), "a tick to the dead is no dead letter")
			})
		})
	}
}

// P31: after Cancel or Reset has returned the old tick is never delivered, even if it was queued already.
func TestAStaleTickIsNeverDelivered(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begin := time.Now()
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			cancelled := c.After(time.Second, w.says("cancelled"))
			reset := c.After(time.Second, func(c *cx) error { w.say("reset %s", c.Now().Sub(begin)); return nil })
			every := c.Every(time.Second, func(c *cx) error { w.say("every %s", c.Now().Sub(begin)); return nil })
			time.Sleep(1500 * time.Millisecond)
			synctest.Wait() // all three are queued
			cancelled.Cancel()
			cancelled.Cancel()
			reset.Reset(2 * time.Second)
			every.Reset(2 * time.Second)
			return nil
		})
		time.Sleep(4 * time.Second)
		assert.ElementsMatch(t, []string{"reset 3.5s", "every 3.5s"}, w.heard())
		st, _ := r.PID().Status()
		assert.Equal(t, 1, st.Timers, "a timer that has fired is forgotten")
		actors.Timer{}.Cancel()
		actors.Timer{}.Reset(1)
	})
}

// A timer that has been cancelled or has fired may be armed again.
func TestATimerCanBeArmedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		timer := ask(t, r, func(c *cx) actors.Timer { return c.After(time.Second, w.says("tick")) })
		time.Sleep(time.Second)
		synctest.Wait()
		tell(r, func(*cx) error { timer.Reset(time.Second); return nil })
		time.Sleep(time.Second)
		synctest.Wait()
		tell(r, func(*cx) error { timer.Reset(time.Second); timer.Cancel(); timer.Reset(time.Hour); return nil })
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"tick", "tick"}, w.heard())
	})
}

// Every with a period that is not positive is a programmer's error.
func TestEveryNeedsAPositivePeriod(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error { c.Every(0, nil); return nil })
		assert.Contains(t, why(t, r).String(), "positive period")
	})
}

// stopped is a clock whose time is told it.
type stopped struct {
	now   time.Time
	calls []func()
	after []time.Duration
}

type pendingCall struct{}

func (pendingCall) Stop() bool               { return false }
func (pendingCall) Reset(time.Duration) bool { return false }

func (s *stopped) Now() time.Time { return s.now }
func (s *stopped) AfterFunc(d time.Duration, f func()) actors.ClockTimer {
	s.calls = append(s.calls, f)
	s.after = append(s.after, d)
	return pendingCall{}
}

// P29: there is one clock per system: time and timers are what it says, and a timer that comes late although it was stopped is void.
func TestTimeIsTheSystemsClock(t *testing.T) {
	clock := &stopped{now: time.Unix(1000, 0)}
	bubbleWith(t, actors.Options{Clock: clock}, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		assert.Equal(t, clock.now, ask(t, r, (*cx).Now))
		clock.calls = nil
		timer := ask(t, r, func(c *cx) actors.Timer { return c.After(time.Nanosecond, w.says("tick")) })
		time.Sleep(time.Hour)
		assert.Empty(t, w.heard(), "no other clock fires")
		n := len(clock.calls) - 1
		clock.calls[n]()
		assert.Equal(t, []string{"tick"}, w.heard())
		timer.Reset(time.Nanosecond)
		timer.Cancel()
		clock.calls[len(clock.calls)-1]()
		assert.Equal(t, []string{"tick"}, w.heard())
	})
}

// P30, P31: a clock that is late does not shift a schedule, and one that fires a timer it was told to stop starts no second one.
func TestALateClockDoesNotShiftASchedule(t *testing.T) {
	clock := &stopped{now: time.Unix(1000, 0)}
	bubbleWith(t, actors.Options{Clock: clock}, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		timer := ask(t, r, func(c *cx) actors.Timer { return c.Every(10*time.Second, w.says("tick")) })
		last := func() int { return len(clock.calls) - 1 }
		clock.now = clock.now.Add(13 * time.Second)
		clock.calls[last()]()
		synctest.Wait()
		assert.Equal(t, 7*time.Second, clock.after[last()])
		clock.now = clock.now.Add(30 * time.Second) // two ticks are missed
		clock.calls[last()]()
		synctest.Wait()
		assert.Equal(t, 7*time.Second, clock.after[last()])
		assert.Equal(t, []string{"tick", "tick"}, w.heard())
		old := clock.calls[last()]
		timer.Reset(time.Second)
		armed := last()
		old()
		assert.Equal(t, armed, last(), "nothing more is armed")
		assert.Len(t, w.heard(), 2)
	})
}

// Randomness depends on the seed and the name alone.
func TestRandomnessComesFromTheSeed(t *testing.T) {
	draw := func(seed uint64, path string) (n uint64) {
		bubbleWith(t, actors.Options{Seed: seed}, func(t *testing.T, w *world) {
			n = ask(t, actors.MustSpawn(w, path, plain()), func(c *cx) uint64 { return c.Rand().Uint64() })
		})
		return n
	}
	assert.Equal(t, draw(1, "a"), draw(1, "a"))
	assert.NotEqual(t, draw(1, "a"), draw(2, "a"))
	assert.NotEqual(t, draw(1, "a"), draw(1, "b"))
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		draw := func(c *cx) uint64 { return c.Rand().Uint64() }
		assert.NotEqual(t, ask(t, r, draw), ask(t, r, draw), "a process goes on in its sequence")
	})
}
