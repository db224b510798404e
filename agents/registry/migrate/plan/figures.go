// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"time"
)

// Figures are how calls of one kind have gone at one side.
type Figures struct {
	// Calls are those that were measured, Failed those of them that found no registry.
	Calls, Failed uint64
	// P99 is the 99th percentile of how long they took.
	P99 time.Duration
}

func (f Figures) failed() float64 { return float64(f.Failed) / float64(max(f.Calls, 1)) }

// Tolerance is how much worse the new registry may be. The zero Tolerance has the defaults.
type Tolerance struct {
	// Worse is the share by which time and failures may grow; 0.05.
	Worse float64
	// Time and Failed are what may be added besides, so that chance decides nothing: 1 ms, and 0.001 of the calls.
	Time   time.Duration
	Failed float64
	// Least is how many calls of each side it takes to judge; 100.
	Least uint64
}

func (t Tolerance) withDefaults() Tolerance {
	if t.Worse == 0 {
		t.Worse = 0.05
	}
	if t.Time == 0 {
		t.Time = time.Millisecond
	}
	if t.Failed == 0 {
		t.Failed = 0.001
	}
	if t.Least == 0 {
		t.Least = 100
	}
	return t
}

// Judge says in what calls of one kind have become worse; "" if in nothing, or if there were too few.
func (t Tolerance) Judge(kind string, before, after Figures) (why string) {
	t = t.withDefaults()
	if before.Calls < t.Least || after.Calls < t.Least {
		return ""
	}
	if a, b := after.failed(), before.failed(); a > b*(1+t.Worse)+t.Failed {
		return fmt.Sprintf("of %s %.2f%% fail, %.2f%% did before", kind, 100*a, 100*b)
	}
	if float64(after.P99) > float64(before.P99)*(1+t.Worse)+float64(t.Time) {
		return fmt.Sprintf("%s take %s at the 99th percentile, %s before", kind, after.P99, before.P99)
	}
	return ""
}
