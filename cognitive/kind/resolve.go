// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"mabeam.dev/actors/fault"
)

// Resolution is a rule that settles what a variable is to be that was changed in several places, of which none knew of the others. A [Merge] makes one of
// all writes while they happen; a Resolution is asked once, afterwards.
type Resolution uint8

// The resolutions.
const (
	Latest  Resolution = iota // what was set last
	Best                      // what has the best score
	Most                      // what most places have: one vote for each
	Agreed                    // what those who decide agree to; see Candidates
	Through                   // what a function says
)

var resolutions = [...]string{"timestamp", "performance", "democratic", "consensus", "custom"}

// String names the resolution.
func (r Resolution) String() string {
	if int(r) < len(resolutions) {
		return resolutions[r]
	}
	return fmt.Sprintf("resolution %d", uint8(r))
}

// Side is what one place has.
type Side struct {
	// Place names it; no two sides have the same.
	Place string
	// Value is what the variable is there, and At when it was set.
	Value Value
	At    time.Time
	// Score is how good it has proven; for Best. NaN means that nobody knows, which is worse than any score.
	Score float64
}

// ResolveError is a conflict that a rule does not settle.
type ResolveError struct {
	Rule Resolution // the one that was asked
	Why  string     // what is wrong
}

// Error says why.
func (e *ResolveError) Error() string { return fmt.Sprintf("kind: resolve by %s: %s", e.Rule, e.Why) }

// FaultCode is E4934.
func (*ResolveError) FaultCode() fault.Code { return 4934 }

// Resolve returns the index of the side whose value is to be. The order of the sides does not matter: what a rule finds equal is settled by the later time,
// and that by the place that sorts first. custom is for Through alone. Agreed cannot be settled here unless all sides are the same; *ResolveError says so.
func Resolve(rule Resolution, sides []Side, custom func([]Side) (int, error)) (int, error) {
	if len(sides) == 0 {
		return 0, &ResolveError{rule, "there are no sides"}
	}
	for i, s := range sides {
		if s.Value.typ != sides[0].Value.typ {
			return 0, &TypeError{Want: sides[0].Value.typ, Got: s.Value.typ}
		}
		if slices.ContainsFunc(sides[:i], func(o Side) bool { return o.Place == s.Place }) {
			return 0, &ResolveError{rule, fmt.Sprintf("%q is there twice", s.Place)}
		}
	}
	switch rule {
	case Latest:
		return first(sides, newer), nil
	case Best:
		return first(sides, func(a, b Side) int { return cmp.Or(better(a.Score, b.Score), newer(a, b)) }), nil
	case Most:
		return first(sides, func(a, b Side) int { return cmp.Or(votes(sides, b)-votes(sides, a), newer(a, b)) }), nil
	case Agreed:
		if votes(sides, sides[0]) == len(sides) {
			return 0, nil
		}
		return 0, &ResolveError{rule, "those who decide have to be asked"}
	case Through:
		if custom == nil {
			return 0, &ResolveError{rule, "there is no function"}
		}
		i, err := custom(slices.Clone(sides))
		if err == nil && (i < 0 || i >= len(sides)) {
			err = &ResolveError{rule, fmt.Sprintf("the function chose side %d of %d", i, len(sides))}
		}
		return i, err
	}
	return 0, &ResolveError{rule, "there is no such rule"}
}

// Candidates are the sides with each value once, those that most places have first: the order in which those who decide are asked.
func Candidates(sides []Side) []Side {
	ordered := slices.Clone(sides)
	slices.SortStableFunc(ordered, func(a, b Side) int { return cmp.Or(votes(sides, b)-votes(sides, a), newer(a, b)) })
	var out []Side
	for _, s := range ordered {
		if !slices.ContainsFunc(out, func(o Side) bool { return o.Value.Equal(s.Value) }) {
			out = append(out, s)
		}
	}
	return out
}

// first is the index of the side that comes before all others.
func first(sides []Side, before func(a, b Side) int) int {
	at := 0
	for i := range sides {
		if before(sides[i], sides[at]) < 0 {
			at = i
		}
	}
	return at
}

func newer(a, b Side) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Place, b.Place)) }

// better puts the higher score first, and unknown ones last.
func better(a, b float64) int {
	switch {
	case math.IsNaN(a) && math.IsNaN(b):
		return 0
	case math.IsNaN(a):
		return 1
	case math.IsNaN(b):
		return -1
	}
	return cmp.Compare(b, a)
}

func votes(sides []Side, of Side) (n int) {
	for _, s := range sides {
		if s.Value.Equal(of.Value) {
			n++
		}
	}
	return n
}
