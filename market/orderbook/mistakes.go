// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"errors"
	"fmt"
	"math/bits"

	"mabeam.dev/market/money"
)

// payable reports whether price times quantity is an amount, of numbers that are not negative.
func payable(p money.Amount, q int64) bool {
	hi, lo := bits.Mul64(uint64(p), uint64(q))
	return hi == 0 && lo < 1<<63
}

// mistakes lists what is wrong with an order. It is nil for the orders that the short test does not know: market orders and stops.
func (b *Book) mistakes(o *Order, fits bool) error {
	var all []error
	bad := func(field, why string) { all = append(all, &OrderError{field, why}) }
	if o.Side > Sell {
		bad("Side", "is neither Buy nor Sell")
	}
	if o.Kind > PostOnly {
		bad("Kind", "is none of the kinds")
	}
	if o.SelfTrade > CancelBoth {
		bad("SelfTrade", "is none of the remedies")
	}
	switch {
	case o.Price < 0:
		bad("Price", "is negative")
	case o.Price == 0 && o.Kind != Market:
		bad("Price", "is missing")
	case o.Price == 0 && o.Side == Buy && o.Funds == 0:
		bad("Price", "a market order to buy needs a price or funds as its bound")
	case o.Price%b.spec.Tick != 0:
		all = append(all, fmt.Errorf("orderbook: price %v: %w %v", o.Price, ErrOffTick, b.spec.Tick))
	}
	switch {
	case o.Quantity <= 0:
		bad("Quantity", "is not positive")
	case o.Quantity > MaxQuantity || o.Price > 0 && !fits:
		all = append(all, fmt.Errorf("orderbook: %d pieces at %v: %w", o.Quantity, o.Price, ErrTooLarge))
	case o.Quantity%b.spec.Lot != 0:
		all = append(all, fmt.Errorf("orderbook: quantity %d: %w %d", o.Quantity, ErrOffLot, b.spec.Lot))
	}
	switch {
	case o.Funds < 0:
		bad("Funds", "is negative")
	case o.Funds > 0 && (o.Kind != Market || o.Side != Buy):
		bad("Funds", "is only for market orders to buy")
	}
	switch {
	case o.Stop < 0:
		bad("Stop", "is negative")
	case o.Stop%b.spec.Tick != 0:
		all = append(all, fmt.Errorf("orderbook: stop %v: %w %v", o.Stop, ErrOffTick, b.spec.Tick))
	case o.Stop > 0 && (o.Kind == PostOnly || o.Kind == FOK):
		bad("Stop", "is not for orders that may be refused when they come to the book")
	}
	return errors.Join(all...)
}
