// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
)

// driven is a clock that stands still until it is moved, for systems outside a bubble. Of equal times what was armed first fires first.
type driven struct {
	mu   sync.Mutex
	now  time.Time
	wait []*due // in the order in which they fire
}

// due is a pending call of a driven clock.
type due struct {
	clock *driven
	at    time.Time
	run   func()
}

func newDriven() *driven { return &driven{now: time.Unix(1000, 0)} }

func (c *driven) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *driven) AfterFunc(d time.Duration, f func()) actors.ClockTimer {
	t := &due{clock: c, run: f}
	t.Reset(d)
	return t
}

func (t *due) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.stopLocked()
}

func (t *due) stopLocked() bool {
	i := slices.Index(t.clock.wait, t)
	if i >= 0 {
		t.clock.wait = slices.Delete(t.clock.wait, i, i+1)
	}
	return i >= 0
}

func (t *due) Reset(d time.Duration) bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	was := t.stopLocked()
	t.at = c.now.Add(d)
	c.wait = append(c.wait, t)
	slices.SortStableFunc(c.wait, func(a, b *due) int { return a.at.Compare(b.at) })
	return was
}

// advance moves the clock by d and calls what falls due on the way; settle runs after each.
func (c *driven) advance(d time.Duration, settle func()) {
	end := c.Now().Add(d)
	for {
		c.mu.Lock()
		if len(c.wait) == 0 || c.wait[0].at.After(end) {
			c.now = end
			c.mu.Unlock()
			return
		}
		next := c.wait[0]
		c.wait = c.wait[1:]
		if next.at.After(c.now) {
			c.now = next.at
		}
		c.mu.Unlock()
		next.run()
		settle()
	}
}
