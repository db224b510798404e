// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"math"
	"time"
)

// Shutdown says how a child is stopped: [Brutal], [Infinity] or [After] a time. The zero value is the default of the child's kind.
//
// A time d is held as d+1, so that After(0), which is legal, differs from the zero value.
type Shutdown int64

// Brutal kills at once; Infinity waits for ever.
const (
	Brutal   Shutdown = math.MinInt64
	Infinity Shutdown = math.MaxInt64
)

// After asks the child to stop and kills it when it is not dead after d. A d of 0 is legal; a negative one is refused by validation.
func After(d time.Duration) Shutdown {
	if d < 0 {
		return Shutdown(max(d, math.MinInt64+1))
	}
	if d >= math.MaxInt64-1 {
		return Infinity
	}
	return Shutdown(d + 1)
}

// Deadline returns the time given to After. It is false for Brutal, Infinity and the zero value.
func (s Shutdown) Deadline() (time.Duration, bool) {
	if s <= 0 || s == Infinity {
		return 0, false
	}
	return time.Duration(s - 1), true
}

// For returns s with the default of kind k in place of the zero value.
func (s Shutdown) For(k Kind) Shutdown {
	switch {
	case s != 0:
		return s
	case k == Supervisor:
		return Infinity
	default:
		return After(DefaultShutdown)
	}
}

// String returns brutal_kill, infinity, default or the time.
func (s Shutdown) String() string {
	switch {
	case s == Brutal:
		return "brutal_kill"
	case s == Infinity:
		return "infinity"
	case s == 0:
		return "default"
	case s < 0:
		return time.Duration(s).String()
	default:
		return time.Duration(s - 1).String()
	}
}
