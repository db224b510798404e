// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"mabeam.dev/market/money"
)

// Outcome is how an auction ended.
type Outcome struct {
	// Sold says that there are awards; Reason, if it is set, why not.
	Sold   bool
	Reason string  `json:",omitempty"`
	Awards []Award `json:",omitempty"`
	// Forfeits are deposits that are lost.
	Forfeits []Forfeit `json:",omitempty"`
	// Round is how often winners defaulted before.
	Round int `json:",omitempty"`
	// Hash stands for the log up to the decision and the outcome.
	Hash string
}

// Award is what a bidder won.
type Award struct {
	Bidder string
	// Seq is the place of its bid in the log.
	Seq uint64
	// Units are the pieces, Goods the indices of a combinatorial auction's, and Slot the one of a GSP auction, from 1.
	Units int64
	Goods []int `json:",omitempty"`
	Slot  int   `json:",omitempty"`
	// Amount is what the bidder pays, all in all; in a procurement it is paid that.
	Amount money.Amount
}

// Forfeit is a deposit that is lost.
type Forfeit struct {
	Bidder string
	Amount money.Amount
}

// decide finds the outcome. It is a function of the log and, of a combinatorial auction, of the answer that becomes part of it.
func (m *Machine) decide(in Decide) (plan, error) {
	var awards []Award
	var err error
	switch {
	case in.GiveUp && m.spec.Kind != Combinatorial:
		err = fmt.Errorf("auction: give up %q: its winners are known: %w", m.spec.ID, ErrUnauthorized)
	case in.GiveUp:
	case m.spec.Kind == English:
		awards = m.decideEnglish()
	case m.spec.Kind == Dutch:
		awards = m.decideDutch()
	case m.spec.Kind == FirstPrice:
		awards, err = m.decideSealed(false)
	case m.spec.Kind == Vickrey:
		awards, err = m.decideSealed(true)
	case m.spec.Kind == Uniform:
		awards, err = m.decideUniform()
	case m.spec.Kind == GSP:
		awards, err = m.decideGSP()
	case m.spec.Kind == Combinatorial:
		awards, err = m.decideCombinatorial(in.Answer)
	}
	if err != nil {
		return plan{}, err
	}
	o := &Outcome{Sold: len(awards) > 0, Reason: in.Reason, Awards: awards, Forfeits: m.forfeit(), Round: m.round}
	body, err := json.Marshal(o)
	if err != nil {
		return plan{}, fmt.Errorf("auction: decide %q: %w", m.spec.ID, err)
	}
	return plan{do: func() {
		sum := sha256.Sum256(append(m.log[:], body...))
		o.Hash = hex.EncodeToString(sum[:])
		m.state, m.outcome = Decided, o
	}}, nil
}

// defaults judges a winner that does not pay.
func (m *Machine) defaults(in Default) (plan, error) {
	won := false
	for _, a := range m.outcome.Awards {
		won = won || a.Bidder == in.Bidder
	}
	switch {
	case m.spec.DepositPerMillion == million:
		return plan{}, fmt.Errorf("auction: default of %.100q in %q: all is held: %w", in.Bidder, m.spec.ID, ErrUnauthorized)
	case !won:
		return plan{}, fmt.Errorf("auction: default of %.100q in %q: %w", in.Bidder, m.spec.ID, ErrNoBid)
	}
	deposit, err := m.cost(m.deposited(in.Bidder))
	if err != nil {
		return plan{}, err
	}
	return plan{do: func() {
		m.out[in.Bidder] = true
		m.forfeits = append(m.forfeits, Forfeit{in.Bidder, deposit})
		m.outcome = nil
		m.round++
		m.state = Closing
	}}, nil
}

// deposited is a bidder's bid as its deposit was counted.
func (m *Machine) deposited(bidder string) Bid {
	b := m.bids[bidder].bid
	if m.bids[bidder].revealed {
		b.Commitment = nil
	}
	return b
}
