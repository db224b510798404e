// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"math"
	"strconv"
	"time"
)

// Defaults of [Backoff].
const (
	DefaultInitial = 100 * time.Millisecond
	DefaultWait    = 30 * time.Second
	DefaultFactor  = 2
)

// Backoff lets the restarts of a child wait, each longer than the one before: an option that OTP lacks. Attempt n waits Initial*Factor^(n-1), at most Max, varied by
// Jitter. What goes along with the child is stopped before the wait and started after it. Attempts count in the supervisor's window when they are decided, before
// they wait. Zero fields are the defaults.
type Backoff struct {
	Initial    time.Duration // of the first attempt; 0 means 100 ms
	Max        time.Duration // of any attempt, before Jitter; 0 means 30 s, or Initial if that is more
	Factor     float64       // 1 or more, 1 waits the same each time; 0 means 2
	Jitter     float64       // share of a wait by which it is made longer or shorter, 0 to 1, the same for each length in between; 0 means none
	ResetAfter time.Duration // a child that was up for so long begins with attempt 1 again; 0 means twice Max
}

func (b Backoff) withDefaults() Backoff {
	if b.Initial == 0 {
		b.Initial = DefaultInitial
	}
	if b.Max == 0 {
		b.Max = max(DefaultWait, b.Initial)
	}
	if b.Factor == 0 {
		b.Factor = DefaultFactor
	}
	if b.ResetAfter == 0 {
		b.ResetAfter = 2 * min(b.Max, math.MaxInt64/2)
	}
	return b
}

// delay returns how long attempt n waits. chance is a random number of 0 or more and less than 1.
func (b Backoff) delay(n int, chance float64) time.Duration {
	b = b.withDefaults()
	return varied(math.Min(float64(b.Max), float64(b.Initial)*math.Pow(b.Factor, float64(n-1))), b.Jitter, chance)
}

// backoff adds the faults of b, which belongs to a child of this restart type.
func (f *Faults) backoff(path string, b Backoff, r Restart) {
	path += "backoff"
	if r == Temporary {
		f.add(RuleBackoff, path, "set", "none, as a temporary child is never restarted")
	}
	if b.Initial < 0 {
		f.add(RuleBackoff, path+".initial", b.Initial.String(), "0 or more")
	}
	if b.Max < 0 || b.Max > 0 && b.Max < b.Initial {
		f.add(RuleBackoff, path+".max", b.Max.String(), "initial or more")
	}
	if b.Factor != 0 && !(b.Factor >= 1 && b.Factor <= math.MaxFloat64) { // so that what is no number is refused too
		f.add(RuleBackoff, path+".factor", number64(b.Factor), "1 or more")
	}
	if !(b.Jitter >= 0 && b.Jitter <= 1) {
		f.add(RuleBackoff, path+".jitter", number64(b.Jitter), "0 to 1")
	}
	if b.ResetAfter < 0 {
		f.add(RuleBackoff, path+".reset_after", b.ResetAfter.String(), "0 or more")
	}
}

func number64(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
