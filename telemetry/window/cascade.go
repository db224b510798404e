// SPDX-License-Identifier: Apache-2.0

package window

import "time"

// cell is what a slot holds.
type cell[T any] interface {
	*T
	merge(*T)
	reset()
}

// cascade is three rings of slots. What is recorded goes into the newest slot of the shortest window; a slot that is over is merged
// into the newest slot of the next longer window. So a window is: its own slots, and the newest slots of all shorter windows that
// have not been merged yet.
type cascade[T any, C cell[T]] struct {
	rings [spans]ring[T]
	tick  int64 // number of the newest slot of the shortest window
	begun bool
	first time.Time // when the first record was made
}

// ring holds the slots of one window. at[n%Slots] is the slot of number n, nil if nothing was recorded in it.
type ring[T any] struct {
	at [Slots]*T
	// numbers tell which slot lies in a place: an old one is taken for empty.
	numbers [Slots]int64
}

// advance moves the cascade on to a time; an earlier one than the newest seen changes nothing.
func (c *cascade[T, C]) advance(now time.Time) {
	tick := floor(now.UnixNano(), int64(widths[Short]))
	if !c.begun {
		c.begun, c.tick, c.first = true, tick, now
		return
	}
	if tick <= c.tick {
		return
	}
	old := c.tick
	c.tick = tick
	for span := Short; span < Long; span++ {
		from, to := slot(old, span), slot(tick, span)
		if from == to {
			return // nothing is over at this level, hence nothing above it
		}
		c.hand(span, from, old)
	}
}

// hand merges the slot that is over into the newest one of the next longer window.
func (c *cascade[T, C]) hand(span Span, number, tick int64) {
	if done := c.get(span, number); done != nil {
		C(c.make(span+1, slot(tick, span+1))).merge(done)
	}
}

// get returns a slot, nil if it holds nothing.
func (c *cascade[T, C]) get(span Span, number int64) *T {
	r, place := &c.rings[span], mod(number)
	if r.numbers[place] != number {
		return nil
	}
	return r.at[place]
}

// make returns a slot to record in.
func (c *cascade[T, C]) make(span Span, number int64) *T {
	r, place := &c.rings[span], mod(number)
	if r.at[place] == nil {
		r.at[place], r.numbers[place] = new(T), number
	} else if r.numbers[place] != number {
		C(r.at[place]).reset()
		r.numbers[place] = number
	}
	return r.at[place]
}

// now returns the slot for what is recorded at a time.
func (c *cascade[T, C]) now(at time.Time) *T {
	c.advance(at)
	return c.make(Short, c.tick)
}

// collect merges all of a window into sum.
func (c *cascade[T, C]) collect(now time.Time, span Span, sum C) {
	if !c.begun || span >= spans {
		return
	}
	c.advance(now)
	for shorter := Short; shorter < span; shorter++ {
		if t := c.get(shorter, slot(c.tick, shorter)); t != nil {
			sum.merge(t)
		}
	}
	newest := slot(c.tick, span)
	for number := newest - Slots + 1; number <= newest; number++ {
		if t := c.get(span, number); t != nil {
			sum.merge(t)
		}
	}
}

// covered is how much of a window there was something to record in: less than its length in the beginning. It is never less than a
// second, so that a rate does not explode.
func (c *cascade[T, C]) covered(now time.Time, span Span) time.Duration {
	if !c.begun || span >= spans {
		return 0
	}
	width := widths[span]
	into := time.Duration(now.UnixNano() - slot(c.tick, span)*int64(width))
	full := (Slots-1)*width + min(max(into, 0), width)
	return max(min(full, now.Sub(c.first)), time.Second)
}

// slot is the number of the slot of a window in which the shortest window's slot lies.
func slot(tick int64, span Span) int64 { return floor(tick, int64(widths[span]/widths[Short])) }

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func mod(number int64) int { return int(number - floor(number, Slots)*Slots) }
