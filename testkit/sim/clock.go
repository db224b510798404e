// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"container/heap"
	"time"

	"mabeam.dev/actors"
)

// Birth is when the clock of every simulation begins.
var Birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// clock is virtual time: it moves only when the scheduler moves it. Of timers with equal times the one armed first fires first. It is used by
// the goroutine that has the baton, and so needs no lock.
type clock struct {
	now    time.Duration // since Birth
	armed  uint64        // timers armed so far: the order among equal times
	timers alarms
}

// alarm is an AfterFunc.
type alarm struct {
	clock *clock
	at    time.Duration
	order uint64
	index int // in the heap; -1: not armed
	run   func()
}

var _ actors.Clock = (*clock)(nil)

// Now returns the virtual time.
func (c *clock) Now() time.Time { return Birth.Add(c.now) }

// AfterFunc arms a timer. A time that has passed fires when the present turn is over and nothing else is runnable.
func (c *clock) AfterFunc(d time.Duration, f func()) actors.ClockTimer {
	a := &alarm{clock: c, run: f, index: -1}
	a.Reset(d)
	return a
}

// Stop takes the timer away.
func (a *alarm) Stop() bool {
	if a.index < 0 {
		return false
	}
	heap.Remove(&a.clock.timers, a.index)
	return true
}

// Reset arms the timer anew.
func (a *alarm) Reset(d time.Duration) bool {
	was := a.Stop()
	c := a.clock
	c.armed++
	a.order = c.armed
	a.at = c.in(d)
	heap.Push(&c.timers, a)
	return was
}

// in returns the time that is d from now: at most the end of time, and not before now.
func (c *clock) in(d time.Duration) time.Duration {
	at := c.now + max(d, 0)
	if at < c.now {
		return 1<<63 - 1
	}
	return at
}

// next returns when the first timer fires.
func (c *clock) next() (at time.Duration, ok bool) {
	if len(c.timers) == 0 {
		return 0, false
	}
	return max(c.timers[0].at, c.now), true
}

// fire moves the clock to the first timer and runs it.
func (c *clock) fire() {
	a := heap.Pop(&c.timers).(*alarm)
	c.now = max(c.now, a.at)
	a.run()
}

// alarms is a heap of armed timers.
type alarms []*alarm

func (h alarms) Len() int { return len(h) }

func (h alarms) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].order < h[j].order
}

func (h alarms) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *alarms) Push(x any) {
	a := x.(*alarm)
	a.index = len(*h)
	*h = append(*h, a)
}

func (h *alarms) Pop() any {
	old := *h
	n := len(old) - 1
	a := old[n]
	old[n] = nil
	*h = old[:n]
	a.index = -1
	return a
}
