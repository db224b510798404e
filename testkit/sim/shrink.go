// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"errors"
	"reflect"
)

// tries is how many runs each of the two ways of shrinking may take.
const tries = 200

// cut says which of a seed's decisions are drawn; the others go to the first in line.
type cut struct {
	prefix int   // the first so many; < 0: all
	only   []int // if not nil these alone, from 1
}

// whole cuts nothing off.
var whole = cut{prefix: -1}

// shortened is the simplest failing run that was found.
type shortened struct {
	result Result
	cut    cut
}

// shrink looks for a simpler run that fails in the same way. A run that is stuck is not tried again: each would take as long, and leave its
// goroutine behind. Nor is one whose body ended its goroutine: it has told the test already, and would do so again.
func (e *explorer) shrink(failing Result) shortened {
	if errors.Is(failing.Failure, ErrStuck) || errors.Is(failing.Failure, ErrEnded) {
		return shortened{failing, whole}
	}
	return e.fewer(e.shorter(failing))
}

// shorter looks for the shortest prefix of a failing run's decisions that still makes the failure: first by halves, which is quick but takes
// for granted that what a prefix shows a longer one shows too, then one decision less at a time.
func (e *explorer) shorter(failing Result) shortened {
	best := shortened{failing, cut{prefix: failing.Choices}}
	left := tries
	fails := func(prefix int) bool {
		left--
		return e.try(&best, failing, cut{prefix: prefix})
	}
	low, high := 0, best.cut.prefix // the shortest is thought to be in [low, high]
	for low < high && left > 0 {
		if middle := (low + high) / 2; fails(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	for best.cut.prefix > 0 && left > 0 && fails(best.cut.prefix-1) {
		continue // one less
	}
	return best
}

// fewer leaves those decisions to the first in line that do not matter, of those that went to somebody else: first many at once, then ever
// fewer, until each that is left is needed. (Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002.)
func (e *explorer) fewer(best shortened) shortened {
	first := best.result
	e.try(&best, first, cut{prefix: -1, only: append([]int{}, first.drawn...)}) // the same run, put in other words
	left := tries
	for size := max(len(best.result.drawn)/2, 1); left > 0; {
		needed := best.result.drawn
		simpler := false
		for at := 0; at < len(needed) && left > 0 && !simpler; at += size {
			without := append([]int{}, needed[:at]...) // not nil, which means all
			without = append(without, needed[min(at+size, len(needed)):]...)
			left--
			simpler = e.try(&best, first, cut{prefix: -1, only: without})
		}
		switch {
		case simpler:
			size = min(size, max(len(best.result.drawn)/2, 1))
		case size == 1:
			return best
		default:
			size /= 2
		}
	}
	return best
}

// try runs the seed of a failing run with a cut, and keeps the run if it fails in the same way.
func (e *explorer) try(best *shortened, failing Result, c cut) bool {
	r := e.run(failing.Seed, c)
	if r.Failure == nil || !alike(r.Failure, failing.Failure) {
		return false
	}
	*best = shortened{r, c}
	return true
}

// alike reports whether two failures are of one kind: shrinking a failed expectation must not end with a deadlock.
func alike(a, b error) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.TypeOf(errors.Unwrap(a)) == reflect.TypeOf(errors.Unwrap(b)) &&
		errors.Is(a, ErrSteps) == errors.Is(b, ErrSteps) && errors.Is(a, ErrForeignDeadline) == errors.Is(b, ErrForeignDeadline)
}
