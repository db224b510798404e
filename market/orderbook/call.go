// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"sort"

	"mabeam.dev/market/money"
)

// CallPrice returns the one price at which most is traded, and how much that is. Of several such prices it is the one where least is left over
// on the longer side, then the one nearest to the reference, then the lowest. The levels are as Depth gives them, the best first; a
// reference of 0 is none. Where nothing can trade it returns 0 and 0.
func CallPrice(buy, sell []Level, tick, reference money.Amount) (price money.Amount, quantity int64) {
	if len(buy) == 0 || len(sell) == 0 || buy[0].Price < sell[0].Price {
		return 0, 0
	}
	low, high := sell[0].Price, buy[0].Price
	demand, supply := sums(buy), sums(sell)
	var least int64
	consider := func(p money.Amount) {
		if p < low || p > high {
			return
		}
		d := demand[sort.Search(len(buy), func(i int) bool { return buy[i].Price < p })]
		s := supply[sort.Search(len(sell), func(i int) bool { return sell[i].Price > p })]
		q, over := min(d, s), max(d, s)-min(d, s)
		switch {
		case q < quantity, q == quantity && price != 0 && over > least:
			return
		case q == quantity && price != 0 && over == least:
			if reference != 0 {
				if far, was := distance(p, reference), distance(price, reference); far > was || far == was && p > price {
					return
				}
			} else if p > price {
				return
			}
		}
		price, quantity, least = p, q, over
	}
	// Between neighbouring limits nothing changes: their ends, one tick beside the limits, and the reference are all that can be best.
	for _, levels := range [...][]Level{buy, sell} {
		for _, v := range levels {
			consider(v.Price - tick)
			consider(v.Price)
			if v.Price <= high-tick {
				consider(v.Price + tick)
			}
		}
	}
	if reference != 0 {
		consider(reference - reference%tick)
		if reference%tick != 0 && reference <= high-tick {
			consider(reference - reference%tick + tick)
		}
	}
	return price, quantity
}

// sums returns the quantity of the first i levels at i.
func sums(levels []Level) []int64 {
	all := make([]int64, len(levels)+1)
	for i, v := range levels {
		all[i+1] = all[i] + v.Quantity
	}
	return all
}

func distance(a, b money.Amount) money.Amount { return max(a, b) - min(a, b) }
