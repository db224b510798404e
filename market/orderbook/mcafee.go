// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"cmp"
	"fmt"
	"slices"

	"mabeam.dev/market/money"
)

// Clearing is how a double auction of one piece per trader ends.
type Clearing struct {
	// Buyers and Sellers are the positions of those who trade, the keenest first; there are as many of the one as of the other.
	Buyers, Sellers []int
	// Pays is what each buyer pays, and Gets what each seller gets; what is between them is the Surplus of all trades together, for the fees.
	Pays, Gets, Surplus money.Amount
}

// McAfee clears a double auction in which every trader wants to buy or sell one piece: by the price between the first two who are left out if
// the last pair that could trade accepts it, and otherwise by leaving that pair out as well and taking its bids as prices. Nobody gains by a
// bid other than the true one, nobody loses, and the surplus is never negative; the price is that at most the least valuable trade is lost. Equal bids
// are served in their order. A bid that is not positive is an *OrderError.
func McAfee(buy, sell []money.Amount) (Clearing, error) {
	for _, side := range [...][]money.Amount{buy, sell} {
		for i, v := range side {
			if v <= 0 {
				return Clearing{}, &OrderError{"Price", fmt.Sprintf("of bid %d is not positive", i)}
			}
		}
	}
	buyers, sellers := ranked(buy, -1), ranked(sell, 1)
	k := 0
	for k < len(buyers) && k < len(sellers) && buy[buyers[k]] >= sell[sellers[k]] {
		k++
	}
	if k == 0 {
		return Clearing{}, nil
	}
	lastBuy, lastSell := buy[buyers[k-1]], sell[sellers[k-1]]
	if k < len(buyers) && k < len(sellers) {
		a, b := buy[buyers[k]], sell[sellers[k]]
		if p := min(a, b) + distance(a, b)/2; lastSell <= p && p <= lastBuy {
			return Clearing{Buyers: buyers[:k], Sellers: sellers[:k], Pays: p, Gets: p}, nil
		}
	}
	if k == 1 {
		return Clearing{}, nil
	}
	surplus, err := (lastBuy - lastSell).Mul(int64(k - 1))
	if err != nil {
		return Clearing{}, err
	}
	return Clearing{Buyers: buyers[:k-1], Sellers: sellers[:k-1], Pays: lastBuy, Gets: lastSell, Surplus: surplus}, nil
}

// ranked returns positions in the order of their values, falling for a sign of -1.
func ranked(values []money.Amount, sign int) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return sign * cmp.Compare(values[i], values[j]) })
	return order
}
