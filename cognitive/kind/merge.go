// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// Clock is a hybrid clock: the time of the writer, and a number that orders writes of one time. Later is greater.
type Clock struct {
	// Wall is nanoseconds since 1970 on the writer's clock.
	Wall int64 `json:"wall"`
	// Logical orders what has one Wall.
	Logical uint32 `json:"logical,omitempty"`
}

// Compare returns −1, 0 or 1.
func (c Clock) Compare(d Clock) int {
	return cmp.Or(cmp.Compare(c.Wall, d.Wall), cmp.Compare(c.Logical, d.Logical))
}

// Next returns the clock of a write at a time, after everything that has been seen.
func (c Clock) Next(now int64) Clock {
	if now > c.Wall {
		return Clock{Wall: now}
	}
	return Clock{c.Wall, c.Logical + 1}
}

// Write is what a replica of an eventual variable knows: a value and what decides between it and another.
type Write struct {
	// Value is the value; for Counter and Set it is that of all writes together.
	Value Value
	// Score is how good the value was when it was written; for ByPerformance.
	Score float64
	// Clock and Node tell who wrote it, and when. No two writes have both in common.
	Clock Clock
	Node  string
	// Counts are what each node has added, sorted by node; for Counter.
	Counts []Count
}

// Count is the part of one node in a counter.
type Count struct {
	// Node is the node.
	Node string
	// Up and Down are all that it has added and taken away; neither shrinks.
	Up, Down uint64
}

// Merge is a rule that makes one of two writes.
type Merge uint8

// The rules of merging. LastWriter loses what was written at the same time elsewhere, so it is never the default.
const (
	Largest       Merge = iota // the greater number
	Smallest                   // the lesser number
	Union                      // teams: all members, sorted
	Counter                    // integers: what all nodes have added
	ByPerformance              // the better score, then the later write
	LastWriter                 // the later write
)

// Join makes one of two writes: commutative, associative and idempotent. ErrType if the rule is not for values of their form.
func (m Merge) Join(a, b Write) (Write, error) {
	if a.Value.typ != b.Value.typ {
		return Write{}, &TypeError{Want: a.Value.typ, Got: b.Value.typ}
	}
	switch m {
	case Largest, Smallest:
		if a.Value.typ != Number && a.Value.typ != Whole {
			return Write{}, &TypeError{Want: Number, Got: a.Value.typ}
		}
		c := compareNumbers(a.Value, b.Value)
		if m == Smallest {
			c = -c
		}
		return greater(cmp.Or(c, later(a, b)), a, b), nil
	case Union:
		if a.Value.typ != Members {
			return Write{}, &TypeError{Want: Members, Got: a.Value.typ}
		}
		w := greater(later(a, b), a, b)
		names := append(a.Value.Team(), b.Value.Team()...)
		slices.Sort(names)
		w.Value = OfTeam(slices.Compact(names)...)
		return w, nil
	case Counter:
		if a.Value.typ != Whole {
			return Write{}, &TypeError{Want: Whole, Got: a.Value.typ}
		}
		w := greater(later(a, b), a, b)
		w.Counts = joinCounts(a.Counts, b.Counts)
		w.Value = OfInteger(total(w.Counts))
		return w, nil
	case ByPerformance:
		return greater(cmp.Or(cmp.Compare(a.Score, b.Score), later(a, b)), a, b), nil
	case LastWriter:
		return greater(later(a, b), a, b), nil
	}
	return Write{}, errors.New("kind: merge: no such rule")
}

func greater(c int, a, b Write) Write {
	if c < 0 {
		return b
	}
	return a
}

// later orders writes: by clock, by node, and, for writers that break their duty, by what they wrote.
func later(a, b Write) int {
	return cmp.Or(a.Clock.Compare(b.Clock), strings.Compare(a.Node, b.Node), cmp.Compare(a.Score, b.Score),
		strings.Compare(string(a.Value.AppendJSON(nil)), string(b.Value.AppendJSON(nil))))
}

func compareNumbers(a, b Value) int {
	if a.typ == Whole {
		return cmp.Compare(int64(a.num), int64(b.num))
	}
	return cmp.Compare(a.Float(), b.Float())
}

// joinCounts takes the greater counts of each node.
func joinCounts(a, b []Count) []Count {
	if len(a)+len(b) == 0 {
		return nil
	}
	all := make([]Count, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Node < b[0].Node:
			all, a = append(all, a[0]), a[1:]
		case len(a) == 0 || b[0].Node < a[0].Node:
			all, b = append(all, b[0]), b[1:]
		default:
			all = append(all, Count{a[0].Node, max(a[0].Up, b[0].Up), max(a[0].Down, b[0].Down)})
			a, b = a[1:], b[1:]
		}
	}
	return all
}

// total is what all nodes have added; a sum too great for int64 stays at its end.
func total(counts []Count) int64 {
	var up, down uint64
	for _, c := range counts {
		up, down = saturated(up, c.Up), saturated(down, c.Down)
	}
	const most = uint64(1) << 63
	if up >= down {
		return int64(min(up-down, most-1))
	}
	return -int64(min(down-up-1, most-1)) - 1
}

func saturated(a, b uint64) uint64 {
	if a+b < a {
		return 1<<64 - 1
	}
	return a + b
}
