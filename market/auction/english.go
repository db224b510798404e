// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"fmt"

	"mabeam.dev/market/money"
)

// raise judges a bid of an English auction.
func (m *Machine) raise(in Bid) (plan, error) {
	if in.BuyNow {
		return m.buyNow(in)
	}
	own := m.bids[in.Bidder]
	if m.spec.English.Proxy && in.Bidder == m.standing && own != nil {
		if !m.spec.better(in.Amount, own.bid.Amount) {
			return plan{}, &PriceError{m.step(own.bid.Amount, 1)}
		}
	} else {
		least, err := m.Minimum()
		if err != nil {
			return plan{}, err
		}
		if m.spec.better(least, in.Amount) {
			return plan{}, &PriceError{least}
		}
	}
	hold, err := m.cost(in)
	if err != nil {
		return plan{}, err
	}
	standing, price := m.stands(in)
	return plan{hold: hold, result: Result{Standing: standing == in.Bidder, Price: price}, do: func() {
		m.put(in)
		m.standing, m.price = standing, price
		m.extend()
	}}, nil
}

// Minimum is the worst price that an English auction takes now, from who does not stand.
func (m *Machine) Minimum() (money.Amount, error) {
	if m.standing == "" {
		if start := m.spec.English.Start; m.spec.Hidden {
			return start, nil
		} else {
			return m.bounded(start), nil
		}
	}
	inc, err := m.spec.English.Increment.at(m.price)
	return m.step(m.price, inc), err
}

// step is a price made better for the owner.
func (m *Machine) step(a, by money.Amount) money.Amount {
	if m.spec.Reverse {
		return a - by
	}
	return a + by // both are bounded far below the most
}

// at is the step at a price.
func (i Increment) at(price money.Amount) (money.Amount, error) {
	inc := i.Absolute
	for _, b := range i.Bands {
		if price >= b.From {
			inc = b.Step
		}
	}
	share, err := money.MulDiv(price, i.PerMillion, million, money.Up)
	if err != nil {
		return 0, err
	}
	return max(1, inc+share), nil
}

// stands says who has the best bid after one that is good enough, and at what price.
func (m *Machine) stands(in Bid) (string, money.Amount) {
	if !m.spec.English.Proxy {
		return in.Bidder, in.Amount
	}
	if in.Bidder == m.standing { // its own limit does not make it pay more, but for a reserve that is met now
		if m.spec.Reserve != 0 && m.meets(in.Amount) {
			return m.standing, m.bounded(m.price)
		}
		return m.standing, m.price
	}
	best := m.bids[m.standing]
	if best == nil {
		return in.Bidder, m.against(in.Amount, 0)
	}
	winner, limit, second := m.standing, best.bid.Amount, in.Amount
	if m.spec.better(in.Amount, limit) {
		winner, limit, second = in.Bidder, in.Amount, limit
	}
	price := m.atLeast(m.against(limit, second), m.price)
	return winner, price
}

// against is the price of the best limit against the second best, of which 0 means none.
func (m *Machine) against(best, second money.Amount) money.Amount {
	price := m.spec.English.Start
	if second != 0 {
		inc, _ := m.spec.English.Increment.at(second) // a price that was accepted
		price = m.atLeast(price, m.step(second, inc))
	}
	if m.meets(best) {
		price = m.bounded(price)
	}
	if m.spec.better(price, best) {
		return best
	}
	return price
}

// extend moves the close after a late bid.
func (m *Machine) extend() {
	e := &m.spec.English
	if m.closeAt.Sub(m.at) >= e.SoftWindow || m.extended >= e.MaxExtended {
		return
	}
	if later := m.at.Add(e.SoftExtend); later.After(m.closeAt) {
		m.closeAt = later
		m.extended++
		m.gen++
	}
}

// offersBuyNow reports whether the auction can be ended at its price now.
func (m *Machine) offersBuyNow() bool {
	e := &m.spec.English
	switch {
	case e.BuyNow == 0 || m.standing != "" && !m.spec.better(e.BuyNow, m.price):
		return false
	case e.UntilMet:
		return m.standing == "" || !m.meets(m.price)
	}
	return m.standing == ""
}

func (m *Machine) buyNow(in Bid) (plan, error) {
	if !m.offersBuyNow() {
		return plan{}, fmt.Errorf("auction: buy now in %q: %w", m.spec.ID, ErrNotOffered)
	}
	price := m.spec.English.BuyNow
	bid := in
	bid.Amount = price
	hold, err := m.cost(bid)
	if err != nil {
		return plan{}, err
	}
	return plan{hold: hold, result: Result{Standing: true, Price: price}, do: func() {
		m.put(bid)
		m.standing, m.price = in.Bidder, price
		m.state = Closing
	}}, nil
}

// decideEnglish sells to who stands. After a default the next best limits make a price of their own.
func (m *Machine) decideEnglish() []Award {
	winner, price := m.standing, m.price
	if m.round > 0 {
		winner, price = m.restand()
	}
	if winner == "" || !m.meets(price) {
		return nil
	}
	return []Award{{Bidder: winner, Seq: m.bids[winner].seq, Units: m.spec.Units, Amount: price}}
}

// restand finds the best of the bids whose bidders have not defaulted.
func (m *Machine) restand() (string, money.Amount) {
	var best, second *entry
	for _, e := range m.live() {
		switch {
		case best == nil || m.spec.better(e.bid.Amount, best.bid.Amount):
			best, second = e, best
		case second == nil || m.spec.better(e.bid.Amount, second.bid.Amount):
			second = e
		}
	}
	switch {
	case best == nil:
		return "", 0
	case !m.spec.English.Proxy:
		return best.bid.Bidder, best.bid.Amount
	case second == nil:
		return best.bid.Bidder, m.against(best.bid.Amount, 0)
	}
	return best.bid.Bidder, m.against(best.bid.Amount, second.bid.Amount)
}
