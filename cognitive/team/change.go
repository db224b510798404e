// SPDX-License-Identifier: Apache-2.0

package team

import "slices"

// Thresholds say when a team is to change. Zero fields mean the defaults.
type Thresholds struct {
	// Replace is the score below which a member is replaced; 0 means 0.3.
	Replace float64
	// Add is the score of the team below which it is to grow, and Remove that above which it may shrink; 0 means 0.8 and 0.95. Between them nothing
	// happens.
	Add, Remove float64
	// Observations is how many a member needs before it is judged; 0 means 10.
	Observations int
}

// Standing is how a member does.
type Standing struct {
	// Score is from 0 to 1, and Observations how much it rests on.
	Score        float64
	Observations int
	// Contribution is what it adds to the team, and Cost what it costs.
	Contribution float64
	Cost         int64
}

// Act is what to do with a team.
type Act uint8

// Acts.
const (
	// Keep changes nothing.
	Keep Act = iota
	// Replace puts another agent in the place of a member.
	Replace
	// Add takes in another agent.
	Add
	// Remove lets a member go.
	Remove
)

var acts = [...]string{"keep", "replace", "add", "remove"}

// String returns the name.
func (a Act) String() string { return acts[a] }

// Judge returns what to do with a team of a score, and for Replace and Remove the place of the member, else -1. room is how many members it may have
// more and spare tells whether the budget has anything left; slack is how many it may lose. The worst member below its threshold comes first, of
// those with enough observations; then growing, then letting go of who adds least for its cost.
func (t Thresholds) Judge(score float64, members []Standing, room int, spare bool, slack int) (Act, int) {
	if t.Replace == 0 {
		t.Replace = 0.3
	}
	if t.Add == 0 {
		t.Add = 0.8
	}
	if t.Remove == 0 {
		t.Remove = 0.95
	}
	if t.Observations == 0 {
		t.Observations = 10
	}
	worst := -1
	for i, m := range members {
		if m.Observations >= t.Observations && m.Score < t.Replace && (worst < 0 || m.Score < members[worst].Score) {
			worst = i
		}
	}
	switch {
	case worst >= 0:
		return Replace, worst
	case score < t.Add && room > 0 && spare:
		return Add, -1
	case score > t.Remove && slack > 0 && len(members) > 0:
		return Remove, slices.Index(members, slices.MinFunc(members, leastPerCost))
	}
	return Keep, -1
}

// leastPerCost compares contributions per cost without dividing: who costs nothing and adds something is worth most, who adds nothing least.
func leastPerCost(a, b Standing) int {
	x, y := a.Contribution*float64(b.Cost), b.Contribution*float64(a.Cost)
	if a.Cost == 0 && b.Cost == 0 {
		x, y = a.Contribution, b.Contribution
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Difference returns who joins and who leaves when a team becomes another, each in the order in which it is named. A gradual transition lets all warm
// up who join before anybody leaves.
func Difference(from, to []int) (joins, leaves []int) {
	for _, m := range to {
		if !slices.Contains(from, m) {
			joins = append(joins, m)
		}
	}
	for _, m := range from {
		if !slices.Contains(to, m) {
			leaves = append(leaves, m)
		}
	}
	return joins, leaves
}
