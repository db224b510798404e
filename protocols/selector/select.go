// SPDX-License-Identifier: Apache-2.0

package selector

// Version counts the changes of the table; outcomes that were kept under another one are not used again.
const Version = 1

// FanOut is how many members a group of hierarchical consensus has, if nothing else is said.
const FanOut = 32

// SignedMax is up to how many members Byzantine consensus signs every message; above, it uses authenticators for each pair.
const SignedMax = 16

// ByzantineMin and ByzantineMax bound the members of Byzantine consensus.
const (
	ByzantineMin = 4
	ByzantineMax = 128
)

// Bounds is how many participants a protocol takes.
type Bounds struct{ Min, Max int }

// Authentication is how members of Byzantine consensus know who speaks.
type Authentication string

// The ways of authentication.
const (
	Signed Authentication = "signed"
	MAC    Authentication = "mac"
)

// Selection is the choice.
type Selection struct {
	Protocol Protocol
	// Ratify says that the outcome must be agreed on by Byzantine consensus among the same participants.
	Ratify bool
	// Authentication is set where Byzantine consensus is used.
	Authentication Authentication
	// F is how many liars the decision stands.
	F int
	// FanOut is the size of groups where there are any.
	FanOut int
	// Expertise says that weights are used.
	Expertise bool
	// Row is the row of the table that matched.
	Row int
}

// Selector chooses. The zero value has the default bounds and knows no protocols of others.
type Selector struct {
	// Bounds replaces the default bounds of protocols, and adds protocols that programs have registered.
	Bounds map[Protocol]Bounds
	// FanOut replaces the default size of groups.
	FanOut int
}

// DefaultBounds returns how many participants a protocol takes; ok is false for protocols that are not built in.
func DefaultBounds(p Protocol) (b Bounds, ok bool) {
	switch p {
	case Simple:
		return Bounds{1, 64}, true
	case Weighted, Market:
		return Bounds{1, 10_000}, true
	case Refinement, Ensemble:
		return Bounds{2, 50}, true
	case Hierarchical:
		return Bounds{2, 100_000}, true
	case Byzantine:
		return Bounds{ByzantineMin, ByzantineMax}, true
	case Optimization, Workflow:
		return Bounds{1, 1_000}, true
	case Reasoning:
		return Bounds{1, 50}, true
	}
	return Bounds{}, false
}

func (s Selector) bounds(p Protocol) (Bounds, bool) {
	if b, ok := s.Bounds[p]; ok {
		return b, true
	}
	return DefaultBounds(p)
}

// Select chooses by the table: the first row that fits.
func (s Selector) Select(p Profile) (Selection, error) {
	p = p.withDefaults()
	row := s.row(p)
	switch row {
	case 0:
		if err := p.problems(); err != nil {
			return Selection{}, err
		}
		return Selection{}, &ParticipantsError{1, p.N}
	case 1:
		return Selection{}, &FaultToleranceError{Need: max(3*p.F+1, ByzantineMin), Have: p.N}
	}
	chosen := table[row].protocol
	if row == explicit {
		chosen = p.Protocol
	}
	if need := table[row].least; p.N < need {
		return Selection{}, &ParticipantsError{need, p.N}
	}
	b, ok := s.bounds(chosen)
	if !ok {
		return Selection{}, &UnknownProtocolError{chosen}
	}
	if p.N < b.Min || p.N > b.Max {
		return Selection{}, &LimitsError{chosen, b.Min, b.Max, p.N}
	}
	out := Selection{Protocol: chosen, Row: row, Expertise: p.Expertise}
	if p.Fault == High && chosen != Byzantine {
		out.Ratify = true
		if p.N > ByzantineMax {
			return Selection{}, &LimitsError{Byzantine, ByzantineMin, ByzantineMax, p.N}
		}
	}
	if out.Ratify || chosen == Byzantine {
		out.F = p.F
		if out.F == 0 {
			out.F = (p.N - 1) / 3
		}
		out.Authentication = Signed
		if p.N > SignedMax {
			out.Authentication = MAC
		}
	}
	if chosen == Hierarchical {
		if out.FanOut = s.FanOut; out.FanOut < 2 {
			out.FanOut = FanOut
		}
	}
	return out, nil
}

// explicit is the row of explicit choices.
const explicit = 2

// row finds the first row that fits.
func (s Selector) row(p Profile) int {
	for i := range table {
		if table[i].fits(p) {
			return i
		}
	}
	return len(table) - 1 // nothing gets here: the last row fits everything
}
