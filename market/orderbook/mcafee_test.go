// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

func values(t *rapid.T, name string) []money.Amount {
	high := rapid.SampledFrom([]int64{6, 1000, 1 << 40}).Draw(t, "high")
	var all []money.Amount
	for _, v := range rapid.SliceOfN(rapid.Int64Range(1, high), 0, 8).Draw(t, name) {
		all = append(all, money.Amount(v))
	}
	return all
}

func TestADoubleAuctionIsBalancedAndNobodyLoses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		buy, sell := values(t, "buy"), values(t, "sell")
		c, err := McAfee(buy, sell)
		require.NoError(t, err)
		require.Len(t, c.Sellers, len(c.Buyers))
		require.Equal(t, (c.Pays-c.Gets)*money.Amount(len(c.Buyers)), c.Surplus)
		require.GreaterOrEqual(t, c.Surplus, money.Amount(0))
		for _, i := range c.Buyers {
			require.GreaterOrEqual(t, buy[i], c.Pays)
		}
		for _, i := range c.Sellers {
			require.LessOrEqual(t, sell[i], c.Gets)
		}
		// At most one of the trades that could be made is lost.
		b, s := slices.Sorted(slices.Values(buy)), slices.Sorted(slices.Values(sell))
		slices.Reverse(b)
		most := 0
		for most < len(b) && most < len(s) && b[most] >= s[most] {
			most++
		}
		require.GreaterOrEqual(t, len(c.Buyers), most-1)
	})
}

func TestNoBidButTheTrueOnePaysInADoubleAuction(t *testing.T) {
	gain := func(buy, sell []money.Amount, buyer bool, i int, value money.Amount) money.Amount {
		c, err := McAfee(buy, sell)
		if err != nil {
			panic(err)
		}
		switch {
		case buyer && slices.Contains(c.Buyers, i):
			return value - c.Pays
		case !buyer && slices.Contains(c.Sellers, i):
			return c.Gets - value
		}
		return 0
	}
	rapid.Check(t, func(t *rapid.T) {
		buy, sell := values(t, "buy"), values(t, "sell")
		for side, bids := range [][]money.Amount{buy, sell} {
			for i, value := range bids {
				honest := gain(buy, sell, side == 0, i, value)
				lies := []money.Amount{1, value / 2, value - 1, value + 1, value * 2}
				for _, v := range slices.Concat(buy, sell) {
					lies = append(lies, v-1, v, v+1)
				}
				for _, lie := range lies {
					if lie > 0 {
						bids[i] = lie
						require.LessOrEqual(t, gain(buy, sell, side == 0, i, value), honest, "a bid of %d for %d", int64(lie), int64(value))
					}
				}
				bids[i] = value
			}
		}
	})
}

func TestABidThatIsNotPositiveIsNone(t *testing.T) {
	var e *OrderError
	_, err := McAfee([]money.Amount{1, 0}, nil)
	require.ErrorAs(t, err, &e)
	_, err = McAfee([]money.Amount{money.Max, money.Max, money.Max, money.Max}, []money.Amount{1, 1, 1, 1})
	require.ErrorIs(t, err, money.ErrOverflow)
}
