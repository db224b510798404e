// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"math"
	"time"
)

// Instant is a moment in Unix nanoseconds. The zero Instant means "never" or "not set". It is used instead of time.Time because a state rebuilt from a journal
// must be equal, byte for byte, to the one that wrote it, and because a million tasks hold several instants each.
type Instant int64

// At converts a wall-clock time; the zero time.Time becomes the zero Instant.
func At(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixNano())
}

// Time converts back, in UTC; the zero Instant becomes the zero time.Time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(i)).UTC()
}

// Add returns i+d and stops at the far end instead of wrapping into the past.
func (i Instant) Add(d time.Duration) Instant {
	if d > 0 && int64(i) > math.MaxInt64-int64(d) {
		return math.MaxInt64
	}
	return i + Instant(d)
}

// Sub returns the time from j to i, or zero when either is not set.
func (i Instant) Sub(j Instant) time.Duration {
	if i == 0 || j == 0 {
		return 0
	}
	return time.Duration(i - j)
}

// passed reports whether a limit that is set lies at or before now.
func (i Instant) passed(now Instant) bool { return i != 0 && i <= now }

// sooner returns the earlier of two instants, where zero means never.
func sooner(a, b Instant) Instant {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}
