// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/market/money"
)

// Event is what a command did. It is what has to be written down: Apply makes the same of it on every machine, since it computes no charge
// again.
type Event struct {
	// State is where the market is after the event.
	State State
	At    int64 // nanoseconds
	// Owner, Outcome and Shares are of a trade; Paid is what it cost, negative if it brought something, and Charged the new charge of all.
	Owner   string
	Outcome int // also of a proposal and a resolution
	Shares  money.Amount
	Paid    money.Amount
	Charged money.Amount
}

// Trade buys shares of an outcome, or sells them if they are negative. The most that it may cost is the limit; for a sale it is the negative of
// the least that it must bring. The event is applied already.
func (m *Market) Trade(at int64, owner string, outcome int, shares, limit money.Amount) (Event, error) {
	if err := m.in("trade", Open); err != nil {
		return Event{}, err
	}
	if m.spec.Close != 0 && at >= m.spec.Close {
		return Event{}, &StateError{Closed, "trade"}
	}
	if owner == "" {
		return Event{}, &SpecError{"owner", "is empty"}
	}
	c, err := m.next(outcome, shares)
	if err != nil {
		return Event{}, err
	}
	if h := m.holders[owner]; shares < 0 && (h == nil || h[outcome]+shares < 0) {
		return Event{}, fmt.Errorf("predict: %q sells %v of %q: %w", owner, -shares, m.spec.Outcomes[outcome], ErrShares)
	}
	if c-m.charged > limit {
		return Event{}, fmt.Errorf("predict: %v shares of %q cost %v, limit %v: %w", shares, m.spec.Outcomes[outcome], c-m.charged, limit, ErrPrice)
	}
	e := Event{State: Open, At: at, Owner: owner, Outcome: outcome, Shares: shares, Paid: c - m.charged, Charged: c}
	m.Apply(e)
	return e, nil
}

// in refuses a command unless the market is in one of the states.
func (m *Market) in(command string, states ...State) error {
	switch {
	case slices.Contains(states, m.state):
		return nil
	case m.state == Resolved || m.state == Void:
		return fmt.Errorf("predict: %s: %w", command, ErrAlreadyResolved)
	}
	return &StateError{m.state, command}
}

// Shut ends trading; at Close or later anybody may, before it only who owns the market: the caller sees to that.
func (m *Market) Shut(at int64) (Event, error) {
	return m.move("close", Event{State: Closed, At: at}, Open)
}

// Propose names the outcome. It stands if nobody disputes it in time.
func (m *Market) Propose(at int64, outcome int) (Event, error) {
	if outcome < 0 || outcome >= len(m.sold) {
		return Event{}, &SpecError{"outcome", fmt.Sprintf("%d of %d", outcome, len(m.sold))}
	}
	return m.move("propose", Event{State: Proposed, At: at, Outcome: outcome}, Closed)
}

// Dispute says that the proposed outcome is wrong: then only Resolve or Cancel end the market. After the time for it, it is a *StateError.
func (m *Market) Dispute(at int64) (Event, error) {
	if m.state == Proposed && at >= m.until {
		return Event{}, &StateError{m.state, "dispute"}
	}
	return m.move("dispute", Event{State: Disputed, At: at, Outcome: m.proposed}, Proposed)
}

// Confirm resolves the market by the proposed outcome, once the time for disputes is over.
func (m *Market) Confirm(at int64) (Event, error) {
	if m.state == Proposed && at < m.until {
		return Event{}, &StateError{m.state, "confirm"}
	}
	return m.move("confirm", Event{State: Resolved, At: at, Outcome: m.proposed}, Proposed)
}

// Resolve decides a dispute.
func (m *Market) Resolve(at int64, outcome int) (Event, error) {
	if outcome < 0 || outcome >= len(m.sold) {
		return Event{}, &SpecError{"outcome", fmt.Sprintf("%d of %d", outcome, len(m.sold))}
	}
	return m.move("resolve", Event{State: Resolved, At: at, Outcome: outcome}, Disputed)
}

// Cancel ends the market without an outcome: every share is paid its closing price.
func (m *Market) Cancel(at int64) (Event, error) {
	return m.move("cancel", Event{State: Void, At: at}, Open, Closed, Proposed, Disputed)
}

func (m *Market) move(command string, e Event, from ...State) (Event, error) {
	if err := m.in(command, from...); err != nil {
		return Event{}, err
	}
	m.Apply(e)
	return e, nil
}

// Apply does what an event says, without asking whether it may be: commands do that, and their events are trusted when they are read again.
func (m *Market) Apply(e Event) {
	m.state = e.State
	switch e.State {
	case Open:
		h := m.holders[e.Owner]
		if h == nil {
			h = make([]money.Amount, len(m.sold))
			m.holders[e.Owner] = h
		}
		h[e.Outcome] += e.Shares
		m.sold[e.Outcome] += e.Shares
		m.charged = e.Charged
	case Proposed:
		m.proposed, m.until = e.Outcome, e.At+m.spec.Disputes
	case Resolved:
		m.proposed = e.Outcome
	case Closed, Disputed, Void:
	}
}

// Payout is what one owner gets.
type Payout struct {
	Owner  string
	Amount money.Amount
}

// Settle returns what everybody gets, by name, and what is left of the subsidy and of the money taken for the maker: together they are all of it.
// Owners who get nothing are left out. Of a Void market, prices that were read on another machine may differ in the last digit: its
// settlement is written down as well. A market that is not at its end is a *StateError.
func (m *Market) Settle() ([]Payout, money.Amount, error) {
	if m.state != Resolved && m.state != Void {
		return nil, 0, &StateError{m.state, "settle"}
	}
	rest := m.spec.Subsidy() + m.Taken()
	var all []Payout
	for _, owner := range slices.Sorted(maps.Keys(m.holders)) {
		var pays money.Amount
		for i, h := range m.holders[owner] {
			switch {
			case m.state == Void:
				part, err := money.MulDiv(h, int64(m.Price(i)), int64(money.Unit), money.Down)
				if err != nil {
					return nil, 0, err
				}
				pays += part // shares are below 2^45, outcomes at most 256
			case i == m.proposed:
				pays += h
			}
		}
		if pays > 0 {
			all = append(all, Payout{owner, pays})
			rest -= pays
		}
	}
	return all, rest, nil
}
