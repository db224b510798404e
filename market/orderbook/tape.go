// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"
	"math/bits"

	"mabeam.dev/market/money"
)

// Print is one trade on a tape.
type Print struct {
	Trade    ID
	At       int64 // nanoseconds
	Price    money.Amount
	Quantity int64
}

// Tape is the latest trades of a book.
type Tape struct {
	ring []Print
	next int // where the next one goes
	full bool
}

// NewTape returns a tape that remembers so many trades, at least one.
func NewTape(size int) Tape { return Tape{ring: make([]Print, max(1, size))} }

// Add remembers a trade, and forgets the earliest where the tape is full. Trades come in their order.
func (t *Tape) Add(p Print) {
	t.ring[t.next] = p
	if t.next++; t.next == len(t.ring) {
		t.next, t.full = 0, true
	}
}

// Len is how many trades are remembered.
func (t *Tape) Len() int {
	if t.full {
		return len(t.ring)
	}
	return t.next
}

// At returns a remembered trade: 0 is the latest, Len() - 1 the earliest. Other numbers panic.
func (t *Tape) At(i int) Print {
	if i < 0 || i >= t.Len() {
		panic(fmt.Sprintf("orderbook: trade %d of %d", i, t.Len()))
	}
	if i = t.next - 1 - i; i < 0 {
		i += len(t.ring)
	}
	return t.ring[i]
}

// VWAP returns the average price of the remembered trades at or after a moment, weighted by quantity and rounded down, and the quantity that it
// rests on; or ErrNoPrice where there were none.
func (t *Tape) VWAP(since int64) (money.Amount, int64, error) {
	var hi, lo uint64
	quantity := int64(0)
	for i := range t.Len() {
		p := t.At(i)
		if p.At < since {
			break
		}
		quantity += p.Quantity // a tape is at most 2^20 long, and an order 2^40
		hi, lo = plus(hi, lo, uint64(p.Price), uint64(p.Quantity))
	}
	if quantity == 0 {
		return 0, 0, fmt.Errorf("orderbook: vwap: %w", ErrNoPrice)
	}
	q, _ := bits.Div64(hi, lo, uint64(quantity)) // an average of prices is no larger than the largest
	return money.Amount(q), quantity, nil
}

// TWAP returns the average of the last price over the time from a moment until another, rounded down, and for how many nanoseconds of it a
// price is remembered; or ErrNoPrice where there are none. A price holds from its trade until the next one.
func (t *Tape) TWAP(since, until int64) (money.Amount, int64, error) {
	var hi, lo uint64
	covered := int64(0)
	end := until
	for i := range t.Len() {
		p := t.At(i)
		if begin := max(p.At, since); begin < end {
			hi, lo = plus(hi, lo, uint64(p.Price), uint64(end-begin))
			covered += end - begin
			end = begin
		}
		if p.At <= since {
			break
		}
	}
	if covered <= 0 {
		return 0, 0, fmt.Errorf("orderbook: twap: %w", ErrNoPrice)
	}
	q, _ := bits.Div64(hi, lo, uint64(covered))
	return money.Amount(q), covered, nil
}

// plus adds a product to a sum of 128 bits.
func plus(hi, lo, a, b uint64) (uint64, uint64) {
	h, l := bits.Mul64(a, b)
	lo, carry := bits.Add64(lo, l, 0)
	hi, _ = bits.Add64(hi, h, carry)
	return hi, lo
}
