// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// since is a message that notes how long after begin it was handled.
func (w *world) since(begin time.Time, what string) do {
	return func(c *cx) error { w.say("%s %s", what, c.Now().Sub(begin)); return nil }
}

// SendAfter and SendAt reach another process when they are due, in that order; a time that has passed is now.
func TestSendAfterReachesAnotherProcess(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begin := time.Now()
		from, to := actors.MustSpawn(w, "from", plain()), actors.MustSpawn(w, "to", plain())
		tell(from, func(c *cx) error {
			actors.SendAfter(c, to, 3*time.Second, w.since(begin, "later"))
			actors.SendAt(c, to, begin.Add(2*time.Second), w.since(begin, "at"))
			actors.SendAt(c, to, begin.Add(-time.Hour), w.since(begin, "past"))
			actors.SendAfter(c, c.Self(), time.Second, w.since(begin, "self"))
			actors.SendAfter(w, to, -1, w.since(begin, "now"))
			return nil
		})
		time.Sleep(time.Minute)
		assert.ElementsMatch(t, []string{"past 0s", "now 0s"}, w.heard()[:2])
		assert.Equal(t, []string{"self 1s", "at 2s", "later 3s"}, w.heard()[2:])
	})
}

// A process's own are void when it ends, whatever ends it; the system's outlive their sender.
func TestTheOwnerDecidesHowLongADelayedMessageLives(t *testing.T) {
	for name, end := range map[string]do{
		"stop": func(*cx) error { return actors.Stop }, "crash": func(*cx) error { return errBroken },
		"kill": func(c *cx) error { c.PID().Kill(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				from, to := actors.MustSpawn(w, "from", plain()), actors.MustSpawn(w, "to", plain())
				var own, late actors.Delayed
				tell(from, func(c *cx) error {
					own = actors.SendAfter(c, to, time.Second, w.says("own"))
					actors.SendAfter(c.System(), to, time.Second, w.says("of the system"))
					actors.SendAfter(c.System(), to.From(c), time.Second, w.says("in a dead one's name"))
					err := end(c)
					late = actors.SendAfter(c, to, time.Second, w.says("late"))
					return err
				})
				for _, d := range []actors.Delayed{own, late, {}} {
					_, pending := d.Left()
					assert.False(t, pending)
				}
				_, pending := own.Cancel()
				assert.False(t, pending)
				time.Sleep(time.Minute)
				assert.Equal(t, []string{"of the system"}, w.heard())
				assert.Equal(t, []string{"fenced"}, w.dead())
			})
		})
	}
}

// Left reads how long it takes still, Cancel stops it and tells the same; afterwards neither finds anything.
func TestADelayedMessageCanBeReadAndCancelled(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		to := actors.MustSpawn(w, "to", plain())
		left := func(d time.Duration, pending bool) []any { return []any{d, pending} }
		a := actors.SendAfter(w, to, 10*time.Second, w.says("a"))
		b := actors.SendAfter(w, to, time.Second, w.says("b"))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, left(7*time.Second, true), left(a.Left()))
		assert.Equal(t, left(0, false), left(b.Left()))
		assert.Equal(t, left(0, false), left(b.Cancel()))
		assert.Equal(t, left(7*time.Second, true), left(a.Cancel()))
		assert.Equal(t, left(0, false), left(a.Cancel()))
		assert.Equal(t, left(0, false), left(a.Left()))
		assert.Equal(t, left(0, false), left(actors.Delayed{}.Cancel()))
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"b"}, w.heard())
	})
}

// What was due after its receiver's death is a dead letter; a name is looked up when it is due, and a closed system sends nothing.
func TestADelayedMessageFindsItsReceiverWhenItIsDue(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		to := actors.MustSpawn(w, "to", plain())
		actors.SendAfter(w, to, time.Second, w.says("gone"))
		actors.SendAfter(w, actors.Named[do](w.System, "to"), 2*time.Second, w.says("by name"))
		to.PID().Kill()
		actors.MustSpawn(w, "to", plain())
		time.Sleep(3 * time.Second)
		assert.Equal(t, []string{"by name"}, w.heard())
		assert.Equal(t, []string{"noproc"}, w.dead())
		actors.SendAfter(w, to, time.Second, w.says("closed"))
		assert.NoError(t, w.Close(t.Context()))
		time.Sleep(3 * time.Second)
		assert.Equal(t, []string{"noproc"}, w.dead())
	})
}

// A clock that fires although it was stopped sends nothing, and one that fires twice sends once.
func TestADelayedMessageIsSentOnce(t *testing.T) {
	clock := &stopped{now: time.Unix(1000, 0)}
	bubbleWith(t, actors.Options{Clock: clock}, func(t *testing.T, w *world) {
		to := actors.MustSpawn(w, "to", plain())
		last := func() func() { return clock.calls[len(clock.calls)-1] }
		actors.SendAfter(w, to, time.Second, w.says("once"))
		last()()
		last()()
		assert.Equal(t, []string{"once"}, w.heard())
		actors.SendAfter(w, to, time.Second, w.says("never")).Cancel()
		last()()
		assert.Equal(t, []string{"once"}, w.heard())
		d := actors.SendAfter(w, to, time.Second, w.says("overdue"))
		clock.now = clock.now.Add(time.Minute)
		left, pending := d.Left()
		assert.Equal(t, []any{time.Duration(0), true}, []any{left, pending}, "a clock that is late")
	})
}

// At is After for a point in time; AfterFunc makes its message when it is due, in the process's turn.
func TestTimersTakeTimesAndFunctions(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begin := time.Now()
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			c.At(begin.Add(2*time.Second), w.since(begin, "at"))
			c.At(begin.Add(-time.Second), w.since(begin, "past"))
			c.At(begin.Add(3*time.Second), w.since(begin, "never")).Cancel()
			what := "early"
			c.AfterFunc(time.Second, func() do { return w.since(begin, what) })
			what = "made when due"
			return nil
		})
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"past 0s", "made when due 1s", "at 2s"}, w.heard())
		tell(r, func(c *cx) error { c.AfterFunc(time.Second, nil); return nil })
		assert.Contains(t, why(t, r).String(), "needs a function")
	})
}
