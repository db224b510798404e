// SPDX-License-Identifier: Apache-2.0

package kernel

import "time"

// Clock is the time of a system. Implementations must be safe for concurrent use.
type Clock interface {
	// Now returns the present time.
	Now() time.Time
	// AfterFunc calls f once, on any goroutine, when d has passed.
	AfterFunc(d time.Duration, f func()) ClockTimer
}

// ClockTimer is a pending AfterFunc.
type ClockTimer interface {
	// Stop prevents the call and reports whether it did.
	Stop() bool
	// Reset arms the timer anew for d from now.
	Reset(d time.Duration) bool
}

// RealClock is the operating system's clock; inside a testing/synctest bubble it is the bubble's.
type RealClock struct{}

// Now returns time.Now.
func (RealClock) Now() time.Time { return time.Now() }

// AfterFunc is time.AfterFunc.
func (RealClock) AfterFunc(d time.Duration, f func()) ClockTimer { return time.AfterFunc(d, f) }
