// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Level is all that rests at one price.
type Level struct {
	Price    money.Amount
	Quantity int64
	// Orders is how many there are.
	Orders int
}

// Depth appends the best levels of a side to a list, the best first: at most n of them, or all for 0.
func (b *Book) Depth(s Side, n int, to []Level) []Level {
	l := &b.rests[s]
	for i := b.best(s); i != none; i = b.worse(s, i) {
		v := &l.levels[i]
		to = append(to, Level{b.price(v), v.quantity, int(v.count)})
		if n--; n == 0 {
			break
		}
	}
	return to
}

// Queue appends the orders that rest on a side to a list, in the order in which they trade.
func (b *Book) Queue(s Side, to []Standing) []Standing {
	l := &b.rests[s]
	for at := b.best(s); at != none; at = b.worse(s, at) {
		for i := l.levels[at].head; i != none; i = b.slots[i].next {
			to = append(to, Standing{b.slots[i].id, b.slots[i].Order})
		}
	}
	return to
}

// Best returns the best price of a side, or ErrNoPrice where nothing rests.
func (b *Book) Best(s Side) (money.Amount, error) {
	i := b.best(s)
	if i == none {
		return 0, fmt.Errorf("orderbook: best to %v: %w", s, ErrNoPrice)
	}
	return b.price(&b.rests[s].levels[i]), nil
}

// Mid returns the middle between the best prices, rounded down, or ErrNoPrice where a side is empty. Whoever places an order moves it: it is a
// quotation, and no price that was paid.
func (b *Book) Mid() (money.Amount, error) {
	bid, err := b.Best(Buy)
	if err != nil {
		return 0, err
	}
	ask, err := b.Best(Sell)
	if err != nil {
		return 0, err
	}
	return min(bid, ask) + distance(bid, ask)/2, nil
}

// Last returns the price of the last trade, or ErrNoPrice where there was none.
func (b *Book) Last() (money.Amount, error) {
	if b.last == 0 {
		return 0, fmt.Errorf("orderbook: last: %w", ErrNoPrice)
	}
	return b.last, nil
}
