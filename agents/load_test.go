// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// A load is the sum over the seconds, whatever the steps in which it is told.
func TestALoadIsWhatWasInHandSecondBySecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l load
		now := time.Unix(1_000_000, 0)
		l.pass(now, 7) // before that nobody measured
		l.look()
		busy, held, seconds := 0, 0, 0
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			inHand, step := rapid.IntRange(0, 3).Draw(t, "in hand"), rapid.IntRange(0, 100).Draw(t, "seconds")
			now = now.Add(time.Duration(step) * time.Second)
			l.pass(now, inHand)
			l.pass(now.Add(-time.Minute), inHand) // the clock is set back for a moment
			seconds, held = seconds+step, held+inHand*step
			if inHand > 0 {
				busy += step
			}
		}
		l.look()
		assert.Equal(t, time.Duration(busy)*time.Second, l.busy)
		assert.Equal(t, time.Duration(held)*time.Second, l.held)
		if seconds > 0 {
			assert.InDelta(t, float64(busy)/float64(seconds), l.share, 0.005001)
			assert.InDelta(t, float64(held)/float64(seconds), l.mean, 0.005001)
		}
	})
}

func TestAPriceCountsAttemptsAndTheirTime(t *testing.T) {
	p := Price{Attempt: 100, Second: 30}
	assert.Equal(t, int64(100), p.of(0))
	assert.Equal(t, int64(100), p.of(-time.Second))
	assert.Equal(t, int64(115), p.of(500*time.Millisecond))
	assert.Equal(t, int64(101), p.of(time.Nanosecond), "what is begun counts")
}
