// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Double ends a call as a double auction: every owner has one order of one lot in it, and those trade whom McAfee chooses. A trade's Price is what
// the buyer pays; sellers get the Gets of the clearing, see Fees.Between. All other orders that rest are cancelled, since they may still cross, and
// the book is open. Orders that do not fit are an *OrderError; ErrPhase says that no call is on. The events are good until the next command.
func (b *Book) Double(at int64) ([]Event, Clearing, error) {
	if b.phase != Calling {
		return nil, Clearing{}, fmt.Errorf("orderbook: double auction: the book is %v: %w", b.phase, ErrPhase)
	}
	var sides [2][]Standing
	var prices [2][]money.Amount
	seen := map[Owner]bool{}
	for _, s := range [...]Side{Buy, Sell} {
		sides[s] = b.Queue(s, nil)
		for _, o := range sides[s] {
			if o.Quantity != b.spec.Lot {
				return nil, Clearing{}, &OrderError{"Quantity", fmt.Sprintf("of order %d is not one lot, as in double auctions", o.ID)}
			}
			if seen[o.Owner] {
				return nil, Clearing{}, &OrderError{"Owner", fmt.Sprintf("of order %d has another one in the double auction", o.ID)}
			}
			seen[o.Owner] = true
			prices[s] = append(prices[s], o.Price)
		}
	}
	c, err := McAfee(prices[Buy], prices[Sell])
	if err != nil {
		return nil, Clearing{}, err
	}
	if c.Surplus, err = c.Surplus.Mul(b.spec.Lot); err != nil {
		return nil, Clearing{}, err
	}
	b.begin(at)
	b.phase = Open
	b.window.forget()
	b.emit(Event{Act: Reopened, Price: c.Pays, Quantity: int64(len(c.Buyers)) * b.spec.Lot})
	for i := range c.Buyers {
		buy, sell := sides[Buy][c.Buyers[i]], sides[Sell][c.Sellers[i]]
		b.trade(Event{Side: Buy, Order: buy.ID, Owner: buy.Owner, Resting: sell.ID, Counterparty: sell.Owner, Price: c.Pays, Quantity: b.spec.Lot})
		b.remove(b.index.find(buy.ID))
		b.remove(b.index.find(sell.ID))
	}
	for _, s := range [...]Side{Buy, Sell} {
		for _, o := range sides[s] {
			if i := b.index.find(o.ID); i != none {
				out := b.slots[i]
				b.remove(i)
				b.end(&out, NothingLeft)
			}
		}
	}
	b.cascade()
	return b.events, c, nil
}

// Between returns what a trade of a double auction moves: the buyer pays the price of the event and the seller gets another one, at most as
// high; what is between them goes to the fees, as the makers' fees of both do.
func (f Fees) Between(e Event, gets money.Amount) (Settlement, error) {
	pays, err := f.Settle(e, true)
	if err != nil {
		return Settlement{}, err
	}
	e.Price = gets
	lower, err := f.Settle(e, true)
	if err != nil {
		return Settlement{}, err
	}
	pays.Gets = lower.Gets
	if pays.Fees, err = pays.Pays.Sub(pays.Gets); err != nil {
		return Settlement{}, err
	}
	return pays, nil
}

// Check returns every mistake of an order itself, whatever the book has in it: Place refuses it for those at any time.
func (b *Book) Check(o Order) error { return b.check(&o) }
