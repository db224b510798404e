// SPDX-License-Identifier: Apache-2.0

package pricing

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

func TestWithoutSalesThereIsNoPrice(t *testing.T) {
	_, err := Of(nil, 10, 10)
	require.ErrorIs(t, err, ErrNoPrice)
	_, err = Of([]Sale{{At: 1, Price: 1, Quantity: 1}}, 20, 10)
	require.ErrorIs(t, err, ErrNoPrice, "the sale is stale")
	var e *SpecError
	for _, bad := range [][]Sale{{{At: 1, Price: 0, Quantity: 1}}, {{At: 1, Price: 1}}, {{At: 99, Price: 1, Quantity: 1}}, {{At: 2, Price: 1, Quantity: 1}, {At: 1, Price: 1, Quantity: 1}}} {
		_, err = Of(bad, 20, 100)
		require.ErrorAs(t, err, &e)
	}
}

func TestEveryAverageIsBetweenTheLeastAndTheLargestPrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sales []Sale
		at := int64(0)
		low, high := money.Max, money.Amount(0)
		for range rapid.IntRange(1, 30).Draw(t, "sales") {
			at += rapid.Int64Range(0, 5).Draw(t, "later")
			p := money.Amount(rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, 1<<61)).Draw(t, "price"))
			low, high = min(low, p), max(high, p)
			who := rapid.SampledFrom([]string{"a", "b", "c", "d"})
			sales = append(sales, Sale{at, p, rapid.Int64Range(1, 1<<40).Draw(t, "quantity"), who.Draw(t, "buyer"), who.Draw(t, "seller")})
		}
		p, err := Of(sales, at+1, 1<<40)
		require.NoError(t, err)
		for _, v := range []money.Amount{p.Last, p.VWAP, p.TWAP, p.Index} {
			require.GreaterOrEqual(t, v, low)
			require.LessOrEqual(t, v, high)
		}
		require.Equal(t, p.Pairs >= 3, p.Certain)
		if p.Certain {
			require.LessOrEqual(t, p.Low, p.Index)
			require.GreaterOrEqual(t, p.High, p.Index)
		}
		// One more sale of a pair is not one vote more.
		again, err := Of(append(sales, sales[len(sales)-1]), at+1, 1<<40)
		require.NoError(t, err)
		require.Equal(t, p.Pairs, again.Pairs)
	})
}

func TestTheTimeWeightedAverageWeighsTime(t *testing.T) {
	sales := []Sale{{0, 10, 100, "a", "b"}, {1, 20, 1, "a", "b"}, {4, 50, 1, "a", "b"}}
	p, err := Of(sales, 5, 10)
	require.NoError(t, err)
	assert.Equal(t, money.Amount((10+3*20+50)/5), p.TWAP)
	p, err = Of(sales[:1], 0, 10)
	require.NoError(t, err)
	assert.Equal(t, money.Amount(10), p.TWAP, "no time has passed")
}

func TestTheIntervalHoldsTheMeanAsOftenAsItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, pairs := range []int{3, 8, 30} {
		held := 0
		for range 2000 {
			var sales []Sale
			for i := range pairs {
				sales = append(sales, Sale{int64(i), money.Amount(1e9 + 1e7*r.NormFloat64()), 1, fmt.Sprint(i), "s"})
			}
			p, err := Of(sales, 100, 1000)
			require.NoError(t, err)
			if p.Low <= 1e9 && 1e9 <= p.High {
				held++
			}
		}
		assert.InDelta(t, 0.95, float64(held)/2000, 0.015, "%d pairs", pairs)
	}
}

func TestTheQuantilesAreThoseOfTheTable(t *testing.T) {
	for degrees, want := range map[int]float64{2: 4.303, 10: 2.228, 11: 2.201, 15: 2.131, 20: 2.086, 30: 2.042, 120: 1.980, 100000: 1.960} {
		assert.InDelta(t, want, student(degrees), 0.001, "%d", degrees)
	}
}

func TestADynamicPriceStaysWithinItsCapAndMovesAsItsRuleSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := Rule{
			Base: money.Amount(rapid.Int64Range(1, 1<<50).Draw(t, "base")), Rate: rapid.Int64Range(0, 5*million).Draw(t, "rate"),
			Most: rapid.Int64Range(0, 2*million).Draw(t, "most"), Smooth: rapid.Int64Range(0, million).Draw(t, "smooth"),
			Dead: rapid.Int64Range(0, million/2).Draw(t, "dead"), Interval: rapid.Int64Range(0, 10).Draw(t, "interval"),
		}
		d, err := New(rule)
		require.NoError(t, err)
		at, changed := int64(0), int64(math.MinInt64/2)
		for range 30 {
			at += rapid.Int64Range(0, 5).Draw(t, "later")
			was := d.Price()
			moved, err := d.Measure(at, rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "demand"), rapid.Int64Range(0, 9).Draw(t, "supply"))
			require.NoError(t, err)
			require.Equal(t, was != d.Price(), moved)
			off, err := money.MulDiv(rule.Base, rule.Most, million, money.Up)
			require.NoError(t, err)
			require.GreaterOrEqual(t, d.Price(), max(1, rule.Base-off))
			require.LessOrEqual(t, d.Price(), rule.Base+off)
			if moved {
				require.GreaterOrEqual(t, at-changed, rule.Interval)
				changed = at
			}
		}
	})
}

func TestWithoutSupplyThePriceIsAtItsCap(t *testing.T) {
	d, err := New(Rule{Base: 1000, Rate: million, Most: 250_000, Smooth: 100_000})
	require.NoError(t, err)
	for range 3 { // equal, so far
		moved, err := d.Measure(0, 5, 5)
		require.NoError(t, err)
		require.False(t, moved)
	}
	_, err = d.Measure(0, 1, 0)
	require.NoError(t, err)
	assert.Equal(t, money.Amount(1250), d.Price())
	_, err = d.Measure(0, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, money.Amount(1250), d.Price(), "nothing was learned")
	var e *SpecError
	_, err = d.Measure(0, -1, 0)
	require.ErrorAs(t, err, &e)
	_, err = New(Rule{Rate: -1, Most: -1, Smooth: -1, Dead: -1, Interval: -1})
	for _, field := range []string{"Base", "Rate", "Most", "Smooth", "Dead", "Interval"} {
		assert.ErrorContains(t, err, field)
	}
}

func TestPerformanceIsPaidTheMoreTheBetterItIsKnown(t *testing.T) {
	for _, c := range []struct {
		m    Measured
		want money.Amount
	}{
		{Measured{2 * million, 2 * million, 2 * million, 0}, 1000},
		{Measured{2 * million, 2 * million, 2 * million, 50}, 1500},
		{Measured{2 * million, 2 * million, 2 * million, 1 << 30}, 1999},
		{Measured{0, 0, 0, 50}, 500},
		{Measured{million, million, million, 9}, 1000},
	} {
		got, err := ByPerformance(1000, c.m)
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
	}
	var e *SpecError
	for _, bad := range []Measured{{Quality: -1}, {Speed: 11 * million}, {Deals: -1}} {
		_, err := ByPerformance(1000, bad)
		require.ErrorAs(t, err, &e)
	}
	_, err := ByPerformance(0, Measured{})
	require.ErrorAs(t, err, &e)
}

// Buyers have values between 0 and 100: at p a share of 1 - p/100 accepts, and 50 is best.
func TestTheSuggestedPriceIsNearTheBestOfAKnownDemand(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var quotes []Quote
	for range 20_000 {
		p := money.Amount(1+r.IntN(19)) * 5
		quotes = append(quotes, Quote{p, r.Float64()*100 >= float64(p)})
	}
	s, err := Suggest(quotes)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, float64(s.Price)*(100-float64(s.Price)), 0.95*50*50)
	truth := 1 - float64(s.Price)/100
	assert.InDelta(t, truth, s.Accepts, 0.05)
	assert.Less(t, s.Low, s.Accepts)
	assert.Greater(t, s.High, s.Accepts)
	_, err = Suggest(quotes[:29])
	require.ErrorIs(t, err, ErrInsufficientData)
	var e *SpecError
	_, err = Suggest(make([]Quote, 30))
	require.ErrorAs(t, err, &e)
}

// The pooled shares are compared with the definition: the largest, over where the pool begins, of the least mean, over where it ends.
func TestSharesNeverGrowWithThePrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var quotes []Quote
		byPrice := map[money.Amount][2]int{}
		for range rapid.IntRange(30, 60).Draw(t, "quotes") {
			q := Quote{money.Amount(rapid.IntRange(1, 6).Draw(t, "price")), rapid.Bool().Draw(t, "taken")}
			quotes = append(quotes, q)
			c := byPrice[q.Price]
			c[1]++
			if q.Accepted {
				c[0]++
			}
			byPrice[q.Price] = c
		}
		best := 0.0
		for p := range byPrice {
			share := 1.0
			for from := money.Amount(1); from <= p; from++ {
				most := 0.0
				for to := p; to <= 6; to++ {
					taken, offered := 0, 0
					for x := from; x <= to; x++ {
						taken += byPrice[x][0]
						offered += byPrice[x][1]
					}
					most = max(most, float64(taken)/float64(offered))
				}
				share = min(share, most)
			}
			best = max(best, float64(p)*share)
		}
		s, err := Suggest(quotes)
		require.NoError(t, err)
		require.InDelta(t, best, float64(s.Price)*s.Accepts, 1e-9)
	})
}
