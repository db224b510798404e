// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"slices"

	"mabeam.dev/protocols/machine"
)

// Count is a tally: all that the outcome of a vote depends on. Weights are in millionths.
type Count struct {
	// Weights and Voters are those of each option.
	Weights []int64 `json:"weights"`
	Voters  []int   `json:"voters"`
	// Reached has, for AtLeast, the number of the ballot with which an option had enough voters; 0 while it has not.
	Reached []uint64 `json:"reached,omitempty"`
	// Abstained, Absent and Outstanding are the weights of who takes no side, of who will not answer, and of who has not answered yet.
	Abstained   int64 `json:"abstained"`
	Absent      int64 `json:"absent"`
	Outstanding int64 `json:"outstanding"`
	// Waiting is how many have not answered yet.
	Waiting int `json:"waiting"`
}

// NewCount is the tally of an electorate in which nobody has answered.
func NewCount(options int, electors int, total int64) Count {
	return Count{Weights: make([]int64, options), Voters: make([]int, options), Reached: make([]uint64, options), Outstanding: total, Waiting: electors}
}

// cast is the weight of all votes for options.
func (c Count) cast() (sum int64) {
	for _, w := range c.Weights {
		sum += w
	}
	return sum
}

// Total is the weight of the electorate.
func (c Count) Total() int64 { return c.cast() + c.Abstained + c.Absent + c.Outstanding }

// turnout is the weight that counts as answered if so much is absent.
func (r Rule) turnout(c Count, absent int64) int64 {
	if r.Absent == AsMissing {
		absent = 0
	}
	return c.cast() + c.Abstained + absent
}

// base is the weight that shares are of if so much is absent.
func (r Rule) base(c Count, absent int64) int64 {
	if r.Base == OfElectorate {
		return c.Total()
	}
	sum := c.cast()
	if r.Abstain == InBase {
		sum += c.Abstained
	}
	if r.Absent == AsAgainst || r.Absent == AsAbstain && r.Abstain == InBase {
		sum += absent
	}
	return sum
}

// NoOption is the winner of a vote without one.
const NoOption = -1

// Winner applies the rule to what is there: who has not answered is absent. lottery is drawn with from options that are ahead together; why says why
// there is no winner.
func (r Rule) Winner(c Count, options []string, lottery uint64) (winner int, why machine.Why) {
	r = r.withDefaults()
	absent := c.Absent + c.Outstanding
	if !r.quorate(r.turnout(c, absent), c.Total()) {
		return NoOption, machine.WhyNoQuorum
	}
	switch r.Kind {
	case Plurality:
		return r.ahead(c, options, lottery)
	case AtLeast:
		if first := r.first(c); first != NoOption {
			return first, ""
		}
	case Majority, Supermajority, Unanimous:
		base := r.base(c, absent)
		for i, w := range c.Weights {
			if r.enough(w, base) {
				return i, ""
			}
		}
	case Weighted:
	}
	return NoOption, machine.WhyThreshold
}

// ahead finds the option with more than every other.
func (r Rule) ahead(c Count, options []string, lottery uint64) (int, machine.Why) {
	most := slices.Max(c.Weights)
	if most == 0 {
		return NoOption, machine.WhyThreshold
	}
	var tied []int
	for i, w := range c.Weights {
		if w == most {
			tied = append(tied, i)
		}
	}
	if len(tied) == 1 {
		return tied[0], ""
	}
	switch r.Tie {
	case Incumbent:
		if i := slices.Index(options, r.Incumbent); slices.Contains(tied, i) {
			return i, ""
		}
	case LowestOption:
		return tied[0], ""
	case Lottery:
		return tied[lottery%uint64(len(tied))], ""
	case NoWinner:
	}
	return NoOption, machine.WhyTie
}

// first finds the option that had enough voters before all others that have them.
func (r Rule) first(c Count) int {
	first := NoOption
	for i, n := range c.Voters {
		if n >= r.K && (first == NoOption || c.Reached[i] < c.Reached[first]) {
			first = i
		}
	}
	return first
}

// Settled reports whether the outcome is the same however those who have not answered vote, abstain or stay away. It is exact.
func (r Rule) Settled(c Count, options []string) bool {
	r = r.withDefaults()
	open := c.Outstanding
	if c.Waiting == 0 {
		return true
	}
	total := c.Total()
	if !r.quorate(r.turnout(c, c.Absent)+open, total) {
		return true // too few are left
	}
	possible := false
	for i := range c.Weights {
		possible = possible || r.can(c, i)
	}
	if !possible {
		return true
	}
	if !r.quorate(r.turnout(c, c.Absent+open), total) {
		return false // they may all stay away
	}
	for i := range c.Weights {
		if r.must(c, options, i) {
			return true
		}
	}
	return false
}

// can reports whether an option wins if all who have not answered vote for it: nothing helps it more.
func (r Rule) can(c Count, i int) bool {
	switch r.Kind {
	case Plurality:
		return true // whoever is ahead, with one more vote
	case AtLeast:
		return c.Voters[i]+c.Waiting >= r.K
	case Majority, Supermajority, Unanimous:
		base := r.base(c, c.Absent)
		if r.Base != OfElectorate {
			base += c.Outstanding
		}
		return r.enough(c.Weights[i]+c.Outstanding, base)
	case Weighted:
	}
	return false
}

// must reports whether an option wins even if all who have not answered vote for the rival that this helps most: nothing hurts it more.
func (r Rule) must(c Count, options []string, i int) bool {
	switch r.Kind {
	case Plurality:
		for j, w := range c.Weights {
			if w += c.Outstanding; j != i && (w > c.Weights[i] || w == c.Weights[i] && !r.breaks(options, i, j)) {
				return false
			}
		}
		return true
	case AtLeast:
		return r.first(c) == i
	case Majority, Supermajority, Unanimous:
		base := r.base(c, c.Absent)
		if r.Base != OfElectorate {
			base += c.Outstanding
		}
		return r.enough(c.Weights[i], base)
	case Weighted:
	}
	return false
}

// breaks reports whether i wins a tie with j, and with j alone, for sure.
func (r Rule) breaks(options []string, i, j int) bool {
	return r.Tie == LowestOption && i < j || r.Tie == Incumbent && options[i] == r.Incumbent
}
