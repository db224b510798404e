// SPDX-License-Identifier: Apache-2.0

package program

import "time"

// bucket lets through a number of things per second, with a burst of the same number. A negative rate lets all through.
type bucket struct {
	rate  float64
	level float64
	last  time.Time
	now   func() time.Time
}

func newBucket(rate int, now func() time.Time) *bucket {
	return &bucket{rate: float64(rate), level: float64(rate), last: now(), now: now}
}

func (b *bucket) take() bool {
	if b.rate < 0 {
		return true
	}
	now := b.now()
	b.level = min(b.rate, b.level+now.Sub(b.last).Seconds()*b.rate)
	b.last = now
	if b.level < 1 {
		return false
	}
	b.level--
	return true
}
