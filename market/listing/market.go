// SPDX-License-Identifier: Apache-2.0

package listing

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/market/money"
)

// million is one, in millionths.
const million = 1_000_000

// Spec is the rules of a marketplace. Shares are in millionths, times in nanoseconds.
type Spec struct {
	// Listing is what a provider pays for each listing.
	Listing money.Amount
	// Transaction is the part of the price that the provider pays when a deal is paid, and Success another one if the buyer accepted it.
	// Cancellation is the part of the price that a buyer pays who gives a deal up before work began.
	Transaction, Success, Cancellation int64
	// Discount is by how much of them a provider of reputation 1 pays less of Transaction and Success; others pay less by their part of it.
	Discount int64
	// Gate is the least reputation of a provider; 0 is no gate.
	Gate float64
	// Delivery is how long work may take, and Acceptance how long a buyer may wait with an answer before silence accepts.
	Delivery, Acceptance int64
	// Review is how long a dispute may take; without a decision by then the price is divided in halves.
	Review int64
}

// DefaultSpec is 0.05 units for a listing, 3 % of a transaction, 2 % of a success, 10 % of a cancellation, an hour for work, as much for an answer, and a week for a dispute.
func DefaultSpec() Spec {
	const hour = 3_600_000_000_000
	return Spec{Listing: 50_000, Transaction: 30_000, Success: 20_000, Cancellation: 100_000, Delivery: hour, Acceptance: hour, Review: 168 * hour}
}

// Validate returns every mistake, joined.
func (s Spec) Validate() error {
	var all []error
	share := func(field string, v int64) {
		if v < 0 || v > million {
			all = append(all, &InputError{field, "is not in 0 to a million"})
		}
	}
	share("Transaction", s.Transaction)
	share("Success", s.Success)
	share("Cancellation", s.Cancellation)
	share("Discount", s.Discount)
	if s.Transaction+s.Success > million {
		all = append(all, &InputError{"Success", "is with Transaction more than the price"})
	}
	if s.Listing < 0 {
		all = append(all, &InputError{"Listing", "is negative"})
	}
	if !(s.Gate >= 0 && s.Gate <= 1) {
		all = append(all, &InputError{"Gate", "is not in 0 to 1"})
	}
	if s.Delivery <= 0 || s.Acceptance <= 0 || s.Review <= 0 {
		all = append(all, &InputError{"Delivery, Acceptance or Review", "is not positive"})
	}
	return errors.Join(all...)
}

// Listing is what somebody offers.
type Listing struct {
	ID, Provider, Kind string
	// Capabilities are what the provider can do.
	Capabilities []string
	// Price is charged for a deal, never more; it is in Asset.
	Price money.Amount
	Asset money.Asset
	// Capacity is how many deals at a time the provider takes.
	Capacity int
	// Expires is when the listing ends, in nanoseconds; 0 is never.
	Expires int64
}

// Judgement is what is measured of a provider: by trackers, never by itself. Both are in 0 to 1.
type Judgement struct {
	// Reputation is the lower bound of the overall reputation.
	Reputation float64
	// Quality is the measured one.
	Quality float64
}

// Judge tells what is known of a provider.
type Judge func(provider string) Judgement

// Request is what somebody looks for.
type Request struct {
	Kind string
	// Capabilities are all needed.
	Capabilities []string
	// Limit is the most that may be paid; 0 is no limit.
	Limit money.Amount
}

// Match is a listing that fits a request.
type Match struct {
	Listing
	// Free is how many more deals the provider would take.
	Free int
	// Score is what matches are ranked by: 0.4 of reputation, 0.3 of price (the cheapest match counts 1, the dearest 0), 0.2 of quality and 0.1
	// of the free part of the capacity.
	Score float64
}

type entry struct {
	Listing
	busy   int
	unpaid bool // its fee is on the way
	gone   bool // withdrawn, with deals that are still open
}

// Market is one marketplace. It has one owner, who calls one method at a time.
type Market struct {
	spec     Spec
	judge    Judge
	listings map[string]*entry
	used     map[string]bool // ids of listings
	deals    map[string]*Deal
	due      []due // a heap; some are of steps that are over
}

// New returns a market without listings. Judge is asked whenever a provider counts; its answers have to be written down with what came of them.
func New(spec Spec, judge Judge) (*Market, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	return &Market{spec: spec, judge: judge, listings: map[string]*entry{}, used: map[string]bool{}, deals: map[string]*Deal{}}, nil
}

// List offers something. The fee for it is the move; until Listed says that it was made, nobody finds the listing. Below the gate it is a
// *ReputationError.
func (m *Market) List(at int64, l Listing) ([]Move, error) {
	var all []error
	if l.ID == "" || l.Provider == "" || l.Kind == "" {
		all = append(all, &InputError{"ID, Provider or Kind", "is empty"})
	}
	if l.Price <= 0 {
		all = append(all, &InputError{"Price", "is not positive"})
	}
	if l.Capacity <= 0 || l.Capacity > 1<<20 {
		all = append(all, &InputError{"Capacity", "is not in 1 to 2^20"})
	}
	if l.Expires != 0 && l.Expires <= at {
		all = append(all, &InputError{"Expires", "is over"})
	}
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	if m.used[l.ID] {
		return nil, fmt.Errorf("listing: %q: %w", l.ID, ErrDuplicate)
	}
	if err := m.gate(l.Provider); err != nil {
		return nil, err
	}
	l.Capabilities = slices.Clone(l.Capabilities)
	fee := moves(Move{available(l.Provider), fees, m.spec.Listing})
	m.listings[l.ID], m.used[l.ID] = &entry{Listing: l, unpaid: len(fee) > 0}, true
	return fee, nil
}

// Listed says whether the fee of a listing was paid; if not, it was never there.
func (m *Market) Listed(id string, paid bool) {
	e := m.listings[id]
	switch {
	case e == nil || !e.unpaid:
	case paid:
		e.unpaid = false
	default:
		delete(m.listings, id)
		delete(m.used, id)
	}
}

func (m *Market) gate(provider string) error {
	if m.spec.Gate == 0 {
		return nil
	}
	if r := m.judge(provider).Reputation; !(r >= m.spec.Gate) {
		return &ReputationError{provider, r, m.spec.Gate}
	}
	return nil
}

// Withdraw ends a listing of a provider; its deals go on.
func (m *Market) Withdraw(provider, id string) error {
	e := m.listings[id]
	if e == nil || e.gone || e.unpaid {
		return fmt.Errorf("listing: %q: %w", id, ErrUnknown)
	}
	if e.Provider != provider {
		return fmt.Errorf("listing: %q of %q: %w", id, e.Provider, ErrNotYours)
	}
	e.gone = true
	m.forget(e)
	return nil
}

// forget drops a listing that is over and has no deals.
func (m *Market) forget(e *entry) {
	if e != nil && e.gone && e.busy == 0 {
		delete(m.listings, e.ID)
	}
}

// Listing returns one that is there, with what it has free.
func (m *Market) Listing(id string) (Listing, int, error) {
	e := m.listings[id]
	if e == nil {
		return Listing{}, 0, fmt.Errorf("listing: %q: %w", id, ErrUnknown)
	}
	return e.Listing, e.Capacity - e.busy, nil
}

// Overdue reports whether Expire would end any.
func (m *Market) Overdue(at int64) bool {
	for _, e := range m.listings {
		if !e.gone && !e.unpaid && e.Expires != 0 && e.Expires <= at {
			return true
		}
	}
	return false
}

// Expire ends the listings whose time is over and returns their ids, in order.
func (m *Market) Expire(at int64) []string {
	var ids []string
	for id, e := range m.listings {
		if !e.gone && !e.unpaid && e.Expires != 0 && e.Expires <= at {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		e := m.listings[id]
		e.gone = true
		m.forget(e)
	}
	return ids
}

// fits reports whether a listing can be had for a request now.
func (m *Market) fits(at int64, e *entry, r Request) bool {
	if e.gone || e.unpaid || e.Expires != 0 && e.Expires <= at || e.busy >= e.Capacity || e.Kind != r.Kind || r.Limit != 0 && e.Price > r.Limit {
		return false
	}
	for _, c := range r.Capabilities {
		if !slices.Contains(e.Capabilities, c) {
			return false
		}
	}
	return m.gate(e.Provider) == nil
}

// Find returns the listings that fit a request, the best first; of equal ones by id. Judgements out of 0 to 1 count as the nearer end.
func (m *Market) Find(at int64, r Request) []Match {
	var all []Match
	low, high := money.Max, money.Amount(0)
	for _, id := range slices.Sorted(maps.Keys(m.listings)) {
		if e := m.listings[id]; m.fits(at, e, r) {
			low, high = min(low, e.Price), max(high, e.Price)
			all = append(all, Match{Listing: e.Listing, Free: e.Capacity - e.busy})
		}
	}
	for i := range all {
		c := &all[i]
		j := m.judge(c.Provider)
		cheap := 1.0
		if high > low {
			cheap = float64(high-c.Price) / float64(high-low)
		}
		c.Capabilities = slices.Clone(c.Capabilities)
		c.Score = 0.4*unit(j.Reputation) + 0.3*cheap + 0.2*unit(j.Quality) + 0.1*float64(c.Free)/float64(c.Capacity)
	}
	slices.SortStableFunc(all, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return all
}

// unit is a number in 0 to 1; what is none is 0.
func unit(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}
