// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// moved is a clock that stands still until it is moved. It belongs to one goroutine.
type moved struct {
	now    time.Time
	timers []*movedTimer
}

// movedTimer is an AfterFunc of a moved clock.
type movedTimer struct {
	clock *moved
	at    time.Time
	armed bool
	run   func()
}

func (c *moved) Now() time.Time { return c.now }

func (c *moved) AfterFunc(d time.Duration, f func()) ClockTimer {
	t := &movedTimer{clock: c, run: f}
	c.timers = append(c.timers, t)
	t.Reset(d)
	return t
}

func (t *movedTimer) Stop() bool {
	was := t.armed
	t.armed = false
	return was
}

func (t *movedTimer) Reset(d time.Duration) bool {
	was := t.armed
	t.at, t.armed = t.clock.now.Add(d), true
	return was
}

// advance moves the clock and fires what falls due on the way, the earliest first.
func (c *moved) advance(d time.Duration) {
	end := c.now.Add(d)
	for {
		var next *movedTimer
		for _, t := range c.timers {
			if t.armed && !t.at.After(end) && (next == nil || t.at.Before(next.at)) {
				next = t
			}
		}
		if next == nil {
			c.now = end
			return
		}
		if next.at.After(c.now) {
			c.now = next.at
		}
		next.armed = false
		next.run()
	}
}

// used is one use of a slot, as the model has it.
type used struct {
	slot     *Slot
	gen      uint64
	begin    time.Time
	limit    time.Duration // 0: none
	lazy     time.Duration // by how much the time-out may come late
	outcomes []string      // as they came
	want     string        // what the first answer makes of it; empty: nobody answered
}

// Slots are used again and again, their timers are shared by all uses and fire late, early and though they were stopped: each use still
// has one outcome, the first answer or, if none came in time, a time-out that is never early and at most as late as it may be.
func TestSlotsFollowTheNaiveModel(t *testing.T) {
	const standard = 64 * time.Second
	rapid.Check(t, func(t *rapid.T) {
		clock := &moved{now: time.Unix(1000, 0)}
		s := New(Config{Clock: clock, CallTimeout: standard, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer func() {
			if err := s.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
		}()
		if rapid.Bool().Draw(t, "lazy") {
			s.lazy = standard / lazyParts
		}
		var uses []*used
		var slots []*Slot
		dropped := int64(0)
		open := func(u *used) bool { return u.want == "" && len(u.outcomes) == 0 }
		begin := func(t *rapid.T) {
			u := &used{begin: clock.now, limit: rapid.SampledFrom([]time.Duration{
				standard, standard, standard, time.Millisecond, time.Second / 2, standard / 2, standard - 1, 3 * standard, 1<<63 - 1, 0,
			}).Draw(t, "limit")}
			if u.limit == standard {
				u.lazy = s.lazy
			}
			u.slot, u.gen = s.open(u.limit, func(value any, err error) {
				u.outcomes = append(u.outcomes, fmt.Sprint(value, " ", errors.Is(err, ErrTimeout)))
			})
			uses = append(uses, u)
			slots = append(slots, u.slot)
		}
		answer := func(u *used, value int) {
			if open(u) {
				u.want = fmt.Sprint(value, " false")
			} else {
				dropped++
			}
			u.slot.Reply(u.gen, value)
		}
		last := func(*rapid.T) {
			if n := len(uses); n > 0 && open(uses[n-1]) {
				answer(uses[n-1], n)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": begin, "answer the last": last, "answer the last and begin": func(t *rapid.T) { last(t); begin(t) },
			"answer any": func(t *rapid.T) {
				if len(uses) == 0 {
					t.Skip("none")
				}
				i := rapid.IntRange(0, len(uses)-1).Draw(t, "use")
				answer(uses[i], -i)
			},
			"advance": func(t *rapid.T) {
				clock.advance(rapid.SampledFrom([]time.Duration{
					1, time.Millisecond, time.Millisecond, time.Second / 2, time.Second / 2, time.Second, standard / 2, standard - 1, standard,
				}).Draw(t, "time"))
			},
			"a tick out of time": func(t *rapid.T) { // it was on its way when its timer was stopped or armed anew
				if len(slots) == 0 {
					t.Skip("none")
				}
				rapid.SampledFrom(slots).Draw(t, "slot").tick()
			},
			"": func(t *rapid.T) {
				for i, u := range uses {
					age := clock.now.Sub(u.begin)
					timedOut := len(u.outcomes) == 1 && u.outcomes[0] == "<nil> true"
					switch {
					case len(u.outcomes) > 1:
						t.Fatalf("use %d ended %d times: %q", i, len(u.outcomes), u.outcomes)
					case u.want != "" && (len(u.outcomes) == 0 || u.outcomes[0] != u.want):
						t.Fatalf("use %d ended as %q, want %q", i, u.outcomes, u.want)
					case u.want == "" && len(u.outcomes) == 1 && !timedOut:
						t.Fatalf("use %d ended as %q, and nobody answered", i, u.outcomes)
					case timedOut && (u.limit == 0 || age < u.limit):
						t.Fatalf("use %d timed out after %s of %s", i, age, u.limit)
					case open(u) && u.limit > 0 && age-u.lazy >= u.limit:
						t.Fatalf("use %d of %s is open after %s", i, u.limit, age)
					case open(u) != u.slot.Pending(u.gen):
						t.Fatalf("use %d waits for its answer: %t, want %t", i, u.slot.Pending(u.gen), open(u))
					}
				}
				if n := s.counters.LateReplies.Load() + s.counters.TwiceReply.Load(); n != dropped {
					t.Fatalf("%d answers were dropped, want %d", n, dropped)
				}
			},
		})
	})
}
