// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/actors"
)

// naiveTimer is a timer as the model has it; times are since the beginning.
type naiveTimer struct {
	next   time.Duration // 0: not armed
	every  time.Duration // 0: once
	queued bool          // its tick waits
	ticks  int           // that were handled
}

// timersRun is a process with timers and the model of them.
type timersRun struct {
	*cast
	clock  *driven
	m      *member
	timers []actors.Timer
	ticks  []int // guarded by the cast's lock

	now   time.Duration
	naive []*naiveTimer
	held  bool
	dead  bool
}

// Whatever is armed, armed anew and cancelled, in turns that go on or not, and however far the clock jumps: each timer ticks as often as the
// naive one does. What was cancelled or armed anew ticks no more for what it was, also if the tick was on its way, and at most one waits.
func TestTimersFollowTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &timersRun{clock: newDriven()}
		r.cast = &cast{sys: actors.New(actors.Options{TrackIdle: true, Clock: r.clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})}
		defer r.close(t)
		if err := r.spawn(r.sys, false, false); err != nil {
			t.Fatal(err)
		}
		r.m = r.all[0]
		t.Repeat(map[string]func(*rapid.T){
			"after": func(t *rapid.T) { r.arms(t, false) }, "every": func(t *rapid.T) { r.arms(t, true) },
			"cancel": r.cancels, "reset": r.resets, "reset again": r.resets, "advance": r.advances, "advance more": r.advances,
			"hold": r.holds, "release": r.releases, "kill": r.killed,
			"": func(t *rapid.T) {
				r.quiet(t)
				r.compare(t)
			},
		})
	})
}

func seconds(t *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(1, 6).Draw(t, "seconds")) * time.Second
}

// able skips what a process that is gone cannot be told.
func (r *timersRun) able(t *rapid.T) {
	if r.dead && r.m.gate == nil {
		t.Skip("dead")
	}
}

func (r *timersRun) arms(t *rapid.T, again bool) {
	r.able(t)
	d, id := seconds(t), len(r.naive)
	n := &naiveTimer{}
	if again {
		n.every = d
	}
	if !r.dead {
		n.next = r.now + d
	}
	r.naive = append(r.naive, n)
	r.cast.mu.Lock()
	r.ticks = append(r.ticks, 0)
	r.cast.mu.Unlock()
	r.does(t, r.m, func(c *cx) error {
		tick := do(func(*cx) error {
			r.cast.mu.Lock()
			defer r.cast.mu.Unlock()
			r.ticks[id]++
			return nil
		})
		if again {
			r.timers = append(r.timers, c.Every(d, tick))
		} else {
			r.timers = append(r.timers, c.After(d, tick))
		}
		return nil
	})
}

// pick draws a timer.
func (r *timersRun) pick(t *rapid.T) int {
	r.able(t)
	if len(r.naive) == 0 {
		t.Skip("there is none")
	}
	return rapid.IntRange(0, len(r.naive)-1).Draw(t, "timer")
}

func (r *timersRun) cancels(t *rapid.T) {
	i := r.pick(t)
	r.naive[i].next, r.naive[i].queued = 0, false
	r.does(t, r.m, func(*cx) error { r.timers[i].Cancel(); return nil })
}

func (r *timersRun) resets(t *rapid.T) {
	i, d := r.pick(t), seconds(t)
	if n := r.naive[i]; !r.dead {
		n.next, n.queued = r.now+d, false
	}
	r.does(t, r.m, func(*cx) error { r.timers[i].Reset(d); return nil })
}

func (r *timersRun) advances(t *rapid.T) {
	d := seconds(t)
	r.now += d
	for _, n := range r.naive {
		for n.next > 0 && n.next <= r.now {
			if r.held {
				n.queued = true
			} else {
				n.ticks++
			}
			if n.next += n.every; n.every == 0 {
				n.next = 0
			}
		}
	}
	r.clock.advance(d, func() { r.quiet(t) })
}

func (r *timersRun) holds(t *rapid.T) {
	if r.held || r.dead {
		t.Skip("held or dead")
	}
	r.held = true
	r.hold(t, r.m)
}

func (r *timersRun) releases(t *rapid.T) {
	if !r.held {
		t.Skip("not held")
	}
	r.held = false
	for _, n := range r.naive {
		if n.queued {
			n.queued = false
			n.ticks++
		}
	}
	r.release(t, r.m)
}

func (r *timersRun) killed(t *rapid.T) {
	if r.dead || rapid.IntRange(0, 5).Draw(t, "really") > 0 {
		t.Skip("not now")
	}
	r.dead, r.held = true, false
	for _, n := range r.naive {
		n.next, n.queued = 0, false
	}
	r.m.ref.PID().Kill()
}

// compare holds every timer against the model.
func (r *timersRun) compare(t *rapid.T) {
	r.cast.mu.Lock()
	defer r.cast.mu.Unlock()
	armed := 0
	for i, n := range r.naive {
		if r.ticks[i] != n.ticks {
			t.Fatalf("timer %d ticked %d times, want %d", i, r.ticks[i], n.ticks)
		}
		if n.next > 0 {
			armed++
		}
	}
	if st, _ := r.m.ref.PID().Status(); !r.dead && st.Timers != armed {
		t.Fatalf("%d timers are armed, want %d", st.Timers, armed)
	}
}
