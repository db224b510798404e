// SPDX-License-Identifier: Apache-2.0

package auctioning

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// profiles are all values from 0 to top of so many options.
func profiles(options int, top int64) (all [][]int64) {
	var fill func(v []int64)
	fill = func(v []int64) {
		if len(v) == options {
			all = append(all, slices.Clone(v))
			return
		}
		for x := range top + 1 {
			fill(append(v, x))
		}
	}
	fill(nil)
	return all
}

// All cases of three agents, three options and values from 0 to 2: whatever the others say, an agent never does better than by saying what is true. By the
// symmetry of agents the first one stands for each; that the order does not matter is a law of its own.
func TestNobodyGainsByMisreportingToAPivotalDecision(t *testing.T) {
	all := profiles(3, 2)
	for _, b := range all {
		for _, c := range all {
			var outcome [27]struct {
				option  int
				payment int64
			}
			for i, a := range all { // what the agent may say, and what comes of it
				r, err := Pivotal(3, 0, []Claim{{"a", a}, {"b", b}, {"c", c}})
				require.NoError(t, err)
				outcome[i].option, outcome[i].payment = r.Option, r.Payments[0]
			}
			for i, truth := range all {
				honest := truth[outcome[i].option] - outcome[i].payment
				for j := range all {
					if lie := truth[outcome[j].option] - outcome[j].payment; lie > honest {
						t.Fatalf("%v gains %d by saying %v against %v %v", truth, lie-honest, all[j], b, c)
					}
				}
				require.GreaterOrEqual(t, honest, int64(0), "nobody is worse off for taking part")
			}
		}
	}
}

func TestPaymentsAreTheHarmThatIsDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options, n := rapid.IntRange(1, 5).Draw(t, "options"), rapid.IntRange(0, 6).Draw(t, "agents")
		present := rapid.IntRange(0, options-1).Draw(t, "present")
		claims := make([]Claim, n)
		for i := range claims {
			claims[i] = Claim{fmt.Sprint(i), rapid.SliceOfN(rapid.Int64Range(0, 9), options, options).Draw(t, "values")}
		}
		r, err := Pivotal(options, present, claims)
		require.NoError(t, err)
		sum := func(o, without int) (total int64) {
			for i, c := range claims {
				if i != without {
					total += c.Values[o]
				}
			}
			return total
		}
		total := int64(0)
		for o := range options {
			require.LessOrEqual(t, sum(o, -1), sum(r.Option, -1), "nothing is worth more")
			require.Equal(t, sum(o, -1), r.Totals[o])
		}
		if sum(present, -1) == sum(r.Option, -1) {
			require.Equal(t, present, r.Option, "equal ones keep what there is")
		}
		for i, c := range claims {
			harm := int64(0)
			for o := range options {
				harm = max(harm, sum(o, i)-sum(r.Option, i))
			}
			require.Equal(t, harm, r.Payments[i])
			require.LessOrEqual(t, r.Payments[i], c.Values[r.Option], "nobody pays more than it is worth to it")
			total += r.Payments[i]
		}
		require.GreaterOrEqual(t, total, int64(0))
		slices.Reverse(claims)
		again, err := Pivotal(options, present, claims)
		require.NoError(t, err)
		slices.Reverse(again.Payments)
		require.Equal(t, r, again, "the order of the agents does not matter")
	})
}

func TestNobodyGainsByMisbiddingForADecision(t *testing.T) {
	for reserve := range int64(4) {
		for _, others := range profiles(2, 4) {
			for truth := range int64(5) {
				gain := func(bid int64) int64 {
					s, err := SecondPrice([]Bid{{"b", others[0]}, {"a", bid}, {"c", others[1]}}, reserve)
					require.NoError(t, err)
					require.GreaterOrEqual(t, s.Price, int64(0))
					if s.Winner == 1 {
						return truth - s.Price
					}
					return 0
				}
				for bid := range int64(6) {
					require.LessOrEqual(t, gain(bid), gain(truth), "worth %d, bid %d against %v, reserve %d", truth, bid, others, reserve)
				}
			}
		}
	}
}

func TestTheSecondPriceIsPaid(t *testing.T) {
	for _, c := range []struct {
		bids    []int64
		reserve int64
		want    Sale
	}{
		{[]int64{3, 7, 5}, 0, Sale{1, 5}},
		{[]int64{7, 3, 5}, 0, Sale{0, 5}},
		{[]int64{7, 7}, 0, Sale{0, 7}},
		{[]int64{7, 3}, 4, Sale{0, 4}},
		{[]int64{3}, 4, Sale{-1, 0}},
		{[]int64{0, 0}, 0, Sale{-1, 0}},
		{nil, 1, Sale{-1, 0}},
		{[]int64{9}, 0, Sale{0, 0}},
	} {
		var bids []Bid
		for i, b := range c.bids {
			bids = append(bids, Bid{fmt.Sprint(i), b})
		}
		got, err := SecondPrice(bids, c.reserve)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%v", c)
	}
}

func TestWhatCannotBeDecidedIsRefused(t *testing.T) {
	_, err := Pivotal(2, 2, []Claim{{"a", []int64{1}}, {"a", []int64{-1, MaxAmount + 1}}})
	var spec *SpecError
	require.ErrorAs(t, err, &spec)
	for _, text := range []string{"number 2 stays", "1 options of 2", "two claims", "says -1"} {
		assert.ErrorContains(t, err, text)
	}
	_, err = SecondPrice([]Bid{{"a", -1}, {"", 1}}, -1)
	require.ErrorAs(t, err, &spec)
	assert.ErrorContains(t, err, "reserve")
	_, err = Pivotal(1, 0, make([]Claim, MaxAgents+1))
	require.Error(t, err)
	_, err = SecondPrice(make([]Bid, MaxAgents+1), 0)
	require.Error(t, err)
	assert.Equal(t, []int64{2, 1}, Claim{"a", []int64{5, 1}}.Cap(2).Values)
}

func ExamplePivotal() {
	ruling, _ := Pivotal(2, 0, []Claim{{"ann", []int64{0, 9}}, {"bob", []int64{5, 0}}, {"cleo", []int64{2, 0}}})
	fmt.Println(ruling.Option, ruling.Payments)
	// Output: 1 [7 0 0]
}
