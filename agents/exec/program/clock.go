// SPDX-License-Identifier: Apache-2.0

package program

import "time"

// Clock is where time comes from. A nil function is that of package time.
type Clock struct {
	// Now gives the current time, for the rate limit of standard error.
	Now func() time.Time
	// AfterFunc calls f after d, on a goroutine that may block, unless stop is called first. stop reports
	// whether it was in time.
	AfterFunc func(d time.Duration, f func()) (stop func() bool)
}

func (c Clock) withDefaults() Clock {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.AfterFunc == nil {
		c.AfterFunc = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	return c
}
