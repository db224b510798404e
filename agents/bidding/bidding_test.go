// SPDX-License-Identifier: Apache-2.0

package bidding_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/bidding"
	"mabeam.dev/market/money"
)

func request(slots int, sizes ...int) bidding.Request {
	r := bidding.Request{Call: "q.1", Slots: slots, Currency: "credit"}
	for i, n := range sizes {
		r.Tasks = append(r.Tasks, bidding.Task{ID: fmt.Sprint("t", i), Kind: "k", Bytes: n, Attempt: 1})
	}
	return r
}

func TestEachPolicyAsksWhatItsDefinitionSays(t *testing.T) {
	cost := bidding.Cost{Batch: 100, Fixed: 10, PerKiB: 3, PerSecond: 7}
	for name, c := range map[string]struct {
		p    bidding.Policy
		s    bidding.Standing
		r    bidding.Request
		want money.Amount
		why  error
	}{
		"cost":               {cost, bidding.Standing{Latency: 2 * time.Second}, request(1, 1025), 100 + 10 + 2*3 + 14, nil},
		"cost, rounded up":   {bidding.Cost{PerSecond: 3}, bidding.Standing{Latency: 1500 * time.Millisecond}, request(1, 0), 5, nil},
		"latency not known":  {bidding.Cost{PerSecond: 3}, bidding.Standing{}, request(1, 0), 3, nil},
		"nothing asked":      {bidding.Cost{}, bidding.Standing{}, request(1, 0), 0, bidding.ErrPrice},
		"too much":           {bidding.Cost{Fixed: money.Max, Batch: 1}, bidding.Standing{}, request(1, 0), 0, bidding.ErrPrice},
		"no slot":            {cost, bidding.Standing{}, request(0, 0), 0, bidding.ErrNoCapacity},
		"task is over":       {cost, bidding.Standing{}, bidding.Request{Slots: 1, Tasks: []bidding.Task{{}}}, 0, bidding.ErrNoCapacity},
		"idle":               {bidding.Load(bidding.Cost{Fixed: 100}, 500_000), bidding.Standing{Slots: 4}, request(1, 0), 100, nil},
		"half busy":          {bidding.Load(bidding.Cost{Fixed: 100}, 500_000), bidding.Standing{InHand: 2, Slots: 4}, request(1, 0), 125, nil},
		"slow":               {bidding.Latency(bidding.Cost{Fixed: 100}, 100_000, time.Second), bidding.Standing{Latency: 3 * time.Second}, request(1, 0), 130, nil},
		"shaded":             {bidding.Shade(bidding.Cost{Fixed: 100}, 200_000), bidding.Standing{}, request(1, 0), 120, nil},
		"shaded too much":    {bidding.Shade(bidding.Cost{Fixed: money.Max}, 200_000), bidding.Standing{}, request(1, 0), 0, bidding.ErrPrice},
		"truthful":           {bidding.Truthful(bidding.Cost{Fixed: 100}), bidding.Standing{InHand: 9, Slots: 10}, request(1, 0), 100, nil},
		"within the budget":  {bidding.Budget(bidding.Cost{Fixed: 100}), bidding.Standing{Spent: 900, Budget: 1000}, request(1, 0), 100, nil},
		"without a budget":   {bidding.Budget(bidding.Cost{Fixed: 100}), bidding.Standing{Spent: 900}, request(1, 0), 100, nil},
		"broke":              {bidding.Budget(bidding.Cost{Fixed: 100}), bidding.Standing{Spent: 901, Budget: 1000}, request(1, 0), 0, bidding.ErrBroke},
		"deeply in debt":     {bidding.Budget(bidding.Cost{Fixed: 100}), bidding.Standing{Spent: money.Min, Budget: 1000}, request(1, 0), 0, bidding.ErrBroke},
		"at the ceiling":     {bidding.UpToCeiling(bidding.Cost{Fixed: 100}), bidding.Standing{}, bidding.Request{Slots: 1, Ceiling: 100, Tasks: []bidding.Task{{ID: "t"}}}, 100, nil},
		"above the ceiling":  {bidding.UpToCeiling(bidding.Cost{Fixed: 101}), bidding.Standing{}, bidding.Request{Slots: 1, Ceiling: 100, Tasks: []bidding.Task{{ID: "t"}}}, 0, bidding.ErrAboveCeiling},
		"all rules together": {bidding.Rules{Cost: bidding.Cost{Fixed: 100}, Load: 1_000_000, Latency: 1_000_000, Target: time.Second, Shade: 500_000, Budget: true}.Policy(), bidding.Standing{InHand: 1, Slots: 2, Latency: time.Second}, request(1, 0), 450, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := c.p.Offer(c.r, c.s)
			if c.why != nil {
				require.ErrorIs(t, o.Pass, c.why)
				require.Empty(t, o.Bundles)
				return
			}
			require.NoError(t, o.Pass)
			require.Equal(t, []bidding.Bundle{{Tasks: []int{0}, Price: c.want}}, o.Bundles)
			require.NoError(t, o.Check(c.r))
		})
	}
}

func TestABundleSharesWhatTheBatchCosts(t *testing.T) {
	o := bidding.Cost{Batch: 100, Fixed: 10}.Offer(request(2, 0, 0, 0), bidding.Standing{})
	prices := map[string]money.Amount{}
	for _, b := range o.Bundles {
		prices[fmt.Sprint(b.Tasks)] = b.Price
	}
	assert.Equal(t, map[string]money.Amount{"[0]": 110, "[1]": 110, "[2]": 110, "[0 1]": 120, "[0 2]": 120, "[1 2]": 120}, prices)
}

// Whatever is drawn, an offer of a policy is one that Check lets pass, and every open task can be won alone.
func TestAnOfferOfAPolicyIsWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := request(rapid.IntRange(0, 6).Draw(t, "slots"), rapid.SliceOfN(rapid.IntRange(0, 9000), 1, 40).Draw(t, "sizes")...)
		open := 0
		for i := range r.Tasks {
			if rapid.IntRange(0, 5).Draw(t, "over") == 0 {
				r.Tasks[i] = bidding.Task{}
			} else {
				open++
			}
		}
		r.Ceiling = money.Amount(rapid.IntRange(0, 60).Draw(t, "ceiling"))
		s := bidding.Standing{
			InHand: rapid.IntRange(0, 6).Draw(t, "in hand"), Slots: 6, Latency: time.Duration(rapid.IntRange(0, 5).Draw(t, "latency")) * time.Second,
			Spent: money.Amount(rapid.IntRange(0, 60).Draw(t, "spent")), Budget: money.Amount(rapid.IntRange(0, 60).Draw(t, "budget")),
		}
		rules := bidding.Rules{Cost: bidding.Cost{Batch: 3, Fixed: 10, PerKiB: 2}, Load: 300_000, Shade: 100_000, Budget: rapid.Bool().Draw(t, "budgeted")}
		require.NoError(t, rules.Validate())
		o := rules.Policy().Offer(r, s)
		require.NoError(t, o.Check(r))
		require.Equal(t, o, rules.Policy().Offer(r, s), "the same question has the same answer")
		require.Equal(t, o.Pass != nil, len(o.Bundles) == 0)
		seen := map[string]bool{}
		for _, b := range o.Bundles {
			key := fmt.Sprint(b.Tasks)
			require.False(t, seen[key], "a bundle is offered once")
			seen[key] = true
		}
		if plain := (bidding.Cost{Fixed: 1}).Offer(r, s); r.Slots > 0 && open > 0 {
			alone := 0
			for _, b := range plain.Bundles {
				if len(b.Tasks) == 1 {
					alone++
				}
			}
			require.Equal(t, open, alone)
		}
	})
}

// Who is busier, slower or poorer never asks less.
func TestPoliciesAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := bidding.Rules{
			Cost: bidding.Cost{Fixed: money.Amount(rapid.IntRange(1, 1000).Draw(t, "fixed")), PerSecond: money.Amount(rapid.IntRange(0, 1000).Draw(t, "second"))},
			Load: int64(rapid.IntRange(0, 3_000_000).Draw(t, "load")), Latency: int64(rapid.IntRange(1, 3_000_000).Draw(t, "latency")), Target: time.Second,
		}
		better := bidding.Standing{InHand: rapid.IntRange(0, 8).Draw(t, "in hand"), Slots: 8, Latency: time.Duration(rapid.IntRange(1_000_000_000, 9_000_000_000).Draw(t, "takes"))}
		worse := better
		worse.InHand += rapid.IntRange(0, 8).Draw(t, "more in hand")
		worse.Latency += time.Duration(rapid.IntRange(0, 9_000_000_000).Draw(t, "takes longer"))
		r := request(1, 0)
		require.LessOrEqual(t, rules.Policy().Offer(r, better).Bundles[0].Price, rules.Policy().Offer(r, worse).Bundles[0].Price)
	})
}

func TestAnOfferThatIsNoneIsRefused(t *testing.T) {
	r := request(1, 0, 0)
	r.Tasks[1] = bidding.Task{}
	for name, c := range map[string]struct {
		o    bidding.Offer
		want error
	}{
		"nothing said":  {bidding.Offer{}, bidding.ErrNoCapacity},
		"no price":      {bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{0}}}}, bidding.ErrPrice},
		"negative":      {bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{0}, Price: -1}}}, bidding.ErrPrice},
		"empty":         {bidding.Offer{Bundles: []bidding.Bundle{{Price: 1}}}, bidding.ErrPrice},
		"unknown":       {bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{2}, Price: 1}}}, bidding.ErrPrice},
		"before any":    {bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{-1}, Price: 1}}}, bidding.ErrPrice},
		"over":          {bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{1}, Price: 1}}}, bidding.ErrPrice},
		"more than fit": {bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{0, 1}, Price: 1}}}, bidding.ErrNoCapacity},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, c.o.Check(r), c.want) })
	}
	wide := request(3, 0, 0, 0)
	require.ErrorIs(t, bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{1, 0}, Price: 1}}}.Check(wide), bidding.ErrPrice)
	require.ErrorIs(t, bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{1, 1}, Price: 1}}}.Check(wide), bidding.ErrPrice)
}

func TestRulesTellEveryMistake(t *testing.T) {
	err := bidding.Rules{Cost: bidding.Cost{Fixed: -1}, Load: -1, Target: time.Second}.Validate()
	for _, key := range []string{"fixed", "load", "target"} {
		assert.ErrorContains(t, err, fmt.Sprintf("%q", key))
	}
	var rule *bidding.RuleError
	require.ErrorAs(t, bidding.Rules{}.Validate(), &rule)
	require.Equal(t, "fixed", rule.Key)
}

// A large batch is thinned out to runs of neighbours, so that an offer stays small.
func TestALargeBatchIsOfferedForInRuns(t *testing.T) {
	sets := request(8, make([]int, 40)...).Bundles()
	require.Less(t, len(sets), 400)
	for _, s := range sets {
		require.Equal(t, len(s)-1, s[len(s)-1]-s[0], "%v", s)
		require.True(t, slices.IsSorted(s))
	}
}
