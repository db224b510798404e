// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// View is what everybody may know of an auction. Sealed amounts and a hidden reserve are not in it before the decision.
type View struct {
	ID    string
	Kind  Kind
	State State
	// Seq is the length of the log.
	Seq     uint64
	OpenAt  time.Time
	CloseAt time.Time
	// Bidders is how many ever bid.
	Bidders int
	// Price is the standing price of an English auction, or the price of the clock; Standing who has the best bid. Minimum is what is asked next.
	Price, Minimum money.Amount
	Standing       string
	BuyNow         bool
	// Tick and Left are those of a price clock.
	Tick, Left int64
	// Reserve is 0 while it is hidden.
	Reserve money.Amount
	Outcome *Outcome
}

// View returns what everybody may know.
func (m *Machine) View() View {
	v := View{ID: m.spec.ID, Kind: m.spec.Kind, State: m.state, Seq: m.seq, OpenAt: m.openAt, CloseAt: m.closeAt, Bidders: len(m.known)}
	switch m.spec.Kind {
	case English:
		v.Price, v.Standing, v.BuyNow = m.price, m.standing, m.offersBuyNow()
		v.Minimum, _ = m.Minimum()
	case Dutch:
		v.Price, v.Tick, v.Left = m.clockPrice(), m.tick, m.left
		v.CloseAt = time.Time{}
	}
	if !m.spec.Hidden || m.outcome != nil {
		v.Reserve = m.spec.Reserve
	}
	if m.outcome != nil {
		o := *m.outcome
		o.Awards, o.Forfeits = slices.Clone(o.Awards), slices.Clone(o.Forfeits)
		v.Outcome = &o
	}
	return v
}

// Spec returns the rules, with what zero means filled in.
func (m *Machine) Spec() Spec { return m.spec }

// State returns where the auction is.
func (m *Machine) State() State { return m.state }

// Seq returns the length of the log.
func (m *Machine) Seq() uint64 { return m.seq }

// Hash stands for the whole log: two machines with the same are the same.
func (m *Machine) Hash() [32]byte { return m.log }

// Bidders returns who has a bid or took pieces, in order of their names.
func (m *Machine) Bidders() []string {
	var list []string
	for b, withdrawn := range m.known {
		if !withdrawn {
			list = append(list, b)
		}
	}
	slices.Sort(list)
	return list
}

// Outcome returns how the auction ended, once that is decided.
func (m *Machine) Outcome() (Outcome, bool) {
	if m.outcome == nil {
		return Outcome{}, false
	}
	return *m.View().Outcome, true
}

// Last returns the stamp of the last input.
func (m *Machine) Last() time.Time { return m.at }
