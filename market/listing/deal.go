// SPDX-License-Identifier: Apache-2.0

package listing

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Move is money that goes from one account to another; the ledger makes it.
type Move struct {
	From, To string
	Amount   money.Amount
}

// The accounts of the ledger that deals move between.
func available(owner string) string { return owner + "/available" }
func held(deal string) string       { return "held/" + deal }

const fees = "fees"

// moves leaves out what moves nothing.
func moves(all ...Move) []Move {
	var some []Move
	for _, m := range all {
		if m.Amount > 0 {
			some = append(some, m)
		}
	}
	return some
}

// State is where a deal is on its way.
type State string

// The states. Paid, Resolved, Refunded and Cancelled are the ends.
const (
	Funded     State = "funded"
	InProgress State = "in progress"
	Delivered  State = "delivered"
	Disputed   State = "disputed"
	Paid       State = "paid"
	Resolved   State = "resolved"
	Refunded   State = "refunded"
	Cancelled  State = "cancelled"
)

// Deal is one service that is bought. Its price waits in an account of the deal until the end.
type Deal struct {
	ID, Listing, Buyer, Provider string
	Price                        money.Amount
	State                        State
	// Until is when the provider must have delivered, or the buyer must have answered.
	Until int64
	// discount is the part of the fees that the provider's reputation saves, as it was when the deal was made.
	discount int64
	success  bool
}

// Deal returns a deal, also when it is over.
func (m *Market) Deal(id string) (Deal, error) {
	d := m.deals[id]
	if d == nil {
		return Deal{}, fmt.Errorf("listing: deal %q: %w", id, ErrUnknown)
	}
	return *d, nil
}

// Buy makes a deal about a listing, at its price, which the buyer pays in now. A limit of 0 is none.
func (m *Market) Buy(at int64, id, listing, buyer string, limit money.Amount) ([]Move, error) {
	if id == "" || buyer == "" {
		return nil, &InputError{"id or buyer", "is empty"}
	}
	if m.deals[id] != nil {
		return nil, fmt.Errorf("listing: deal %q: %w", id, ErrDuplicate)
	}
	e := m.listings[listing]
	switch {
	case e == nil || e.gone || e.Expires != 0 && e.Expires <= at:
		return nil, fmt.Errorf("listing: %q: %w", listing, ErrUnknown)
	case e.Provider == buyer:
		return nil, &InputError{"buyer", "is the provider"}
	case e.busy >= e.Capacity:
		return nil, fmt.Errorf("listing: %q: %w", listing, ErrFull)
	case limit != 0 && e.Price > limit:
		return nil, &PriceError{listing, e.Price, limit}
	}
	if err := m.gate(e.Provider); err != nil {
		return nil, err
	}
	d := &Deal{ID: id, Listing: listing, Buyer: buyer, Provider: e.Provider, Price: e.Price, State: Funded, Until: at + m.spec.Delivery}
	if m.spec.Discount > 0 {
		d.discount = int64(float64(m.spec.Discount) * unit(m.judge(e.Provider).Reputation))
	}
	e.busy++
	m.deals[id] = d
	return moves(Move{available(buyer), held(id), d.Price}), nil
}

// step returns a deal if it is in one of the states and the party may take the step.
func (m *Market) step(id, step, who string, party func(*Deal) string, from ...State) (*Deal, error) {
	d := m.deals[id]
	if d == nil {
		return nil, fmt.Errorf("listing: deal %q: %w", id, ErrUnknown)
	}
	if party != nil && party(d) != who {
		return nil, fmt.Errorf("listing: %s deal %q: %w", step, id, ErrNotYours)
	}
	for _, s := range from {
		if d.State == s {
			return d, nil
		}
	}
	return nil, &StateError{id, d.State, step}
}

func buyer(d *Deal) string    { return d.Buyer }
func provider(d *Deal) string { return d.Provider }

// Begin says that the provider works on it: the buyer cannot give it up any more.
func (m *Market) Begin(at int64, id, who string) error {
	d, err := m.step(id, "begin", who, provider, Funded)
	if err != nil {
		return err
	}
	if at >= d.Until {
		return &StateError{id, "overdue", "begin"}
	}
	d.State = InProgress
	return nil
}

// Cancel gives a deal up before work began. The buyer gets the price back less the fee, unless it is overdue: see Expired.
func (m *Market) Cancel(id, who string) ([]Move, error) {
	d, err := m.step(id, "cancel", who, buyer, Funded)
	if err != nil {
		return nil, err
	}
	fee := part(d.Price, m.spec.Cancellation)
	m.over(d, Cancelled)
	return moves(Move{held(id), fees, fee}, Move{held(id), available(d.Buyer), d.Price - fee}), nil
}

// Deliver says that the work is done, in time. The buyer has a time to answer.
func (m *Market) Deliver(at int64, id, who string) error {
	d, err := m.step(id, "deliver", who, provider, InProgress)
	if err != nil {
		return err
	}
	if at >= d.Until {
		return &StateError{id, "overdue", "deliver"}
	}
	d.State, d.Until = Delivered, at+m.spec.Acceptance
	return nil
}

// Accept says that the work is good: the provider is paid.
func (m *Market) Accept(id, who string) ([]Move, error) {
	d, err := m.step(id, "accept", who, buyer, Delivered)
	if err != nil {
		return nil, err
	}
	d.success = true
	return m.pay(d, Paid, million), nil
}

// Dispute says that it is not, in time: then only Resolve ends the deal.
func (m *Market) Dispute(at int64, id, who string) error {
	d, err := m.step(id, "dispute", who, buyer, Delivered)
	if err != nil {
		return err
	}
	if at >= d.Until {
		return &StateError{id, "accepted by silence", "dispute"}
	}
	d.State = Disputed
	return nil
}

// Resolve ends a dispute: the provider's part of the price is in millionths.
func (m *Market) Resolve(id string, share int64) ([]Move, error) {
	if share < 0 || share > million {
		return nil, &InputError{"share", "is not in 0 to a million"}
	}
	d, err := m.step(id, "resolve", "", nil, Disputed)
	if err != nil {
		return nil, err
	}
	return m.pay(d, Resolved, share), nil
}

// Expired does what follows from a time that is over: what was not delivered is refunded, and silence about what was delivered accepts it, without
// the fee for success. A deal whose time is not over is a *StateError.
func (m *Market) Expired(at int64, id string) ([]Move, error) {
	d, err := m.step(id, "expire", "", nil, Funded, InProgress, Delivered)
	if err != nil {
		return nil, err
	}
	if at < d.Until {
		return nil, &StateError{id, d.State, "expire"}
	}
	if d.State == Delivered {
		return m.pay(d, Paid, million), nil
	}
	m.over(d, Refunded)
	return moves(Move{held(id), available(d.Buyer), d.Price}), nil
}

// pay divides the price: the buyer's part back, the fees of the provider's part, and the rest of it.
func (m *Market) pay(d *Deal, end State, share int64) []Move {
	gets := part(d.Price, share)
	rate := m.spec.Transaction
	if d.success {
		rate += m.spec.Success
	}
	fee := part(gets, rate)
	fee -= part(fee, d.discount)
	m.over(d, end)
	return moves(Move{held(d.ID), fees, fee}, Move{held(d.ID), available(d.Provider), gets - fee}, Move{held(d.ID), available(d.Buyer), d.Price - gets})
}

// part is a share of an amount that is at most the amount, rounded down.
func part(of money.Amount, share int64) money.Amount {
	v, err := money.MulDiv(of, share, million, money.Down)
	if err != nil {
		return 0 // a share of at most one always fits
	}
	return v
}

func (m *Market) over(d *Deal, end State) {
	d.State = end
	e := m.listings[d.Listing]
	e.busy--
	m.forget(e)
}

// Outcome is what the end of a deal is evidence of, for reputation: it is there only when the money has moved.
type Outcome struct {
	Deal, Buyer, Provider string
	Value                 money.Amount
	// Delivered in time, and Accepted by the buyer; a deal that was resolved has neither.
	Delivered, Accepted bool
}

// Outcome returns it for a deal that is over, and reports whether there is one: a deal that the buyer gave up tells nothing.
func (m *Market) Outcome(id string) (Outcome, bool) {
	d := m.deals[id]
	if d == nil || d.State != Paid && d.State != Refunded && d.State != Resolved {
		return Outcome{}, false
	}
	return Outcome{id, d.Buyer, d.Provider, d.Price, d.State == Paid, d.success}, true
}
