// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Class is what can help after a failure. The zero Class is None.
type Class uint8

// The classes. The same operation may succeed when it is repeated after Fixed, Linear, Exponential and Custom; the others want something
// else to happen first, and None wants another operation.
const (
	None        Class = iota // no repetition helps
	Fixed                    // repeat after the same wait each time
	Linear                   // repeat after waits that grow by the same step
	Exponential              // repeat after waits that double
	Custom                   // the error itself says when, if at all
	Restart                  // the component must be restarted, as its supervisor does
	Replace                  // another agent or component must do it
	Degrade                  // go on without
	Escalate                 // somebody above, in the end a person, must decide
)

var classes = []string{"none", "fixed", "linear", "exponential", "custom", "restart", "replace", "degrade", "escalate"}

// String returns the word for the class.
func (c Class) String() string {
	if int(c) < len(classes) {
		return classes[c]
	}
	return fmt.Sprintf("fault.Class(%d)", uint8(c))
}

// MarshalText returns the word.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Class) UnmarshalText(text []byte) error {
	at := slices.Index(classes, string(text))
	if at < 0 {
		return fmt.Errorf("fault: retry class %q: unknown", text)
	}
	*c = Class(at)
	return nil
}

// Retry is advice about another attempt. The zero value advises against one.
type Retry struct {
	// Class is what can help.
	Class Class
	// Base is the first wait, and for Linear the step; for Custom it is the wait that the error asks for.
	Base time.Duration
	// Max is what waits grow to; 0 is no bound.
	Max time.Duration
	// Attempts is after how many attempts in all to give up; 0 leaves that to the caller.
	Attempts int
}

// Repeatable reports whether the same operation by the same caller may succeed when it is only repeated.
func (r Retry) Repeatable() bool { return r.Class >= Fixed && r.Class <= Custom }

// Delay returns how long to wait after attempt n, counted from 1, has failed, and whether another attempt is advised at all. With a source of
// randomness the wait lies between half of the plain one and the whole, so that many callers do not come back at once; nil means no jitter.
// The wait of Custom is what the error asked for, or more.
func (r Retry) Delay(n int, random rand.Source) (wait time.Duration, again bool) {
	if !r.Repeatable() || r.Attempts > 0 && n >= r.Attempts {
		return 0, false
	}
	wait = r.plain(max(n, 1))
	if random == nil || wait <= 1 {
		return wait, true
	}
	half := wait / 2
	spread := time.Duration(random.Uint64() % uint64(wait-half+1))
	if r.Class == Custom { // never earlier than it was asked for
		return grown(wait, 1, spread), true
	}
	return half + spread, true
}

// plain is the wait after attempt n without jitter.
func (r Retry) plain(n int) time.Duration {
	wait := r.Base
	switch r.Class {
	case Linear:
		wait = grown(0, int64(n), r.Base)
	case Exponential:
		for i := 1; i < n && wait > 0 && wait < math.MaxInt64 && (r.Max == 0 || wait < r.Max); i++ {
			wait = grown(wait, 1, wait)
		}
	case None, Fixed, Custom, Restart, Replace, Degrade, Escalate:
	}
	if r.Max > 0 && r.Class != Custom {
		wait = min(wait, r.Max)
	}
	return max(wait, 0)
}

// grown returns from + times * step, or the longest duration if that is longer.
func grown(from time.Duration, times int64, step time.Duration) time.Duration {
	if step > 0 && times > (math.MaxInt64-int64(from))/int64(step) {
		return math.MaxInt64
	}
	return from + time.Duration(times)*step
}

// String says it in words, such as "exponential from 100ms to 10s".
func (r Retry) String() string {
	text := r.Class.String()
	switch {
	case !r.Repeatable() || r.Base == 0:
	case r.Class == Fixed, r.Class == Custom:
		text += " after " + r.Base.String()
	case r.Max == 0:
		text += " from " + r.Base.String()
	default:
		text += " from " + r.Base.String() + " to " + r.Max.String()
	}
	if r.Attempts > 0 {
		text += fmt.Sprintf(", %d attempts at most", r.Attempts)
	}
	return text
}
