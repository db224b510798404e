// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"errors"

	"mabeam.dev/market/money"
)

// Fees are charged of what a trade costs, in millionths, rounded down. Maker is the fee of who rested, Taker of who came. In a call all pay Maker.
type Fees struct{ Maker, Taker int64 }

// Validate returns every mistake: fees are 0 to a million millionths.
func (f Fees) Validate() error {
	var all []error
	if f.Maker < 0 || f.Maker > 1_000_000 {
		all = append(all, &SpecError{"Maker", "is not in 0 to 10^6"})
	}
	if f.Taker < 0 || f.Taker > 1_000_000 {
		all = append(all, &SpecError{"Taker", "is not in 0 to 10^6"})
	}
	return errors.Join(all...)
}

func part(of money.Amount, millionths int64) (money.Amount, error) {
	return money.MulDiv(of, millionths, 1_000_000, money.Down)
}

// Hold returns what a trader puts aside before an order is placed: pieces of the base to sell, and of the quote what the order costs at most, with
// the higher fee, to buy. Of all that an order trades, fees never add up to more than that.
func (f Fees) Hold(o Order) (base, quote money.Amount, err error) {
	if o.Side == Sell {
		return money.Amount(o.Quantity), 0, nil
	}
	cost := o.Funds
	if o.Price > 0 {
		limit, err := o.Price.Mul(o.Quantity)
		if err != nil {
			return 0, 0, err
		}
		if cost == 0 || limit < cost {
			cost = limit
		}
	}
	fee, err := part(cost, max(f.Maker, f.Taker))
	if err != nil {
		return 0, 0, err
	}
	quote, err = cost.Add(fee)
	return 0, quote, err
}

// Settlement is what a trade moves: the buyer gives Pays and gets Quantity pieces, the seller the other way round gets Gets, and Fees is the rest:
// Pays = Gets + Fees.
type Settlement struct {
	Buyer, Seller Owner
	// Buy and Sell are the orders.
	Buy, Sell ID
	Quantity  int64
	Pays      money.Amount
	Gets      money.Amount
	Fees      money.Amount
}

// Settle returns what a trade moves; call says that it was made by Uncross.
func (f Fees) Settle(e Event, call bool) (Settlement, error) {
	cost, err := e.Price.Mul(e.Quantity)
	if err != nil {
		return Settlement{}, err
	}
	taker := f.Taker
	if call {
		taker = f.Maker
	}
	ofTaker, err := part(cost, taker)
	if err != nil {
		return Settlement{}, err
	}
	ofMaker, err := part(cost, f.Maker)
	if err != nil {
		return Settlement{}, err
	}
	s := Settlement{Buyer: e.Owner, Seller: e.Counterparty, Buy: e.Order, Sell: e.Resting, Quantity: e.Quantity}
	ofBuyer, ofSeller := ofTaker, ofMaker
	if e.Side == Sell {
		s.Buyer, s.Seller, s.Buy, s.Sell = s.Seller, s.Buyer, s.Sell, s.Buy
		ofBuyer, ofSeller = ofMaker, ofTaker
	}
	if s.Pays, err = cost.Add(ofBuyer); err != nil {
		return Settlement{}, err
	}
	s.Gets = cost - ofSeller // a fee is no more than what it is of
	s.Fees = ofBuyer + ofSeller
	return s, nil
}
