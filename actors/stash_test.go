// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"mabeam.dev/actors"
)

// item is a message with a number that its receiver may put aside.
type item struct {
	n     int
	reply actors.Reply[int]
}

// shelf stashes what it is told to stash and does what it is told to do; handled are the numbers that got through.
type shelf struct {
	stash   func(item) bool
	handled []int
	open    func(c *actors.Context[item], m item) error
}

func (s *shelf) Receive(c *actors.Context[item], m item) error {
	if s.open != nil && m.n < 0 {
		return s.open(c, m)
	}
	if s.stash(m) {
		c.Stash()
		return nil
	}
	s.handled = append(s.handled, m.n)
	m.reply.Send(m.n)
	return nil
}

// UnstashIf puts back those that its predicate accepts, oldest first, and keeps the others in their order; replies stay with their messages.
func TestUnstashIfPutsBackWhatIsAccepted(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		away := func(item) bool { return true }
		s := &shelf{stash: func(m item) bool { return away(m) }}
		odd := func(m item) bool { return m.n%2 == 1 }
		s.open = func(c *actors.Context[item], m item) error {
			if m.n == -1 {
				away = func(m item) bool { return !odd(m) }
				c.UnstashIf(odd)
			} else {
				away = func(item) bool { return false }
				c.UnstashIf(func(item) bool { return false })
				c.Unstash()
			}
			return nil
		}
		r := actors.MustSpawn(w, "shelf", func() actors.Behavior[item] { return s })
		answers := make(chan string, 5)
		for n := range 5 {
			go func() { // ends with its call's answer
				v, err := actors.Call(context.Background(), r, func(r actors.Reply[int]) item { return item{n, r} })
				answers <- fmt.Sprint(n, v, err)
			}()
			synctest.Wait()
		}
		r.Tell(item{n: -1})
		synctest.Wait()
		assert.Equal(t, []int{1, 3}, s.handled)
		st, _ := r.PID().Status()
		assert.Equal(t, 3, st.Stashed)
		r.Tell(item{n: -2})
		synctest.Wait()
		assert.Equal(t, []int{1, 3, 0, 2, 4}, s.handled)
		got := []string{<-answers, <-answers, <-answers, <-answers, <-answers}
		assert.ElementsMatch(t, []string{"0 0 <nil>", "1 1 <nil>", "2 2 <nil>", "3 3 <nil>", "4 4 <nil>"}, got)
	})
}

// Whatever is stashed, unstashed in part and sent meanwhile comes out as in a naive list.
func TestUnstashIfMatchesANaiveModel(t *testing.T) {
	sys := actors.New(actors.Options{})
	defer func() { assert.NoError(t, sys.Close(context.Background())) }()
	rapid.Check(t, func(t *rapid.T) {
		mod := rapid.IntRange(1, 4).Draw(t, "mod")
		seen := map[int]bool{}
		s := &shelf{stash: func(m item) bool { // each is put aside once
			defer func() { seen[m.n] = true }()
			return !seen[m.n]
		}}
		s.open = func(c *actors.Context[item], m item) error {
			if m.n == -1 {
				c.UnstashIf(func(i item) bool { return i.n%mod == 0 })
			}
			m.reply.Send(0)
			return nil
		}
		r := actors.MustSpawn(sys, "", func() actors.Behavior[item] { return s })
		var stashed, want []int
		for i, unstash := range rapid.SliceOfN(rapid.Bool(), 0, 20).Draw(t, "unstash") {
			if !unstash {
				stashed = append(stashed, i)
				r.Tell(item{n: i})
				continue
			}
			r.Tell(item{n: -1})
			for _, n := range stashed {
				if n%mod == 0 {
					want = append(want, n)
				}
			}
			stashed = slices.DeleteFunc(stashed, func(n int) bool { return n%mod == 0 })
		}
		_, err := actors.Call(context.Background(), r, func(r actors.Reply[int]) item { return item{-2, r} })
		assert.NoError(t, err)
		if !slices.Equal(want, s.handled) {
			t.Fatalf("want %v, got %v", want, s.handled)
		}
		r.PID().Kill()
	})
}

// A predicate that panics crashes the process, and nothing that was stashed is lost in silence; nil is refused.
func TestAPredicateThatPanicsLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for i, accept := range []func(do) bool{func(do) bool { panic("no") }, nil} {
			r := actors.MustSpawn(w, fmt.Sprint(i), plain())
			tell(r, func(c *cx) error { c.UnstashIf(func(do) bool { return true }); return nil }) // nothing is stashed
			tell(r, func(c *cx) error { c.Stash(); return nil })
			tell(r, func(c *cx) error { c.UnstashIf(accept); return nil })
			assert.Contains(t, why(t, r).String(), "panic")
		}
		assert.Equal(t, []string{"stopped", "stopped"}, w.dead())
	})
}

// A process that is killed while its predicate runs has had its stash drained.
func TestAKillDuringUnstashIfDrainsTheStash(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error { c.Stash(); return nil })
		tell(r, func(c *cx) error {
			c.UnstashIf(func(do) bool { c.PID().Kill(); return true })
			return nil
		})
		assert.Equal(t, []string{"stopped"}, w.dead())
		assert.Equal(t, "killed", why(t, r).String())
	})
}

// ContinueWith runs its function before anything that waits, in a turn of its own, and last in is first out, as with Continue; what was
// unstashed comes after it.
func TestContinueWithRunsBeforeAnythingThatWaits(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		held := true
		r := actors.MustSpawn(w, "p", of(doer{init: func(c *cx) error {
			c.ContinueWith(func() error { w.say("begun"); return nil })
			return nil
		}}))
		tell(r, func(c *cx) error {
			if held {
				c.Stash()
			} else {
				w.say("unstashed")
			}
			return nil
		})
		tell(r, func(c *cx) error {
			c.Self().Tell(w.says("queued"))
			held = false
			c.ContinueWith(func() error {
				c.Stash() // it is no message: this does nothing
				w.say("second")
				return nil
			})
			c.ContinueWith(func() error { w.say("first"); return nil })
			c.Unstash()
			return nil
		})
		assert.Equal(t, []string{"begun", "first", "second", "unstashed", "queued"}, w.heard())
	})
}

// What the function of ContinueWith returns, or its panic, is what it would be of Receive.
func TestContinueWithEndsTheProcessAsReceiveWould(t *testing.T) {
	for want, next := range map[string]func() error{
		"normal": func() error { return actors.Stop }, "crash: actors: process \"/p\" handling Continue: broken": func() error { return errBroken },
		"crash: actors: process \"/p\" handling Continue: panic: boom": func() error { panic("boom") },
	} {
		t.Run(want, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", plain())
				tell(r, func(c *cx) error { c.ContinueWith(next); return nil })
				assert.Equal(t, want, why(t, r).String())
			})
		})
	}
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "stopped", plain())
		r.Tell(func(c *cx) error {
			c.ContinueWith(func() error {
				time.Sleep(time.Second)
				return c.Err() // it was asked to stop and says so
			})
			return nil
		})
		synctest.Wait()
		r.PID().Stop()
		time.Sleep(2 * time.Second)
		assert.Equal(t, "shutdown", why(t, r).String())
		r = actors.MustSpawn(w, "nil", plain())
		tell(r, func(c *cx) error { c.ContinueWith(nil); return nil })
		assert.Contains(t, why(t, r).String(), "needs a function")
	})
}
