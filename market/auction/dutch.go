// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// ticks is the tick at which the clock reaches its floor.
func (m *Machine) ticks() int64 {
	d := &m.spec.Dutch
	gap := max(d.Start-d.Floor, d.Floor-d.Start)
	return int64((gap + d.Step - 1) / d.Step)
}

// tickAt is when a tick is due. It is counted from the opening, so that delays do not add up.
func (m *Machine) tickAt(n int64) time.Time {
	return m.openAt.Add(time.Duration(n) * m.spec.Dutch.Interval)
}

// clockPrice is the price at the tick that is.
func (m *Machine) clockPrice() money.Amount {
	d := &m.spec.Dutch
	if m.tick >= m.ticks() {
		return d.Floor
	}
	by := money.Amount(m.tick) * d.Step // less than the gap
	if m.spec.Reverse {
		return d.Start + by
	}
	return d.Start - by
}

// turn judges a tick of the clock.
func (m *Machine) turn(in Tick) (plan, error) {
	switch {
	case m.spec.Kind != Dutch || in.N != m.tick+1 || m.tick >= m.ticks():
		return plan{}, fmt.Errorf("auction: tick %d of %q: %w", in.N, m.spec.ID, ErrStale)
	case m.stamp(in).Before(m.tickAt(in.N)):
		return plan{}, fmt.Errorf("auction: tick %d of %q: %w", in.N, m.spec.ID, ErrEarly)
	}
	return plan{do: func() { m.tick++ }}, nil
}

// accept judges who takes pieces at the price of the clock.
func (m *Machine) accept(in Accept) (plan, error) {
	if err := m.admit(in, in.Bidder, in.Asset); err != nil {
		return plan{}, err
	}
	if m.spec.Kind != Dutch {
		return plan{}, &BidError{"kind", "only a price clock is accepted"}
	}
	price := m.clockPrice()
	switch {
	case in.Quantity <= 0:
		return plan{}, &BidError{"quantity", "want more than 0"}
	case in.Quantity > m.spec.Units:
		return plan{}, &SizeError{"pieces", m.spec.Units}
	case in.Seen < 0 || in.Seen > m.tick:
		return plan{}, &BidError{"seen", "a tick that has not been"}
	case in.Limit <= 0:
		return plan{}, &BidError{"limit", "want more than 0"}
	case m.spec.better(price, in.Limit):
		return plan{}, &PriceError{price}
	}
	n := min(in.Quantity, m.left)
	pays, err := price.Mul(n)
	if err != nil {
		return plan{}, err
	}
	hold, err := m.Exposure(in.Bidder).Add(pays)
	if err != nil {
		return plan{}, err
	}
	if m.spec.Reverse {
		hold = m.spec.Deposit
	}
	return plan{hold: hold, result: Result{Standing: true, Price: price, Quantity: n}, do: func() {
		m.known[in.Bidder] = false
		m.taken = append(m.taken, Award{Bidder: in.Bidder, Seq: m.seq, Units: n, Amount: pays})
		m.price = price
		if m.left -= n; m.left == 0 {
			m.state = Closing
		}
	}}, nil
}

// decideDutch sells what was taken; at the last price, if all pay one: it is never worse for a taker than its own.
func (m *Machine) decideDutch() []Award {
	awards := slices.Clone(m.taken)
	if m.spec.Dutch.OnePrice {
		for i := range awards {
			awards[i].Amount = m.price * money.Amount(awards[i].Units) // in a procurement within the ceiling that the owner holds
		}
	}
	return awards
}
