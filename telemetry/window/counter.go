// SPDX-License-Identifier: Apache-2.0

package window

import (
	"math"
	"time"
)

// Counter is something that only grows: fed by steps or by readings of a total kept elsewhere, not by both. The zero value is ready
// for use.
type Counter struct {
	slots   cascade[steps, *steps]
	total   float64
	at      time.Time
	reading float64 // the last one
	read    bool    // there was one
	resets  uint64
}

type steps struct{ sum float64 }

func (s *steps) merge(o *steps) { s.sum += o.sum }
func (s *steps) reset()         { s.sum = 0 }

// Add adds a step. It reports false for a negative one, NaN and the infinities, which are left out.
func (c *Counter) Add(now time.Time, step float64) bool {
	if !(step >= 0) || math.IsInf(step, 0) {
		return false
	}
	c.slots.now(now).sum += step
	c.total += step
	if now.After(c.at) {
		c.at = now
	}
	return true
}

// Read adds what a reading of the total has grown by since the last one. A reading below the last one is that of a total which has
// begun anew: all of it counts. It reports false for a negative reading, NaN and the infinities, which are left out.
func (c *Counter) Read(now time.Time, total float64) bool {
	if !(total >= 0) || math.IsInf(total, 0) {
		return false
	}
	step := total - c.reading
	switch {
	case !c.read:
		step = 0
	case step < 0:
		step = total
		c.resets++
	}
	c.reading, c.read = total, true
	return c.Add(now, step)
}

// Total returns the sum of all steps.
func (c *Counter) Total() float64 { return c.total }

// Resets returns how often a total that was read has begun anew.
func (c *Counter) Resets() uint64 { return c.resets }

// Last returns when something was last added, even 0; the zero time if never.
func (c *Counter) Last() time.Time { return c.at }

// Increase returns by how much the counter has grown in a window.
func (c *Counter) Increase(now time.Time, span Span) float64 {
	var sum steps
	c.slots.collect(now, span, &sum)
	return sum.sum
}

// Covered returns the time that a window stands for: its length, less in the beginning; 0 if nothing was ever added.
func (c *Counter) Covered(now time.Time, span Span) time.Duration { return c.slots.covered(now, span) }

// Rate returns the growth per second over a window.
func (c *Counter) Rate(now time.Time, span Span) float64 {
	increase := c.Increase(now, span)
	covered := c.Covered(now, span)
	if covered <= 0 {
		return 0
	}
	return increase / covered.Seconds()
}
