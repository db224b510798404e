// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

// exact is b ln sum exp(q/b), to more digits than a charge has bits.
func exact(b money.Amount, q []money.Amount) *big.Float {
	const bits = 160
	f := func(v int64) *big.Float { return new(big.Float).SetPrec(bits).SetInt64(v) }
	exp := func(x *big.Float) *big.Float { // x <= 0: halved until small, then the series, then squared
		n := 0
		x = new(big.Float).Copy(x)
		for x.MantExp(nil) > -8 && x.Sign() != 0 {
			x.Quo(x, f(2))
			n++
		}
		sum, term := f(1), f(1)
		for i := int64(1); i < 40; i++ {
			term.Quo(term.Mul(term, x), f(i))
			sum.Add(sum, term)
		}
		for range n {
			sum.Mul(sum, sum)
		}
		return sum
	}
	top := q[0]
	for _, v := range q {
		top = max(top, v)
	}
	sum := f(0)
	for _, v := range q {
		sum.Add(sum, exp(new(big.Float).SetPrec(bits).Quo(f(int64(v-top)), f(int64(b)))))
	}
	// ln by Newton's steps from the one of the processor.
	start, _ := sum.Float64()
	ln := new(big.Float).SetPrec(bits).SetFloat64(math.Log(start))
	for range 3 {
		back := exp(new(big.Float).Neg(ln))
		ln.Add(ln, new(big.Float).Sub(new(big.Float).Mul(sum, back), f(1)))
	}
	return new(big.Float).Add(f(int64(top)), ln.Mul(ln, f(int64(b))))
}

func TestAChargeIsNeverBelowTheExactCostAndLessThanTwoMicroUnitsAbove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := money.Amount(rapid.OneOf(rapid.Int64Range(1000, 1<<20), rapid.Int64Range(1000, 1<<36)).Draw(t, "b"))
		q := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 1<<44), rapid.Int64Range(0, 4*int64(b)), rapid.Just(int64(0))), 2, 9).Draw(t, "q")
		sold := make([]money.Amount, len(q))
		for i, v := range q {
			sold[i] = money.Amount(v)
		}
		c, err := charge(b, sold)
		if err != nil {
			require.ErrorIs(t, err, ErrTooLarge)
			return
		}
		above := new(big.Float).Sub(new(big.Float).SetPrec(160).SetInt64(int64(c)), exact(b, sold))
		require.GreaterOrEqual(t, above.Sign(), 0, "charge %d is %v above", c, above)
		require.Negative(t, above.Cmp(big.NewFloat(2)))
	})
}

var paths = flag.Int("paths", 3000, "random paths of trades")

func TestTheMakerNeverLosesMoreThanItsSubsidyOnAnyPath(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range *paths {
		n := 2 + r.IntN(5)
		spec := Spec{Outcomes: []string{"a", "b", "c", "d", "e", "f"}[:n], Liquidity: money.Amount(1000 + r.Int64N(1<<(10+r.IntN(26))))}
		m, err := New(spec)
		require.NoError(t, err)
		again, err := New(spec)
		require.NoError(t, err)
		var taken money.Sum
		for range 1 + r.IntN(30) {
			owner := string(rune('p' + r.IntN(4)))
			shares := money.Amount(r.Int64N(int64(spec.Liquidity)*2) + 1)
			if r.IntN(3) == 0 {
				shares = -shares
			}
			outcome := r.IntN(n)
			quote, quoteErr := m.Quote(outcome, shares)
			e, err := m.Trade(0, owner, outcome, shares, money.Max)
			if err != nil {
				continue
			}
			require.NoError(t, quoteErr)
			require.Equal(t, quote, e.Paid)
			taken.Add(e.Paid)
			again.Apply(e)
			if r.IntN(10) == 0 { // one that was written down goes on as if nothing had happened
				again, err = Decode(spec, again.Encode())
				require.NoError(t, err)
			}
			for i := range n {
				if m.Sold(i)-m.Taken() > spec.Subsidy() {
					t.Fatalf("outcome %d costs the maker %v, subsidy %v", i, m.Sold(i)-m.Taken(), spec.Subsidy())
				}
			}
		}
		total, err := taken.Amount()
		require.NoError(t, err)
		require.Equal(t, m.Taken(), total)
		require.Equal(t, m, again)
		m, err = Decode(spec, m.Encode())
		require.NoError(t, err)
		finish(t, r, m)
	}
}

// finish ends a market in a random way and counts the money.
func finish(t *testing.T, r *rand.Rand, m *Market) {
	_, err := m.Shut(1)
	require.NoError(t, err)
	if r.IntN(2) == 0 {
		_, err = m.Cancel(2)
	} else {
		_, err = m.Propose(2, r.IntN(len(m.sold)))
		require.NoError(t, err)
		_, err = m.Confirm(2)
	}
	require.NoError(t, err)
	pays, left, err := m.Settle()
	require.NoError(t, err)
	require.GreaterOrEqual(t, left, money.Amount(0))
	for _, p := range pays {
		left += p.Amount
	}
	require.Equal(t, m.spec.Subsidy()+m.Taken(), left)
}

func TestARoundTripEarnsExactlyNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := New(Spec{Outcomes: []string{"x", "y", "z"}, Liquidity: money.Amount(rapid.Int64Range(1000, 1<<30).Draw(t, "b"))})
		require.NoError(t, err)
		total := money.Amount(0)
		var bought [3]money.Amount
		trade := func(outcome int, shares money.Amount) {
			e, err := m.Trade(0, "ann", outcome, shares, money.Max)
			require.NoError(t, err)
			total += e.Paid
			bought[outcome] += shares
		}
		for range rapid.IntRange(1, 20).Draw(t, "trades") {
			trade(rapid.IntRange(0, 2).Draw(t, "outcome"), money.Amount(rapid.Int64Range(1, 1<<33).Draw(t, "shares")))
		}
		for i, b := range bought {
			if b > 0 {
				trade(i, -b)
			}
		}
		require.Zero(t, total)
		require.Zero(t, m.Taken())
	})
}

func TestPricesAreProbabilities(t *testing.T) {
	m, err := New(Spec{Outcomes: []string{"x", "y", "z"}, Liquidity: 1000})
	require.NoError(t, err)
	assert.Equal(t, money.Amount(333_333), m.Price(0))
	_, err = m.Trade(0, "ann", 1, 1<<40, money.Max)
	require.NoError(t, err)
	assert.Zero(t, m.Price(0))
	assert.InDelta(t, int64(money.Unit), int64(m.Price(1)), 1)
}

func TestWhatCannotBeIsRefusedAndChangesNothing(t *testing.T) {
	_, err := New(Spec{Outcomes: []string{"x", "x", ""}, Close: -1, Disputes: -1})
	for _, want := range []string{"twice", "empty", "Liquidity", "Close", "Disputes"} {
		assert.ErrorContains(t, err, want)
	}
	_, err = New(Spec{Outcomes: []string{"x"}, Liquidity: 1000})
	require.Error(t, err)
	m, err := New(Spec{Outcomes: []string{"x", "y"}, Liquidity: money.Unit, Close: 100, Disputes: 10})
	require.NoError(t, err)
	_, err = m.Trade(0, "ann", 0, 10, 10)
	require.NoError(t, err)
	spec, state := new(SpecError), new(StateError)
	refuse := func(want error, e Event, err error) {
		t.Helper()
		require.ErrorIs(t, err, want)
		require.Zero(t, e)
		require.Equal(t, money.Amount(10), m.Sold(0))
	}
	e, err := m.Trade(0, "ann", 0, -11, 0)
	refuse(ErrShares, e, err)
	e, err = m.Trade(0, "bob", 0, -1, 0)
	refuse(ErrShares, e, err)
	e, err = m.Trade(0, "ann", 0, limit, money.Max)
	refuse(ErrTooLarge, e, err)
	e, err = m.Trade(0, "ann", 0, limit-1, money.Max)
	refuse(ErrTooLarge, e, err)
	e, err = m.Trade(0, "ann", 0, money.Unit, 1000)
	refuse(ErrPrice, e, err)
	_, err = m.Trade(0, "ann", 2, 1, 1)
	require.ErrorAs(t, err, &spec)
	_, err = m.Trade(0, "ann", 0, 0, 1)
	require.ErrorAs(t, err, &spec)
	_, err = m.Trade(0, "", 0, 1, 1)
	require.ErrorAs(t, err, &spec)
	_, err = m.Trade(100, "ann", 0, 1, 1)
	require.ErrorAs(t, err, &state)
	_, err = m.Propose(0, 0)
	require.ErrorAs(t, err, &state)
	_, _, err = m.Settle()
	require.ErrorAs(t, err, &state)
	_, err = m.Shut(100)
	require.NoError(t, err)
	_, err = m.Propose(100, 7)
	require.ErrorAs(t, err, &spec)
	_, err = m.Propose(100, 1)
	require.NoError(t, err)
	_, err = m.Confirm(109)
	require.ErrorAs(t, err, &state)
	_, err = m.Dispute(110)
	require.ErrorAs(t, err, &state)
	_, err = m.Dispute(109)
	require.NoError(t, err)
	_, err = m.Confirm(200)
	require.ErrorAs(t, err, &state)
	_, err = m.Resolve(200, -1)
	require.ErrorAs(t, err, &spec)
	_, err = m.Resolve(200, 0)
	require.NoError(t, err)
	for _, again := range []func() (Event, error){
		func() (Event, error) { return m.Resolve(201, 1) },
		func() (Event, error) { return m.Cancel(201) },
		func() (Event, error) { return m.Shut(201) },
		func() (Event, error) { return m.Trade(201, "ann", 0, 1, 1) },
	} {
		e, err := again()
		refuse(ErrAlreadyResolved, e, err)
	}
	pays, _, err := m.Settle()
	require.NoError(t, err)
	assert.Equal(t, []Payout{{"ann", 10}}, pays)
}
