// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// storm is a crowd of processes that call, link, monitor, kill and crash each other at random.
type storm struct {
	w        *world
	nextID   atomic.Int64
	begun    atomic.Int64
	ended    atomic.Int64
	wrong    atomic.Int64 // a call that got another call's answer
	mortals  int
	watchers []*watcher
}

// watcher is a process that nobody kills; it keeps the books of its monitors and requests.
type watcher struct {
	ref      ref
	fired    map[int64]int
	stopped  map[int64]bool
	late     int // notices after Stop
	open     map[int64]bool
	answered map[int64]int
}

func (s *storm) pick(rng *rand.Rand) ref {
	return actors.Named[do](s.w.System, fmt.Sprintf("m%d", rng.IntN(s.mortals)))
}

// answers is a message to which a mortal replies in one of many ways, with the call's own number if at all.
func (s *storm) answers(id int64, seed uint64) func(actors.Reply[int64]) do {
	return func(r actors.Reply[int64]) do {
		return func(c *cx) error {
			rng := rand.New(rand.NewPCG(seed, 1))
			switch rng.IntN(8) {
			case 0: // never
			case 1: // later, perhaps too late
				d := time.Duration(rng.IntN(100)) * time.Millisecond
				c.Go(func(context.Context) do {
					return func(c *cx) error {
						c.After(d, func(*cx) error { r.Send(id); return nil })
						return nil
					}
				})
			case 2: // twice
				r.Send(id)
				r.Send(-1)
			case 3: // by another
				s.pick(rng).From(c).Tell(func(*cx) error { r.Send(id); return nil })
			case 4: // by dying
				return errBroken
			case 5: // from a timer that outlives the caller's patience, and again
				c.After(80*time.Millisecond, func(*cx) error { r.Send(id); r.Fail(errBroken); return nil })
			default:
				r.Send(id)
			}
			return nil
		}
	}
}

func (s *storm) call(c *cx, rng *rand.Rand) {
	id := s.nextID.Add(1)
	s.begun.Add(1)
	ctx, cancel := c.WithTimeout(50 * time.Millisecond)
	defer cancel()
	got, err := actors.Call(ctx, s.pick(rng), s.answers(id, rng.Uint64()))
	if err == nil && got != id {
		s.wrong.Add(1)
	}
	s.ended.Add(1)
}

// act is what a mortal does in one step.
func (s *storm) act(seed uint64) do {
	return func(c *cx) error {
		rng := rand.New(rand.NewPCG(seed, 2))
		other := s.pick(rng)
		switch rng.IntN(12) {
		case 0:
			return errBroken
		case 1:
			panic("storm")
		case 2:
			other.PID().Kill()
		case 3:
			c.Link(other.PID())
		case 4:
			c.Unlink(other.PID())
		case 5:
			c.Monitor(other.PID(), func(actors.Down) do { return func(*cx) error { return nil } })
		case 6:
			c.TrapExit(func(actors.Exit) do { return func(c *cx) error { c.Unstash(); return nil } })
		case 7:
			other.PID().Exit(exit.ShutdownWith("storm"))
		case 8:
			c.Continue(func(*cx) error { return nil })
			c.After(time.Millisecond, func(*cx) error { return nil }).Cancel()
		default:
			s.call(c, rng)
		}
		return nil
	}
}

// watch is what a watcher does in one step.
func (s *storm) watch(me *watcher, seed uint64) do {
	return func(c *cx) error {
		rng := rand.New(rand.NewPCG(seed, 3))
		other := s.pick(rng)
		id := s.nextID.Add(1)
		switch rng.IntN(4) {
		case 0, 1:
			m := c.Monitor(other.PID(), func(actors.Down) do {
				return func(*cx) error {
					me.fired[id]++
					if me.stopped[id] {
						me.late++
					}
					return nil
				}
			})
			me.fired[id] += 0
			if rng.IntN(3) == 0 {
				c.After(time.Duration(rng.IntN(20))*time.Millisecond, func(*cx) error { m.Stop(); me.stopped[id] = true; return nil })
			}
		case 2:
			me.open[id] = true
			actors.Request(c, other, 50*time.Millisecond, s.answers(id, rng.Uint64()), func(got int64, err error) do {
				return func(*cx) error {
					if err == nil && got != id {
						s.wrong.Add(1)
					}
					me.answered[id]++
					return nil
				}
			})
		default:
			s.call(c, rng)
		}
		return nil
	}
}

// Whatever processes do to each other: every call ends exactly once and with its own answer, every monitor fires exactly once unless
// it was stopped, every request has one result, and nothing is left.
func TestStorm(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) { runStorm(t, w, seed) })
		})
	}
}

func runStorm(t *testing.T, w *world, seed uint64) {
	const rounds = 150
	s := &storm{w: w, mortals: 12}
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range 4 {
		me := &watcher{fired: map[int64]int{}, stopped: map[int64]bool{}, open: map[int64]bool{}, answered: map[int64]int{}}
		me.ref = actors.MustSpawn(w, fmt.Sprintf("w%d", i), w.trapper())
		s.watchers = append(s.watchers, me)
	}
	for range rounds {
		for i := range s.mortals {
			name := fmt.Sprintf("m%d", i)
			if w.WhereIs(name).IsZero() {
				_, _ = actors.Spawn(w, name, plain(), actors.MailboxSize(8)) // taken means that another is not quite dead
			}
			actors.Named[do](w.System, name).Tell(s.act(rng.Uint64()))
		}
		for _, me := range s.watchers {
			me.ref.Tell(s.watch(me, rng.Uint64()))
		}
		time.Sleep(time.Duration(rng.IntN(30)) * time.Millisecond)
	}
	for i := range s.mortals {
		w.WhereIs(fmt.Sprintf("m%d", i)).Kill()
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	assert.Equal(t, s.begun.Load(), s.ended.Load(), "calls begun and ended")
	assert.Zero(t, s.wrong.Load(), "answers that belonged to another call")
	assert.Equal(t, len(s.watchers), w.Len())
	monitors, requests := 0, 0
	for _, me := range s.watchers {
		assert.Zero(t, me.late, "notices after Stop")
		for id, n := range me.fired {
			monitors++
			if want := 1; n != want && !me.stopped[id] || n > 1 {
				t.Errorf("monitor %d fired %d times", id, n)
			}
		}
		for id := range me.open {
			requests++
			assert.Equal(t, 1, me.answered[id], "results of request %d", id)
		}
	}
	assert.Greater(t, monitors, 50)
	assert.Greater(t, requests, 50)
	assert.Greater(t, s.ended.Load(), int64(100))
}
