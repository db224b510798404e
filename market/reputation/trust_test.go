// SPDX-License-Identifier: Apache-2.0

package reputation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/reputation"
)

func TestWithoutStakeThereIsNoTrustAndNotAnEqualShare(t *testing.T) {
	n := reputation.Network{Edges: []reputation.Edge{{From: "a", To: "b", Value: 1}}}
	_, err := n.Rank()
	require.ErrorIs(t, err, reputation.ErrNoStake)
	n.Stakes = []reputation.Stake{{Agent: "a", Amount: 10, Since: start}}
	n.Now, n.MinAge = start.Add(time.Hour), 2*time.Hour
	_, err = n.Rank()
	require.ErrorIs(t, err, reputation.ErrNoStake, "the stake is too young")
}

func TestAnArmyWithoutStakeAndInflowHasExactlyNothing(t *testing.T) {
	n := reputation.Network{Stakes: []reputation.Stake{{Agent: "bank", Amount: 1}}, Edges: []reputation.Edge{{From: "bank", To: "ann", Value: 1}}}
	for i := range 100 {
		n.Edges = append(n.Edges, reputation.Edge{From: reputation.Agent(fmt.Sprint("s", i)), To: reputation.Agent(fmt.Sprint("s", (i+1)%100)), Value: 1e9})
	}
	n.Edges = append(n.Edges, reputation.Edge{From: "s0", To: "ann", Value: 1})
	trust, err := n.Rank()
	require.NoError(t, err)
	for i := range 100 {
		require.Zero(t, trust.Of(reputation.Agent(fmt.Sprint("s", i))))
	}
	assert.Zero(t, trust.Of("nobody"))
	assert.Zero(t, trust.Hitting("nobody"))
}

func TestMoreIdentitiesOfOneOwnerGainNothing(t *testing.T) {
	of := func(identities int) float64 {
		n := reputation.Network{
			Stakes: []reputation.Stake{{Agent: "bank", Amount: 10}, {Agent: "ann", Amount: 10}}, Cap: 8, Owners: map[reputation.Agent]reputation.Agent{},
			Edges: []reputation.Edge{{From: "bank", To: "ann", Value: 1}},
		}
		for i := range identities {
			id := reputation.Agent(fmt.Sprint("id", i))
			n.Owners[id] = "eve"
			n.Stakes = append(n.Stakes, reputation.Stake{Agent: id, Amount: 8})
			n.Edges = append(n.Edges, reputation.Edge{From: "bank", To: id, Value: 1 / float64(identities)}, reputation.Edge{From: id, To: reputation.Agent(fmt.Sprint("id", i+1)), Value: 5})
		}
		n.Owners[reputation.Agent(fmt.Sprint("id", identities))] = "eve"
		trust, err := n.Rank()
		require.NoError(t, err)
		return trust.Of("eve")
	}
	one := of(1)
	assert.InDelta(t, one, of(2), 1e-9)
	assert.InDelta(t, one, of(100), 1e-9)
}

func TestTheOrderOfTheInputDoesNotMatter(t *testing.T) {
	n := random(300, 2000)
	first, err := n.Rank()
	require.NoError(t, err)
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(n.Edges), func(i, j int) { n.Edges[i], n.Edges[j] = n.Edges[j], n.Edges[i] })
	slices.Reverse(n.Stakes)
	second, err := n.Rank()
	require.NoError(t, err)
	assert.Equal(t, first.Ranking(), second.Ranking(), "to the last bit")
	assert.Positive(t, first.Steps())
	assert.Contains(t, first.String(), "trust of 300 owners")
}

func TestANetworkNamesEveryMistake(t *testing.T) {
	n := reputation.Network{
		Stakes: []reputation.Stake{{Agent: "", Amount: 1}}, Edges: []reputation.Edge{{From: "a", To: "b", Value: math.NaN()}, {From: "a", To: "b", Value: math.Inf(1)}},
		Owners: map[reputation.Agent]reputation.Agent{"a": ""}, Restart: 1, Tolerance: -1, Cap: -1,
	}
	_, err := n.Rank()
	require.ErrorIs(t, err, reputation.ErrInvalidNetwork)
	for _, place := range []string{"stakes[0]", "edges[0]", "edges[1]", "owners", "restart", "tolerance", "cap"} {
		assert.ErrorContains(t, err, "network "+place)
	}
}

// random makes a network of so many agents, a tenth of which has stake.
func random(agents, edges int) *reputation.Network {
	r := rand.New(rand.NewPCG(1, 2))
	name := func(i int) reputation.Agent { return reputation.Agent(fmt.Sprintf("agent-%05d", i)) }
	n := &reputation.Network{Now: start}
	for i := range agents {
		if i%10 == 0 {
			n.Stakes = append(n.Stakes, reputation.Stake{Agent: name(i), Amount: 1000, Since: start})
		}
		n.Edges = append(n.Edges, reputation.Edge{From: name(i), To: name(r.IntN(agents)), Value: 1})
	}
	for len(n.Edges) < edges {
		n.Edges = append(n.Edges, reputation.Edge{From: name(r.IntN(agents)), To: name(r.IntN(agents)), Value: 1 + r.Float64()})
	}
	return n
}
