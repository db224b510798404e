// SPDX-License-Identifier: Apache-2.0

package pricing

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"

	"mabeam.dev/market/money"
)

// Sale is one trade between two.
type Sale struct {
	At            int64 // nanoseconds
	Price         money.Amount
	Quantity      int64
	Buyer, Seller string
}

// Price is what is known of the price of something.
type Price struct {
	// Last is the price of the latest sale, AsOf its moment in nanoseconds.
	Last money.Amount
	AsOf int64
	// VWAP weighs sales by quantity. TWAP weighs prices by how long they were the latest one.
	VWAP, TWAP money.Amount
	// Index gives every pair of counterparties one vote, the average price of their sales weighted by quantity: however often two trade with each
	// other, they move it no more than any other two.
	Index money.Amount
	// Low and High are the interval that holds the true mean of pairs with a confidence of 95 %, if their prices scatter normally. With fewer
	// than 3 pairs there is none: both are 0, and Certain is false.
	Low, High money.Amount
	Certain   bool
	// Sales and Pairs are how many there were.
	Sales, Pairs int
}

// Of summarises the sales of a window that ends at a moment, in the order in which they were made. Sales older than the window do not count; where
// none is left it is ErrNoPrice. All averages are rounded down.
func Of(sales []Sale, now int64, window int64) (Price, error) {
	since := now - window
	from := len(sales)
	for from > 0 && sales[from-1].At >= since {
		from--
	}
	for i, s := range sales {
		if s.Price <= 0 || s.Quantity <= 0 || s.At > now || i > 0 && s.At < sales[i-1].At {
			return Price{}, &SpecError{fmt.Sprintf("sale %d", i), "is not positive, not in order, or of the future"}
		}
	}
	if sales = sales[from:]; len(sales) == 0 {
		return Price{}, fmt.Errorf("pricing: in %d ns: %w", window, ErrNoPrice)
	}
	latest := sales[len(sales)-1]
	p := Price{Last: latest.Price, AsOf: latest.At, Sales: len(sales)}
	var all, time mean
	for i, s := range sales {
		all.add(s.Price, s.Quantity)
		until := now
		if i+1 < len(sales) {
			until = sales[i+1].At
		}
		time.add(s.Price, until-s.At)
	}
	p.VWAP = all.value()
	if p.TWAP = p.Last; time.weight.Sign() > 0 {
		p.TWAP = time.value()
	}
	p.pairs(sales)
	return p, nil
}

// mean is a weighted mean of prices, exact until it is rounded.
type mean struct {
	sum, weight big.Int
	a, b, c     big.Int // what a step needs, kept so that it allocates once
}

func (m *mean) add(p money.Amount, weight int64) {
	m.a.SetInt64(int64(p))
	m.b.SetInt64(weight)
	m.sum.Add(&m.sum, m.c.Mul(&m.a, &m.b))
	m.weight.Add(&m.weight, &m.b)
}

// value is the mean rounded down; it is between the least and the largest price, so it is an Amount.
func (m *mean) value() money.Amount {
	return money.Amount(new(big.Int).Quo(&m.sum, &m.weight).Int64())
}

func (p *Price) pairs(sales []Sale) {
	sorted := slices.Clone(sales)
	for i := range sorted {
		if s := &sorted[i]; s.Buyer > s.Seller {
			s.Buyer, s.Seller = s.Seller, s.Buyer // who sold does not matter to who the pair is
		}
	}
	slices.SortFunc(sorted, func(a, b Sale) int { // the order within a pair does not matter to its average
		if c := cmp.Compare(a.Buyer, b.Buyer); c != 0 {
			return c
		}
		return cmp.Compare(a.Seller, b.Seller)
	})
	var votes []money.Amount
	var index mean
	for i := 0; i < len(sorted); {
		var of mean
		j := i
		for ; j < len(sorted) && sorted[j].Buyer == sorted[i].Buyer && sorted[j].Seller == sorted[i].Seller; j++ {
			of.add(sorted[j].Price, sorted[j].Quantity)
		}
		v := of.value()
		votes = append(votes, v)
		index.add(v, 1)
		i = j
	}
	p.Pairs, p.Index = len(votes), index.value()
	if p.Pairs < 3 {
		return
	}
	spread := 0.0
	for _, v := range votes {
		d := float64(v - p.Index)
		spread += d * d
	}
	n := float64(p.Pairs)
	half := student(p.Pairs-1) * math.Sqrt(spread/(n-1)/n)
	p.Low, p.High, p.Certain = money.Amount(max(0, float64(p.Index)-half)), money.Amount(min(1<<62, float64(p.Index)+half)), true
}

// student is the 97.5 % quantile of the t distribution: of the table up to ten degrees of freedom, then by the first terms of its expansion
// around that of the normal distribution, which is right to a thousandth there.
func student(degrees int) float64 {
	table := [...]float64{0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228}
	if degrees < len(table) {
		return table[degrees]
	}
	const z = 1.959964
	d := float64(degrees)
	return z + (z*z*z+z)/(4*d) + (5*z*z*z*z*z+16*z*z*z+3*z)/(96*d*d) + (3*z*z*z*z*z*z*z+19*z*z*z*z*z+17*z*z*z-15*z)/(384*d*d*d)
}
