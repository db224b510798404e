// SPDX-License-Identifier: Apache-2.0

package listing

import (
	"errors"
	"fmt"
	"math"

	"mabeam.dev/market/money"
)

// State is where a deal is on its way.
type State string

// The states. Paid, Resolved, Refunded and Cancelled are the ends.
const (
	// Ordered waits for the money of both sides.
	Ordered    State = "ordered"
	Funded     State = "funded"
	InProgress State = "in progress"
	Delivered  State = "delivered"
	Disputed   State = "disputed"
	// Accepted is decided, and Paid when the money has moved.
	Accepted  State = "accepted"
	Paid      State = "paid"
	Resolved  State = "resolved"
	Refunded  State = "refunded"
	Cancelled State = "cancelled"
)

// Terms are what a deal is about.
type Terms struct {
	// ID names the deal for ever. Buyer pays Provider, who is somebody else.
	ID, Buyer, Provider string
	// Listing is what is bought, "" for a deal that was agreed on elsewhere, such as in an auction.
	Listing string
	// Domain is the kind of work, for reputation.
	Domain string
	// Asset is what Price and Deposit are in.
	Asset money.Asset
	// Price is what the buyer sets aside, and Deposit what the provider does: it is the buyer's if nothing is delivered.
	Price, Deposit money.Amount
	// Delivery and Acceptance are as those of Spec, in nanoseconds; 0 is as there.
	Delivery, Acceptance int64
	// Promised is the quality that was promised, in any unit; 0 is none.
	Promised float64
	// Typical is the median price of such work, for the weight of the evidence; 0 is not known.
	Typical money.Amount
	// Verified says that a check of the outcome accepts or disputes what was delivered, and not the buyer.
	Verified bool
	// Waived says that there are no fees: they were paid elsewhere.
	Waived bool
}

// Deal is one service that is bought. Its money waits in holds of the deal until the end.
type Deal struct {
	Terms
	State State
	// Until is when the provider must have delivered, the buyer must have answered, or a dispute must be resolved.
	Until int64
	// Due is when the work was to be delivered, and DeliveredAt when it was, 0 if not.
	Due, DeliveredAt int64
	// Work says what was delivered, Measured is its quality in the unit of Promised, Actual its cost to the buyer.
	Work     string
	Measured float64
	Actual   money.Amount
	// Reason is why it was disputed or abandoned.
	Reason string
	// Rating is what the buyer said of the provider, 0 to 1, if it was Rated.
	Rated  bool
	Rating float64
	// Share is the part of the price that went to the provider of a resolved deal, in millionths.
	Share int64
	// Settled says that the money has moved.
	Settled bool
	// Success says that the buyer, or the check, accepted; silence is none.
	Success bool

	discount int64 // the part of the fees that the provider's reputation saves, as it was when the deal was made
}

// Over reports whether no step is left but the moving of money.
func (d *Deal) Over() bool {
	switch d.State {
	case Accepted, Paid, Resolved, Refunded, Cancelled:
		return true
	case Ordered, Funded, InProgress, Delivered, Disputed:
	}
	return false
}

// Deal returns a deal, also when it is over.
func (m *Market) Deal(id string) (Deal, error) {
	d := m.deals[id]
	if d == nil {
		return Deal{}, fmt.Errorf("listing: deal %q: %w", id, ErrUnknown)
	}
	return *d, nil
}

// Buy makes a deal about a listing, at its price, which the buyer pays in now. A limit of 0 is none. Until Ready says that the money is there,
// the deal is only ordered.
func (m *Market) Buy(at int64, id, listing, buyer string, limit money.Amount) ([]Move, error) {
	e := m.listings[listing]
	switch {
	case m.deals[id] != nil:
		return nil, fmt.Errorf("listing: deal %q: %w", id, ErrDuplicate)
	case e == nil || e.gone || e.unpaid || e.Expires != 0 && e.Expires <= at:
		return nil, fmt.Errorf("listing: %q: %w", listing, ErrUnknown)
	case e.busy >= e.Capacity:
		return nil, fmt.Errorf("listing: %q: %w", listing, ErrFull)
	case limit != 0 && e.Price > limit:
		return nil, &PriceError{listing, e.Price, limit}
	}
	if err := m.gate(e.Provider); err != nil {
		return nil, err
	}
	all, err := m.Agree(at, Terms{ID: id, Listing: listing, Buyer: buyer, Provider: e.Provider, Domain: e.Kind, Asset: e.Asset, Price: e.Price})
	if err == nil {
		e.busy++
	}
	return all, err
}

// Agree makes a deal that was agreed on elsewhere. The price of the buyer and the deposit of the provider are set aside, both or neither.
func (m *Market) Agree(at int64, t Terms) ([]Move, error) {
	var all []error
	bad := func(wrong bool, field, why string) {
		if wrong {
			all = append(all, &InputError{field, why})
		}
	}
	bad(t.ID == "" || t.Buyer == "" || t.Provider == "", "ID, Buyer or Provider", "is empty")
	bad(t.Buyer == t.Provider, "Buyer", "is the provider")
	bad(t.Price <= 0, "Price", "is not positive")
	bad(t.Deposit < 0, "Deposit", "is negative")
	bad(t.Delivery < 0 || t.Acceptance < 0, "Delivery or Acceptance", "is negative")
	bad(!(t.Promised >= 0) || math.IsInf(t.Promised, 1), "Promised", "is negative or no number")
	bad(t.Typical < 0, "Typical", "is negative")
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	if m.deals[t.ID] != nil {
		return nil, fmt.Errorf("listing: deal %q: %w", t.ID, ErrDuplicate)
	}
	if t.Delivery == 0 {
		t.Delivery = m.spec.Delivery
	}
	if t.Acceptance == 0 {
		t.Acceptance = m.spec.Acceptance
	}
	d := &Deal{Terms: t, State: Ordered}
	if m.spec.Discount > 0 && !t.Waived {
		d.discount = int64(float64(m.spec.Discount) * unit(m.judge(t.Provider).Reputation))
	}
	m.deals[t.ID] = d
	return moves(Move{available(t.Buyer), held(t.Buyer, t.ID), t.Price}, Move{available(t.Provider), held(t.Provider, t.ID), t.Deposit}), nil
}

// Ready says whether the money of an ordered deal is there; if not, it was never made. The time for delivery begins now.
func (m *Market) Ready(at int64, id string, paid bool) {
	d := m.deals[id]
	switch {
	case d == nil || d.State != Ordered:
	case paid:
		d.State = Funded
		d.Due = at + d.Delivery
		m.until(d, d.Due)
	default:
		delete(m.deals, id)
		m.free(d)
	}
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
	if d.Waived {
		fee = 0
	}
	m.over(d, Cancelled)
	return moves(Move{held(d.Buyer, id), fees, fee}, Move{held(d.Buyer, id), available(d.Buyer), d.Price - fee}, Move{held(d.Provider, id), available(d.Provider), d.Deposit}), nil
}

// Abandon says that the provider will not deliver. Everything is the buyer's, the deposit as well.
func (m *Market) Abandon(id, who, reason string) ([]Move, error) {
	d, err := m.step(id, "abandon", who, provider, Funded, InProgress)
	if err != nil {
		return nil, err
	}
	d.Reason = reason
	return m.refund(d), nil
}

// Delivery is what a provider says of its work.
type Delivery struct {
	// Work says what was delivered: a name, an address or a hash.
	Work string
	// Measured is the quality in the unit of Terms.Promised, and Actual the cost to the buyer; both are evidence once the buyer or the check has
	// accepted.
	Measured float64
	Actual   money.Amount
}

// Deliver says that the work is done, in time. The buyer has a time to answer.
func (m *Market) Deliver(at int64, id, who string, what Delivery) error {
	if !(what.Measured >= 0) || math.IsInf(what.Measured, 1) || what.Actual < 0 {
		return &InputError{"Measured or Actual", "is negative or no number"}
	}
	d, err := m.step(id, "deliver", who, provider, Funded, InProgress)
	if err != nil {
		return err
	}
	if at >= d.Until {
		return &StateError{id, "overdue", "deliver"}
	}
	d.State, d.DeliveredAt = Delivered, at
	d.Work, d.Measured, d.Actual = what.Work, what.Measured, what.Actual
	m.until(d, at+d.Acceptance)
	return nil
}

// Accept says that the work is good: the provider is paid. A rating, if there is one, is 0 to 1.
func (m *Market) Accept(id, who string, rating *float64) ([]Move, error) {
	if rating != nil && !(*rating >= 0 && *rating <= 1) {
		return nil, &InputError{"rating", "is not in 0 to 1"}
	}
	d, err := m.step(id, "accept", who, buyer, Delivered)
	if err != nil {
		return nil, err
	}
	if rating != nil {
		d.Rated, d.Rating = true, *rating
	}
	d.Success = true
	return m.pay(d, Accepted, million), nil
}

// Dispute says that it is not, in time: then Resolve ends the deal, or the time for a review.
func (m *Market) Dispute(at int64, id, who, reason string) error {
	d, err := m.step(id, "dispute", who, buyer, Delivered)
	if err != nil {
		return err
	}
	if at >= d.Until {
		return &StateError{id, "accepted by silence", "dispute"}
	}
	d.State, d.Reason = Disputed, reason
	m.until(d, at+m.spec.Review)
	return nil
}

// Resolve ends a dispute: the provider's part of the price and of its deposit is in millionths. Neither side can.
func (m *Market) Resolve(id, by string, share int64) ([]Move, error) {
	if share < 0 || share > million {
		return nil, &InputError{"share", "is not in 0 to a million"}
	}
	d, err := m.step(id, "resolve", "", nil, Disputed)
	if err != nil {
		return nil, err
	}
	if by == "" || by == d.Buyer || by == d.Provider {
		return nil, fmt.Errorf("listing: resolve deal %q by %q: %w", id, by, ErrNotYours)
	}
	d.Share = share
	return m.pay(d, Resolved, share), nil
}

// Expired does what follows from a time that is over: what was not delivered is refunded, silence about what was delivered accepts it, without
// the fee for success, and a dispute that nobody resolved is divided. A deal whose time is not over is a *StateError.
func (m *Market) Expired(at int64, id string) ([]Move, error) {
	d, err := m.step(id, "expire", "", nil, Funded, InProgress, Delivered, Disputed)
	if err != nil {
		return nil, err
	}
	if at < d.Until {
		return nil, &StateError{id, d.State, "expire"}
	}
	switch d.State {
	case Delivered:
		return m.pay(d, Accepted, million), nil
	case Disputed:
		d.Share = million / 2
		return m.pay(d, Resolved, d.Share), nil
	case Ordered, Funded, InProgress, Accepted, Paid, Resolved, Refunded, Cancelled:
	}
	return m.refund(d), nil
}

// Settled says that the money of a deal that is over has moved.
func (m *Market) Settled(id string) {
	if d := m.deals[id]; d != nil && d.Over() {
		d.Settled = true
		if d.State == Accepted {
			d.State = Paid
		}
	}
}

func (m *Market) over(d *Deal, end State) {
	d.State = end
	m.free(d)
}

// free gives the capacity back that a deal took.
func (m *Market) free(d *Deal) {
	if e := m.listings[d.Listing]; e != nil {
		e.busy--
		m.forget(e)
	}
}
