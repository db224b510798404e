// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Exposure is what a bidder must have set aside now; what is held beyond it can be given back.
func (m *Machine) Exposure(bidder string) money.Amount {
	if m.state.Terminal() {
		return 0
	}
	if m.spec.Kind == Dutch {
		return m.takenBy(bidder)
	}
	e := m.bids[bidder]
	switch {
	case e == nil:
		return 0
	case m.state == Settling:
		for _, a := range m.outcome.Awards {
			if a.Bidder == bidder && !m.spec.Reverse {
				return a.Amount
			}
		}
	case m.spec.Kind == English && m.spec.DepositPerMillion == million && bidder != m.standing:
		return 0 // outbid for good: who stands cannot default
	}
	need, _ := m.cost(m.deposited(bidder)) // was judged when the bid came
	if m.spec.RevealFor > 0 {
		need = max(need, m.spec.Deposit)
	}
	return need
}

func (m *Machine) takenBy(bidder string) money.Amount {
	sum := money.Amount(0)
	for _, a := range m.taken {
		if a.Bidder == bidder {
			if m.spec.Reverse {
				return m.spec.Deposit
			}
			sum += a.Amount // fits: it was judged when the pieces were taken
		}
	}
	return sum
}

// Need is an amount of an asset.
type Need struct {
	Asset  money.Asset
	Amount money.Amount
}

// OwnerNeeds returns what the owner must have set aside before the auction opens: the lots or, of a procurement, the most that it can cost.
func (m *Machine) OwnerNeeds() ([]Need, error) {
	s := &m.spec
	if s.Reverse {
		most, err := m.ceilings()
		return []Need{{s.Currency, most}}, err
	}
	if s.Service {
		return nil, nil
	}
	var needs []Need
	for _, g := range s.Goods {
		n := s.Units
		if s.Kind == GSP {
			if n = 0; len(s.GSP.Slots) > 0 {
				for _, uses := range s.GSP.Slots {
					n += uses
				}
			}
		}
		needs = append(needs, Need{g, money.Amount(n)})
	}
	return needs, nil
}

// ceilings is the most that a procurement can cost.
func (m *Machine) ceilings() (money.Amount, error) {
	s := &m.spec
	switch s.Kind {
	case Combinatorial:
		if s.Combinatorial.AwardAll {
			return s.Combinatorial.Budget, nil
		}
		return m.reserves(every(len(s.Goods))), nil
	case English:
		return s.Reserve, nil
	case GSP:
		uses := int64(0)
		for _, n := range s.GSP.Slots {
			uses += n
		}
		return s.Reserve.Mul(uses)
	}
	return s.Reserve.Mul(s.Units)
}

// Hold is what somebody has set aside for the auction. An owner may have several of an asset.
type Hold struct {
	ID, Owner string
	Asset     money.Asset
	Amount    money.Amount
}

// Release says what becomes of a hold: who is paid from it. The rest goes back to who set it aside.
type Release struct {
	Hold Hold
	Pay  []Pay
}

// Pay is a payment out of a hold.
type Pay struct {
	// To is the owner who gets it; empty for the accounts of the market.
	To string
	// Account is where it goes.
	Account Account
	Amount  money.Amount
}

// Account is where a payment goes.
type Account uint8

// The accounts.
const (
	ToOwner   Account = iota // what somebody may dispose of
	ToFees                   // what the market charges
	ToPenalty                // what was forfeited
)

// SettlementKey names the settlement for ever: repeating it pays nobody twice.
func (m *Machine) SettlementKey() string { return fmt.Sprintf("settle/%s/%d", m.spec.ID, m.round) }

// due is a payment that the outcome asks for.
type due struct {
	from  string
	asset money.Asset
	pay   Pay
}

// dues lists what the outcome asks of whom; nothing if nothing was sold.
func (m *Machine) dues() ([]due, error) {
	if m.outcome == nil || m.state == Cancelled || m.state == Failed {
		return nil, nil
	}
	s := &m.spec
	var list []due
	add := func(from string, asset money.Asset, to string, account Account, a money.Amount) {
		if a > 0 {
			list = append(list, due{from, asset, Pay{to, account, a}})
		}
	}
	for _, a := range m.outcome.Awards {
		fee, err := money.MulDiv(a.Amount, s.FeePerMillion, million, money.Down)
		if err != nil {
			return nil, err
		}
		payer, payee := a.Bidder, s.Owner
		if s.Reverse {
			payer, payee = payee, payer
		}
		add(payer, s.Currency, payee, ToOwner, a.Amount-fee)
		add(payer, s.Currency, "", ToFees, fee)
		switch {
		case s.Service:
		case s.Kind == Combinatorial:
			for _, g := range a.Goods {
				add(s.Owner, s.Goods[g], a.Bidder, ToOwner, 1)
			}
		default:
			add(s.Owner, s.Goods[0], a.Bidder, ToOwner, money.Amount(a.Units))
		}
	}
	for _, f := range m.outcome.Forfeits {
		add(f.Bidder, s.Currency, "", ToPenalty, f.Amount)
	}
	return list, nil
}

// Settlement says what becomes of every hold: the winners' pay, and all the rest goes back. It is one transaction, under SettlementKey. Of an
// auction that sold nothing, was cancelled or failed it gives everything back. Holds that do not cover what is due are ErrUncovered.
func (m *Machine) Settlement(holds []Hold) ([]Release, error) {
	if m.outcome == nil && !m.state.Terminal() {
		return nil, &StateError{Have: m.state, Want: []State{Decided, Settling}, Event: "settlement"}
	}
	dues, err := m.dues()
	if err != nil {
		return nil, err
	}
	releases := make([]Release, len(holds))
	left := make([]money.Amount, len(holds))
	for i, h := range holds {
		releases[i].Hold, left[i] = h, h.Amount
	}
	for _, d := range dues {
		for i, h := range holds {
			if h.Owner != d.from || h.Asset != d.asset || left[i] == 0 || d.pay.Amount == 0 {
				continue
			}
			part := d.pay
			part.Amount = min(left[i], d.pay.Amount)
			left[i] -= part.Amount
			d.pay.Amount -= part.Amount
			releases[i].Pay = append(releases[i].Pay, part)
		}
		if d.pay.Amount > 0 {
			return nil, fmt.Errorf("auction: settle %q: %q lacks %v %s: %w", m.spec.ID, d.from, d.pay.Amount, d.asset, ErrUncovered)
		}
	}
	return releases, nil
}
