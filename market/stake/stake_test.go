// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

// books are the accounts that moves go between. Only available accounts are filled from outside.
type books map[string]money.Amount

func (b books) make(t require.TestingT, moves []Move) {
	for _, m := range moves {
		require.Positive(t, m.Amount)
		if !strings.HasSuffix(m.From, "/available") {
			require.GreaterOrEqual(t, b[m.From], m.Amount, "%s cannot pay", m.From)
		}
		b[m.From] -= m.Amount
		b[m.To] += m.Amount
	}
}

func TestStakesAndTheirAccountsAlwaysAgreeAndNothingIsTakenTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(Spec{Minimum: 10, Unbonding: 5, Appeals: 3, Shares: map[string]int64{"all": million}})
		require.NoError(t, err)
		b := books{}
		owners := []string{"ann", "bob", "cid"}
		at := int64(0)
		slashed := map[string]bool{}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			at += rapid.Int64Range(0, 3).Draw(t, "later")
			if rapid.IntRange(0, 9).Draw(t, "written") == 0 { // what was written down goes on as if nothing had happened
				image := s.Encode()
				s, err = Decode(s.spec, image)
				require.NoError(t, err)
				require.Equal(t, string(image), string(s.Encode()))
			}
			who := rapid.SampledFrom(owners).Draw(t, "who")
			amount := money.Amount(rapid.Int64Range(-1, 40).Draw(t, "amount"))
			id := fmt.Sprint("v", rapid.IntRange(0, 5).Draw(t, "id"))
			before := s.Of(who)
			var moves []Move
			switch rapid.IntRange(0, 10).Draw(t, "what") {
			case 0:
				moves, err = s.Lock(at, who, amount)
			case 1:
				moves, err = s.HoldBack(at, who, "payer/available", amount)
			case 2:
				err = s.Unbond(at, who, amount)
				if err == nil {
					require.Zero(t, before.Cases)
				}
			case 3:
				moves, err = s.Release(at, who)
			case 4:
				err = s.Expose(who, id, amount)
				if err == nil {
					require.LessOrEqual(t, s.Of(who).Exposed, before.Locked+before.Unbonding)
				}
			case 5:
				err = s.Done(id)
			case 6:
				v := Violation{ID: id, Kind: rapid.SampledFrom([]string{"all", "collusion", "?"}).Draw(t, "kind"), Offender: who, Victim: "victim", Loss: amount, Evidence: "e", Proven: rapid.Bool().Draw(t, "proven")}
				moves, err = s.Report(at, v)
				if err == nil && !v.Proven {
					require.Empty(t, moves, "a report is no verdict")
				}
			case 7:
				moves, err = s.Review(at, id, rapid.Bool().Draw(t, "upheld"))
			case 8:
				err = s.Appeal(at, id)
			case 9:
				moves, err = s.Rehear(at, id, rapid.Bool().Draw(t, "stands"))
			case 10:
				moves, err = s.Conclude(at, id)
			}
			if err != nil {
				require.Empty(t, moves)
				require.Equal(t, before, s.Of(who))
			}
			for _, m := range moves {
				if strings.HasPrefix(m.From, "stake/") && strings.HasPrefix(m.To, "pool/case/") {
					require.False(t, slashed[m.To], "taken twice for one violation")
					slashed[m.To] = true
				}
			}
			b.make(t, moves)
			var total money.Amount
			for _, o := range owners {
				p := s.Of(o)
				require.Equal(t, p.Locked+p.Unbonding, b[staked(o)])
				require.GreaterOrEqual(t, min(p.Locked, p.Unbonding, p.Exposed), money.Amount(0))
				total += p.Locked + p.Unbonding
			}
			for id, c := range s.cases {
				want := money.Amount(0)
				if c.State == Upheld || c.State == Appealed {
					want = c.Taken
				}
				require.Equal(t, want, b[disputed(id)])
				total += want
				require.LessOrEqual(t, c.Damages, c.Taken)
				require.LessOrEqual(t, c.Damages, max(0, c.Loss))
			}
			require.Equal(t, total, s.total)
		}
	})
}

func TestAnOverturnedVerdictIsPaidBackInFull(t *testing.T) {
	s, err := New(Spec{Unbonding: 100, Appeals: 10})
	require.NoError(t, err)
	_, err = s.Lock(0, "ann", 100)
	require.NoError(t, err)
	require.NoError(t, s.Unbond(0, "ann", 90))
	moves, err := s.Report(1, Violation{ID: "v", Kind: "quality fraud", Offender: "ann", Victim: "bob", Loss: 50, Evidence: "e", Proven: true})
	require.NoError(t, err)
	require.Equal(t, []Move{{"stake/ann", "pool/case/v", 65}}, moves, "what is unbonding can be taken")
	_, err = s.Release(1000, "ann")
	require.ErrorIs(t, err, ErrFrozen)
	_, err = s.Conclude(10, "v")
	var state *StateError
	require.ErrorAs(t, err, &state)
	require.NoError(t, s.Appeal(10, "v"))
	moves, err = s.Rehear(0, "v", false)
	require.NoError(t, err)
	require.Equal(t, []Move{{"pool/case/v", "stake/ann", 65}}, moves)
	require.Equal(t, Position{Locked: 65, Unbonding: 35}, s.Of("ann"))
	c, err := s.Case("v")
	require.NoError(t, err)
	require.Equal(t, Overturned, c.State)
	_, err = s.Report(1, Violation{ID: "v", Kind: "quality fraud", Offender: "ann", Evidence: "again"})
	require.ErrorIs(t, err, ErrDuplicate)
}

// Whoever builds trust with many deals and cheats in one, or in all that are open, forfeits at least what they gain.
func TestCheatingNeverGainsMoreThanItForfeits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(Spec{Unbonding: 10, Appeals: 1})
		require.NoError(t, err)
		locked := money.Amount(rapid.Int64Range(1, 1000).Draw(t, "stake"))
		_, err = s.Lock(0, "ann", locked)
		require.NoError(t, err)
		var open []exposure
		for i := range rapid.IntRange(1, 20).Draw(t, "deals") {
			id, gain := fmt.Sprint("d", i), money.Amount(rapid.Int64Range(1, 400).Draw(t, "gain"))
			if s.Expose("ann", id, gain) == nil {
				if rapid.Bool().Draw(t, "honest") {
					require.NoError(t, s.Done(id))
					continue
				}
				open = append(open, exposure{id, gain})
			}
			if rapid.Bool().Draw(t, "withdraw") {
				_ = s.Unbond(int64(i), "ann", money.Amount(rapid.Int64Range(1, 400).Draw(t, "back")))
			}
			_, _ = s.Release(int64(i), "ann")
		}
		var gained, forfeited money.Amount
		for i, d := range open {
			gained += d.amount
			_, err := s.Report(0, Violation{ID: d.owner, Offender: "ann", Victim: "bob", Loss: d.amount, Evidence: "e", Kind: "abandonment", Proven: true})
			require.NoError(t, err, i)
			moves, err := s.Conclude(1, d.owner)
			require.NoError(t, err)
			for _, m := range moves {
				forfeited += m.Amount
			}
		}
		if len(open) == 1 {
			require.GreaterOrEqual(t, forfeited, gained)
		}
		require.LessOrEqual(t, gained, locked)
	})
}

func TestWhatCannotBeAtStakeIsRefused(t *testing.T) {
	var input *InputError
	var low *TooLowError
	var state *StateError
	_, err := New(Spec{Minimum: -1, Unbonding: -1, Appeals: -1, Shares: map[string]int64{"x": -1}})
	for _, field := range []string{"Minimum", "Unbonding", "Appeals", "Shares"} {
		require.ErrorContains(t, err, field)
	}
	s, err := New(Spec{Minimum: 10})
	require.NoError(t, err)
	_, err = s.Lock(0, "", 1)
	require.ErrorAs(t, err, &input)
	_, err = s.Lock(0, "ann", 9)
	require.ErrorAs(t, err, &low)
	_, err = s.Lock(0, "ann", 20)
	require.NoError(t, err)
	_, err = s.Lock(0, "bob", money.Max)
	require.ErrorIs(t, err, money.ErrOverflow)
	_, err = s.HoldBack(0, "ann", "", 1)
	require.ErrorAs(t, err, &input)
	_, err = s.HoldBack(0, "ann", "x", money.Max)
	require.ErrorIs(t, err, money.ErrOverflow)
	require.ErrorAs(t, s.Unbond(0, "ann", 11), &low)
	require.ErrorAs(t, s.Unbond(0, "ann", 21), &low)
	require.ErrorAs(t, s.Unbond(0, "ann", 0), &input)
	require.ErrorIs(t, s.Unbond(0, "eve", 1), ErrUnknown)
	_, err = s.Release(0, "eve")
	require.ErrorIs(t, err, ErrUnknown)
	require.ErrorAs(t, s.Expose("eve", "d", 1), &low)
	require.ErrorAs(t, s.Expose("ann", "", 1), &input)
	require.NoError(t, s.Expose("ann", "d", 15))
	require.ErrorAs(t, s.Expose("ann", "e", 6), &low)
	require.ErrorIs(t, s.Expose("ann", "d", 1), ErrDuplicate)
	require.ErrorAs(t, s.Unbond(0, "ann", 6), &low)
	require.NoError(t, s.Done("d"))
	require.ErrorIs(t, s.Done("d"), ErrUnknown)
	require.ErrorIs(t, s.Expose("ann", "d", 1), ErrDuplicate)
	for _, v := range []Violation{{}, {ID: "v", Offender: "ann"}, {ID: "v", Offender: "ann", Evidence: "e", Loss: -1}, {ID: "v", Offender: "ann", Evidence: "e", Loss: 1}, {ID: "v", Offender: "ann", Evidence: "e", Victim: "ann"}} {
		_, err = s.Report(0, v)
		require.ErrorAs(t, err, &input)
	}
	_, err = s.Report(0, Violation{ID: "v", Offender: "eve", Evidence: "e"})
	require.ErrorIs(t, err, ErrUnknown)
	_, err = s.Report(0, Violation{ID: "v", Offender: "ann", Evidence: "e"})
	require.NoError(t, err)
	require.ErrorAs(t, s.Appeal(0, "v"), &state)
	_, err = s.Case("w")
	require.ErrorIs(t, err, ErrUnknown)
	require.ErrorIs(t, s.Appeal(0, "w"), ErrUnknown)
	_, err = s.Review(0, "v", false)
	require.NoError(t, err)
	_, err = s.Review(0, "v", true)
	require.ErrorAs(t, err, &state)
	_, err = s.Report(0, Violation{ID: "p", Offender: "ann", Evidence: "e", Proven: true, Kind: "none"})
	require.NoError(t, err)
	require.ErrorAs(t, s.Appeal(0, "p"), &state, "there is no time for appeals")
}

func TestAPoolNeverPaysWhatItDoesNotHaveNorTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := NewPool(PoolSpec{ID: "main", Load: 200_000, Solvency: million / 2, PerProvider: million / 2})
		require.NoError(t, err)
		b := books{}
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			id := fmt.Sprint("p", rapid.IntRange(0, 12).Draw(t, "id"))
			amount := money.Amount(rapid.Int64Range(-1, 1000).Draw(t, "amount"))
			if rapid.IntRange(0, 9).Draw(t, "written") == 0 {
				image := p.Encode()
				p, err = DecodePool(p.spec, image)
				require.NoError(t, err)
				require.Equal(t, string(image), string(p.Encode()))
			}
			var moves []Move
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				if moves, _ = p.Fund("fund", amount); moves != nil {
					p.Funded(amount)
				}
			case 1:
				moves, err = p.Buy(Cover{
					Policy: id, Holder: "ann", Provider: rapid.SampledFrom([]string{"bob", "cid"}).Draw(t, "provider"), Deal: "d", Limit: amount,
					Deductible: money.Amount(rapid.Int64Range(0, 20).Draw(t, "deductible")), Failures: 1, Deals: rapid.Int64Range(1, 99).Draw(t, "deals"),
				})
				if err == nil {
					_, _, unpaid := p.Policy(id)
					require.ErrorIs(t, unpaid, ErrUnknown)
					paid := rapid.Bool().Draw(t, "paid")
					if p.Bought(id, paid); !paid {
						moves = nil
					}
					require.LessOrEqual(t, p.Limits(), 2*p.Funds())
				}
			default:
				moves, err = p.Claim(id, Outcome{"d", rapid.Bool().Draw(t, "failed"), amount})
				if c := p.policies[id]; err == nil && len(moves) == 1 {
					require.LessOrEqual(t, moves[0].Amount, min(c.Limit, amount-c.Deductible))
				}
			}
			b.make(t, moves)
			require.Equal(t, b["pool/main"], p.Funds(), i)
			var limits money.Amount
			for _, c := range p.policies {
				if !c.over {
					limits += c.Limit
				}
			}
			require.Equal(t, limits, p.Limits())
			require.Equal(t, limits, p.provider["bob"]+p.provider["cid"])
		}
	})
}

func TestPoliciesThatCannotBeAreRefused(t *testing.T) {
	var input *InputError
	var state *StateError
	_, err := NewPool(PoolSpec{})
	require.ErrorAs(t, err, &input)
	p, err := NewPool(PoolSpec{ID: "x", Solvency: million, PerProvider: million / 10})
	require.NoError(t, err)
	_, err = p.Fund("", 1)
	require.ErrorAs(t, err, &input)
	c := Cover{Policy: "p", Holder: "ann", Provider: "bob", Deal: "d", Limit: 100, Deals: 10}
	_, err = p.Buy(c)
	require.ErrorIs(t, err, ErrCapacity, "there is no money")
	_, err = p.Fund("fund", 999)
	require.NoError(t, err)
	p.Funded(999)
	_, err = p.Buy(c)
	require.NoError(t, err)
	_, err = p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: 150})
	require.ErrorIs(t, err, ErrUnknown, "the premium is not paid yet")
	p.Bought("p", true)
	_, err = p.Buy(c)
	require.ErrorIs(t, err, ErrDuplicate)
	c.Policy = "q"
	_, err = p.Buy(c)
	require.ErrorIs(t, err, ErrCapacity, "too much for one provider")
	for _, change := range []func(*Cover){func(c *Cover) { c.Holder = "bob" }, func(c *Cover) { c.Deal = "" }, func(c *Cover) { c.Limit = 0 }, func(c *Cover) { c.Failures = 11 }} {
		bad := c
		change(&bad)
		_, err = p.Buy(bad)
		require.ErrorAs(t, err, &input)
	}
	_, err = p.Claim("?", Outcome{})
	require.ErrorIs(t, err, ErrUnknown)
	_, err = p.Claim("p", Outcome{Deal: "other", Failed: true, Loss: 50})
	require.ErrorAs(t, err, &input)
	_, err = p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: -1})
	require.ErrorAs(t, err, &input)
	moves, err := p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: 150})
	require.NoError(t, err)
	require.Equal(t, []Move{{"pool/x", "ann/available", 100}}, moves)
	_, err = p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: 150})
	require.ErrorAs(t, err, &state)
}

func TestNobodyWithFewDealsSeemsSafe(t *testing.T) {
	assert.Equal(t, int64(million), Failing(0, 0))
	assert.Equal(t, int64(million), Failing(5, 5))
	last := int64(million)
	for _, n := range []int64{1, 2, 5, 10, 100, 10_000} {
		f := Failing(0, n)
		assert.Less(t, f, last)
		assert.Positive(t, f)
		last = f
	}
	// Of providers that fail with 10 %, at most about 5 % are thought to be safer.
	r, under := rand.New(rand.NewPCG(1, 1)), 0
	for range 4000 {
		failures := int64(0)
		for range 200 {
			if r.IntN(10) == 0 {
				failures++
			}
		}
		if Failing(failures, 200) < 100_000 {
			under++
		}
	}
	assert.Less(t, under, 4000*7/100)
}

func TestTheReportThatIsBelievedPaysMost(t *testing.T) {
	expected := func(belief, report int64) float64 {
		yes, err := Quadratic(1e12, report, true)
		require.NoError(t, err)
		no, err := Quadratic(1e12, report, false)
		require.NoError(t, err)
		return (float64(yes)*float64(belief) + float64(no)*float64(million-belief)) / million
	}
	for belief := int64(0); belief <= million; belief += 50_000 {
		for report := int64(0); report <= million; report += 25_000 {
			if report != belief {
				require.Greater(t, expected(belief, belief), expected(belief, report))
			}
		}
	}
	_, err := Quadratic(1, million+1, true)
	require.Error(t, err)
}

func TestAgreementIsNeverPunished(t *testing.T) {
	for _, n := range []int{3, 4, 50} {
		reports := make([]int64, n)
		for i := range reports {
			reports[i] = 700_000
		}
		paid, err := Peers(1000, reports)
		require.NoError(t, err)
		for _, p := range paid {
			assert.Equal(t, money.Amount(1000), p)
		}
	}
	paid, err := Peers(1000, []int64{500_000, 500_000, 500_000, 0})
	require.NoError(t, err)
	assert.Equal(t, []money.Amount{1000, 1000, 1000, 750}, paid, "an outlier moves nobody else's")
	for _, bad := range [][]int64{{1, 2}, {1, 2, -1}} {
		_, err = Peers(1, bad)
		require.Error(t, err)
	}
	_, err = Peers(-1, []int64{1, 2, 3})
	require.Error(t, err)
}

func TestCreditIsTheMeanOverAllOrdersAndDividesExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "agents")
		values := make([]money.Amount, 1<<n)
		for i := range values {
			values[i] = money.Amount(rapid.Int64Range(-100, 100).Draw(t, "value"))
		}
		value := func(set uint64) money.Amount { return values[set] }
		sums, orders := make([]money.Amount, n), 0
		var walk func(set uint64, adds []money.Amount)
		walk = func(set uint64, adds []money.Amount) {
			if set == 1<<n-1 {
				orders++
				for i := range sums {
					sums[i] += adds[i]
				}
				return
			}
			for i := range n {
				if set>>i&1 == 0 {
					adds[i] = values[set|1<<i] - values[set]
					walk(set|1<<i, adds)
				}
			}
		}
		walk(0, make([]money.Amount, n))
		credit, err := Shapley(n, value)
		require.NoError(t, err)
		total := money.Amount(0)
		for i, c := range credit {
			total += c
			require.Less(t, math.Abs(float64(c)-float64(sums[i])/float64(orders)), 1.0)
		}
		require.Equal(t, values[len(values)-1]-values[0], total)
	})
	// Sampled credits are where they say: of a game in which everybody adds to what the ones before them made.
	value := func(set uint64) money.Amount { return money.Amount(set%97) * money.Amount(set%13) }
	exact, err := Shapley(9, value)
	require.NoError(t, err)
	sampled, err := ShapleySampled(9, 5000, rand.New(rand.NewPCG(1, 2)), value)
	require.NoError(t, err)
	for i, e := range sampled {
		require.InDelta(t, float64(exact[i]), e.Mean, 2*e.Half+1)
		require.Less(t, e.Half, 20.0)
	}
	_, err = Shapley(13, nil)
	require.Error(t, err)
	_, err = ShapleySampled(65, 10, nil, nil)
	require.Error(t, err)
}

func TestAMarketUnderStressRisesAtOnceAndCalmsDownStepByStep(t *testing.T) {
	s, err := NewStress(StressSpec{Calm: 10, Caution: 50, Halt: 200, Hold: 100})
	require.NoError(t, err)
	for _, c := range []struct {
		at, worst int64
		want      Level
	}{
		{0, 49, Normal},
		{1, 50, Caution},
		{2, 30, Caution},
		{500, 30, Caution},
		{501, 200, Halt},
		{502, 10, Halt},
		{601, 0, Halt},
		{602, 0, Recovering},
		{650, 60, Halt},
		{651, 0, Halt},
		{751, 0, Recovering},
		{752, 11, Recovering},
		{753, 0, Recovering},
		{853, 0, Normal},
		{854, 1000, Halt},
	} {
		was := s.Level()
		s, err = DecodeStress(s.spec, s.Encode())
		require.NoError(t, err)
		level, changed := s.Measure(c.at, 0, c.worst, 0)
		require.Equal(t, c.want, level, "at %d", c.at)
		require.Equal(t, was != level, changed)
	}
	_, err = NewStress(StressSpec{Calm: 5, Caution: 5, Halt: 6})
	require.Error(t, err)
	_, err = DecodeStress(s.spec, []byte(`{"level": 9}`))
	require.Error(t, err)
	assert.Equal(t, "normal caution halt recovering stake.Level(9)", fmt.Sprintf("%v %v %v %v %v", Normal, Caution, Halt, Recovering, Level(9)))
}

func TestWhatIsTakenOrAskedBackIsOfTheNewest(t *testing.T) {
	s, err := New(Spec{Unbonding: 10})
	require.NoError(t, err)
	for at, amount := range []money.Amount{30, 20, 10} {
		_, err := s.Lock(int64(at), "ann", amount)
		require.NoError(t, err)
	}
	require.Equal(t, money.Amount(50), s.Aged("ann", 1))
	require.NoError(t, s.Unbond(5, "ann", 25))
	require.Equal(t, money.Amount(35), s.Aged("ann", 5))
	require.Equal(t, money.Amount(30), s.Aged("ann", 0))
	_, err = s.Report(5, Violation{ID: "v", Kind: "quality fraud", Offender: "ann", Evidence: "e", Proven: true})
	require.NoError(t, err)
	require.Equal(t, s.Of("ann").Locked, s.Aged("ann", 5), "18 of 60 are taken")
	require.Zero(t, s.Aged("bob", 5))
	require.Equal(t, []string{"ann"}, s.Owners())
}
