// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"fmt"
	"slices"

	"mabeam.dev/market/money"
)

// bid judges a bid by what all kinds ask for, and then by its kind.
func (m *Machine) bid(in Bid) (plan, error) {
	if err := m.admit(in, in.Bidder, in.Asset); err != nil {
		return plan{}, err
	}
	if err := m.form(in); err != nil {
		return plan{}, err
	}
	switch m.spec.Kind {
	case English:
		return m.raise(in)
	case Combinatorial:
		return m.bundle(in)
	}
	hold, err := m.cost(in)
	if err != nil {
		return plan{}, err
	}
	return plan{hold: hold, do: func() { m.put(in) }}, nil
}

// put makes a bid the live one of its bidder.
func (m *Machine) put(in Bid) {
	m.bids[in.Bidder] = &entry{bid: in, seq: m.seq}
	m.known[in.Bidder] = false
}

// admit judges who bids, in what, and when.
func (m *Machine) admit(in Input, bidder string, asset money.Asset) error {
	s := &m.spec
	refuse := func(err error) error {
		return fmt.Errorf("auction: %s of %.100q in %q: %w", in.input(), bidder, s.ID, err)
	}
	_, known := m.known[bidder]
	switch {
	case bidder == "":
		return &BidError{"bidder", "none"}
	case s.Kind != Dutch && !m.stamp(in).Before(m.closeAt):
		return refuse(ErrClosed)
	case bidder == s.Owner:
		return refuse(ErrSellerBid)
	case slices.Contains(s.Related, bidder):
		return refuse(ErrRelatedParty)
	case len(s.Invited) > 0 && !slices.Contains(s.Invited, bidder):
		return refuse(ErrUnauthorized)
	case asset != s.Currency:
		return refuse(money.Of(0, asset).Same(money.Of(0, s.Currency)))
	case !known && s.MaxBidders >= 0 && len(m.known) >= s.MaxBidders:
		return refuse(ErrTooManyBidders)
	}
	return nil
}

// form judges whether a bid has what its kind asks for, and nothing else.
func (m *Machine) form(in Bid) error {
	s := &m.spec
	single := s.Kind != Uniform && s.Kind != Combinatorial && s.RevealFor == 0 && !in.BuyNow
	switch {
	case s.Kind == Dutch:
		return &BidError{"kind", "a price clock takes no bids, but pieces are accepted"}
	case in.BuyNow && s.Kind != English:
		return fmt.Errorf("auction: buy now in %q: %w", s.ID, ErrNotOffered)
	case !single && in.Amount != 0:
		return &BidError{"amount", "this auction asks for other things"}
	case s.Kind != Uniform && len(in.Values) > 0:
		return &BidError{"values", "only a uniform price auction asks for values"}
	case s.Kind != Combinatorial && len(in.Bundles) > 0:
		return &BidError{"bundles", "only a combinatorial auction asks for bundles"}
	case s.RevealFor == 0 && len(in.Commitment) > 0:
		return &BidError{"commitment", "this auction asks for no commitments"}
	case s.RevealFor > 0 && len(in.Commitment) != commitmentSize:
		return &BidError{"commitment", "want 32 bytes"}
	case s.Kind == Uniform:
		return m.values(in.Values)
	case s.Kind == Combinatorial:
		return m.wanted(in.Bundles)
	case single:
		return m.amount("amount", in.Amount)
	}
	return nil
}

// amount judges one price by what it is and by the public reserve.
func (m *Machine) amount(field string, a money.Amount) error {
	if a <= 0 {
		return &BidError{field, "want more than 0"}
	}
	if a > MaxPrice {
		return fmt.Errorf("auction: bid %q: %w", field, money.ErrOverflow)
	}
	if !m.spec.Hidden && !m.meets(a) {
		return &ReserveError{m.spec.Reserve}
	}
	return nil
}

// cost is what a bid could cost its bidder, all in all: what it must have set aside.
func (m *Machine) cost(in Bid) (money.Amount, error) {
	s := &m.spec
	if s.Reverse || s.RevealFor > 0 && len(in.Commitment) > 0 {
		return s.Deposit, nil
	}
	switch s.Kind {
	case Uniform:
		var sum money.Sum
		for _, v := range in.Values {
			sum.Add(v)
		}
		return sum.Amount()
	case GSP:
		return in.Amount.Mul(s.GSP.Slots[0])
	case Combinatorial:
		return groupMaxima(in.Bundles)
	}
	return money.MulDiv(in.Amount, s.DepositPerMillion, million, money.Up)
}

// withdraw judges who takes a bid back.
func (m *Machine) withdraw(in Withdraw) (plan, error) {
	refuse := func(err error) (plan, error) {
		return plan{}, fmt.Errorf("auction: withdraw the bid of %.100q in %q: %w", in.Bidder, m.spec.ID, err)
	}
	withdrawn, known := m.known[in.Bidder]
	switch {
	case m.spec.Kind == Dutch && known, m.standing == in.Bidder && in.Bidder != "":
		return refuse(ErrBidBinding)
	case m.spec.Kind != Dutch && !m.stamp(in).Before(m.closeAt):
		return refuse(ErrClosed)
	case withdrawn:
		return refuse(ErrWithdrawn)
	case !known:
		return refuse(ErrNoBid)
	}
	return plan{do: func() {
		m.forget(m.bids[in.Bidder])
		delete(m.bids, in.Bidder)
		m.known[in.Bidder] = true
	}}, nil
}

// live returns the bids that can win, in the order of their arrival.
func (m *Machine) live() []*entry {
	var list []*entry
	for bidder, e := range m.bids {
		if !m.out[bidder] && (m.spec.RevealFor == 0 || e.revealed) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *entry) int { return int(a.seq) - int(b.seq) })
	return list
}

// better reports whether a price is better for the owner than another.
func (s *Spec) better(a, b money.Amount) bool {
	if s.Reverse {
		return a < b
	}
	return a > b
}

// meets reports whether a price is no worse than the reserve.
func (m *Machine) meets(a money.Amount) bool {
	return m.spec.Reserve == 0 || !m.spec.better(m.spec.Reserve, a)
}

// atLeast is the better of two prices, for the owner.
func (m *Machine) atLeast(a, b money.Amount) money.Amount {
	if m.spec.better(a, b) {
		return a
	}
	return b
}

// bounded is a price, or the reserve if that is better for the owner.
func (m *Machine) bounded(a money.Amount) money.Amount {
	if m.spec.Reserve == 0 {
		return a
	}
	return m.atLeast(a, m.spec.Reserve)
}
