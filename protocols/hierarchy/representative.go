// SPDX-License-Identifier: Apache-2.0

package hierarchy

import (
	"cmp"
	"slices"
)

// Standing is what makes an agent a good representative. Zero Load counts as the least.
type Standing struct {
	Agent string
	// Health and Reputation are in millionths, Load is work in hand.
	Health, Reputation, Load int64
}

// Candidates orders agents by health times reputation, divided by load, the best first and ties by name. It does not change the caller's slice.
func Candidates(all []Standing) []string {
	order := slices.Clone(all)
	slices.SortFunc(order, func(a, b Standing) int {
		// a.h*a.r/(a.l+1) against b.h*b.r/(b.l+1), exactly, by products
		x := product{uint64(a.Health), uint64(a.Reputation), uint64(b.Load + 1)}
		y := product{uint64(b.Health), uint64(b.Reputation), uint64(a.Load + 1)}
		if c := x.compare(y); c != 0 {
			return -c
		}
		return cmp.Compare(a.Agent, b.Agent)
	})
	out := make([]string, len(order))
	for i, s := range order {
		out[i] = s.Agent
	}
	return out
}

// Lease says who represents a group.
type Lease struct {
	Epoch uint32
	Agent string
	// Left are those that can still take over, the best first.
	Left []string
	// Failed counts the representatives that were replaced. Polled says that there is none any more: the parent asks the members itself.
	Failed int
	Polled bool
}

// Replacements is how many representatives are tried after the first.
const Replacements = 2

// NewLease gives the group to the best of its candidates.
func NewLease(candidates []string) Lease {
	l := Lease{Epoch: 1, Left: slices.Clone(candidates)}
	if len(l.Left) == 0 {
		l.Polled = true
		return l
	}
	l.Agent, l.Left = l.Left[0], l.Left[1:]
	return l
}

// Replace gives the group to the next candidate, under a higher epoch; after two replacements that failed, or without a candidate, to the parent.
func (l Lease) Replace() Lease {
	l.Epoch++
	l.Failed++
	if l.Failed > Replacements || len(l.Left) == 0 {
		l.Agent, l.Polled = "", true
		return l
	}
	l.Agent, l.Left = l.Left[0], slices.Clone(l.Left[1:])
	return l
}

// Lose takes an agent out: as a candidate, or as the representative, who is then replaced.
func (l Lease) Lose(agent string) (next Lease, replaced bool) {
	if agent == l.Agent && !l.Polled {
		return l.Replace(), true
	}
	l.Left = slices.DeleteFunc(slices.Clone(l.Left), func(a string) bool { return a == agent })
	return l, false
}
