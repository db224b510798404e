// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
)

// clock stands still until it is moved. Of equal times the first set fires first.
type clock struct {
	mu struct {
		sync.Mutex
		now    time.Time
		timers []*alarm // pending, in the order in which they fire
	}
}

// alarm is a pending AfterFunc.
type alarm struct {
	clock *clock
	at    time.Time
	run   func()
}

var _ actors.Clock = (*clock)(nil)

func newClock() *clock {
	c := &clock{}
	c.mu.now = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	return c
}

// Now returns the clock's time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.now
}

// AfterFunc arms a timer.
func (c *clock) AfterFunc(d time.Duration, f func()) actors.ClockTimer {
	a := &alarm{clock: c, run: f}
	a.Reset(d)
	return a
}

// Stop takes the alarm away.
func (a *alarm) Stop() bool {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	return a.stopLocked()
}

func (a *alarm) stopLocked() bool {
	i := slices.Index(a.clock.mu.timers, a)
	if i < 0 {
		return false
	}
	a.clock.mu.timers = slices.Delete(a.clock.mu.timers, i, i+1)
	return true
}

// Reset arms the alarm anew.
func (a *alarm) Reset(d time.Duration) bool {
	c := a.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	was := a.stopLocked()
	a.at = c.mu.now.Add(d)
	i, _ := slices.BinarySearchFunc(c.mu.timers, a, func(t, a *alarm) int {
		if !t.at.After(a.at) {
			return -1
		}
		return 1
	})
	c.mu.timers = slices.Insert(c.mu.timers, i, a)
	return was
}

// next moves the clock to the first alarm and fires it; false when there is none.
func (c *clock) next() bool {
	c.mu.Lock()
	if len(c.mu.timers) == 0 {
		c.mu.Unlock()
		return false
	}
	a := c.mu.timers[0]
	c.mu.timers = c.mu.timers[1:]
	if a.at.After(c.mu.now) {
		c.mu.now = a.at
	}
	c.mu.Unlock()
	a.run()
	return true
}

// advance moves the clock without firing; whoever calls it has seen to it that nothing is armed.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.now = c.mu.now.Add(d)
}
