// SPDX-License-Identifier: Apache-2.0

package sim

// tries is how many runs shrinking may take.
const tries = 200

// shortened is the simplest failing run that was found.
type shortened struct {
	result Result
	prefix int // decisions drawn; < 0: all
}

// shrink looks for the shortest prefix of a failing run's decisions that still makes a failure: first by halves, which is quick but takes
// for granted that what a prefix shows a longer one shows too, then one decision less at a time.
func (e *explorer) shrink(failing Result) shortened {
	best := shortened{result: failing, prefix: failing.Choices}
	left := tries
	fails := func(prefix int) bool {
		left--
		r := e.run(failing.Seed, prefix)
		if r.Failure == nil {
			return false
		}
		best = shortened{result: r, prefix: prefix}
		return true
	}
	low, high := 0, best.prefix // the shortest is thought to be in [low, high]
	for low < high && left > 0 {
		if middle := (low + high) / 2; fails(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	for best.prefix > 0 && left > 0 && fails(best.prefix-1) {
		continue // one less
	}
	return best
}
