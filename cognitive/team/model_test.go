// SPDX-License-Identifier: Apache-2.0

package team

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// tried is the best team found by trying all sets.
func tried(q Query) (best Team, found bool) {
	for set := range 1 << len(q.Agents) {
		var members []int
		t := Team{Exact: true}
		for i := range q.Agents {
			if set>>i&1 == 1 {
				members = append(members, i)
				t.Score += q.Agents[i].Score
				t.Cost += q.Agents[i].Cost
			}
		}
		if q.Check(members) != nil {
			continue
		}
		t.Members, t.Bound = members, t.Score
		if !found || t.better(best) {
			best, found = t, true
		}
	}
	return best, found
}

func drawQuery(t *rapid.T, n int) Query {
	names := []string{"a", "b", "c"}
	q := Query{Agents: make([]Agent, n), Budget: rapid.Int64Range(Unlimited, 30).Draw(t, "budget")}
	q.Least = rapid.IntRange(0, 3).Draw(t, "least")
	q.Most = rapid.SampledFrom([]int{0, q.Least, q.Least + 2, n}).Draw(t, "most")
	if q.Most > 0 && q.Most < q.Least {
		q.Most = q.Least
	}
	q.Roles = names[:rapid.IntRange(0, 3).Draw(t, "roles")]
	for i := range q.Agents {
		q.Agents[i] = Agent{Score: rapid.Int64Range(-3, 9).Draw(t, "score"), Cost: rapid.Int64Range(0, 9).Draw(t, "cost"), Unavailable: rapid.IntRange(0, 7).Draw(t, "away") == 0}
		for _, r := range names {
			if rapid.IntRange(0, 2).Draw(t, "has") == 0 {
				q.Agents[i].Roles = append(q.Agents[i].Roles, r)
			}
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "pairs") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "one"), rapid.IntRange(0, n-1).Draw(t, "other")
		if a != b {
			q.Apart = append(q.Apart, [2]int{a, b})
		}
	}
	return q
}

func TestSelectFindsWhatTryingAllTeamsFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t, rapid.IntRange(1, 8).Draw(t, "n"))
		want, found := tried(q)
		got, err := Select(q)
		if !found {
			require.ErrorIs(t, err, ErrInfeasible)
			return
		}
		require.NoError(t, err)
		if len(want.Members) == 0 {
			require.Empty(t, got.Members)
			return
		}
		require.Equal(t, want, got)
	})
}

func TestFourteenAgentsAreSearchedExactly(t *testing.T) {
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 14))
		q := Query{Agents: make([]Agent, 14), Budget: 60, Least: 2, Most: 6, Roles: []string{"x", "y"}, Apart: [][2]int{{0, 1}, {2, 9}}}
		for i := range q.Agents {
			q.Agents[i] = Agent{Score: rng.Int64N(1000), Cost: rng.Int64N(30), Roles: [][]string{{"x"}, {"y"}, nil}[rng.IntN(3)]}
		}
		want, found := tried(q)
		require.True(t, found)
		got, err := Select(q)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestABoundedSearchIsNotAboveItsBoundAndMeetsAllConditions(t *testing.T) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 60))
		q := Query{Agents: make([]Agent, 60), Budget: 300, Least: 3, Most: 12, Roles: []string{"x", "y", "z"}, Apart: [][2]int{{0, 1}, {2, 9}, {0, 5}}}
		for i := range q.Agents {
			q.Agents[i] = Agent{Score: rng.Int64N(1000), Cost: 5 + rng.Int64N(60), Roles: [][]string{{"x"}, {"y"}, {"z"}, nil}[rng.IntN(4)]}
		}
		got, err := Select(q)
		require.NoError(t, err)
		require.NoError(t, q.Check(got.Members))
		assert.GreaterOrEqual(t, got.Bound, got.Score)
		assert.LessOrEqual(t, float64(got.Gap()), 0.1*float64(got.Score), "seed %d: %d of %d", seed, got.Score, got.Bound)
	}
}

func TestTheBoundIsAboveTheBestTeam(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuery(t, rapid.IntRange(1, 8).Draw(t, "n"))
		best, found := tried(q)
		if !found {
			return
		}
		p := newProblem(q)
		require.GreaterOrEqual(t, p.bound(), best.Score)
		for _, price := range p.prices() {
			if team, ok := p.climb(price); ok {
				require.NoError(t, q.Check(team.Members))
				require.LessOrEqual(t, team.Score, best.Score)
			}
		}
	})
}

func TestErrorsSayWhyThereIsNoTeam(t *testing.T) {
	a := []Agent{{Score: 1, Cost: 5, Roles: []string{"x"}}, {Score: 1, Cost: 7, Roles: []string{"y"}}}
	_, err := Select(Query{Agents: a, Roles: []string{"x", "z"}, Budget: 100})
	var role *RoleError
	require.ErrorAs(t, err, &role)
	assert.Equal(t, []string{"z"}, role.Missing)
	_, err = Select(Query{Agents: a, Roles: []string{"x", "y"}, Budget: 11})
	var budget *BudgetError
	require.ErrorAs(t, err, &budget)
	assert.Equal(t, BudgetError{11, 12}, *budget)
	_, err = Select(Query{Agents: a, Roles: []string{"x", "y"}, Budget: Unlimited, Apart: [][2]int{{0, 1}}})
	require.ErrorIs(t, err, ErrInfeasible)
	_, err = Select(Query{Agents: []Agent{{Cost: -1}}, Least: 3, Most: 2, Budget: -2, Apart: [][2]int{{0, 0}}, Roles: make([]string, 65)})
	for _, want := range []string{"agents", "size", "budget", "apart", "roles"} {
		assert.ErrorContains(t, err, want)
	}
	q := Query{Agents: a, Roles: []string{"x", "y"}, Budget: 4, Most: 1, Apart: [][2]int{{0, 1}}}
	q.Agents[1].Unavailable = true
	assert.ErrorContains(t, q.Check([]int{0, 1}), "not available")
	assert.ErrorContains(t, q.Check([]int{0, 0}), "twice")
	assert.ErrorContains(t, q.Check([]int{5}), "no agent 5")
	err = q.Check([]int{0})
	assert.ErrorAs(t, err, &role)
	assert.ErrorAs(t, err, &budget)
}

func TestContributionsAddUpToTheWorthOfTheTeam(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 6).Draw(t, "n")
		worth := rapid.SliceOfN(rapid.Float64Range(-10, 10), 1<<n, 1<<n).Draw(t, "worth")
		got, err := Contributions(n, func(set uint64) float64 { return worth[set] }, 0, nil)
		require.NoError(t, err)
		sum := 0.0
		for _, c := range got {
			sum += c.Value
		}
		require.InDelta(t, worth[len(worth)-1]-worth[0], sum, 1e-9)
	})
}

func TestWhoAddsNothingGetsNothingAndEqualsGetTheSame(t *testing.T) {
	// A glove game: members 0 and 1 have left gloves, 2 a right one; 3 has none.
	pairs := func(set uint64) float64 {
		return float64(min(bits.OnesCount64(set&3), int(set>>2&1)))
	}
	got, err := Contributions(4, pairs, 0, nil)
	require.NoError(t, err)
	for i, want := range []float64{1.0 / 6, 1.0 / 6, 4.0 / 6, 0} {
		assert.InDelta(t, want, got[i].Value, 1e-12)
	}
	big, err := Contributions(20, pairs, 20_000, rand.New(rand.NewPCG(1, 2)))
	require.NoError(t, err)
	for i, want := range []float64{1.0 / 6, 1.0 / 6, 4.0 / 6, 0, 0} {
		assert.InDelta(t, want, big[i].Value, max(2*big[i].Error, 1e-12))
	}
	assert.Positive(t, big[2].Error)
	_, err = Contributions(20, pairs, 1, nil)
	assert.Error(t, err)
	_, err = Contributions(64, pairs, 5, nil)
	assert.Error(t, err)
}

func TestATeamChangesByItsThresholdsOnly(t *testing.T) {
	var d Thresholds
	good := Standing{Score: 0.9, Observations: 50, Contribution: 0.3, Cost: 10}
	poor := Standing{Score: 0.2, Observations: 50, Contribution: 0.1, Cost: 10}
	young := Standing{Score: 0.1, Observations: 9, Contribution: 0.2, Cost: 1}
	for _, c := range []struct {
		name    string
		score   float64
		members []Standing
		room    int
		spare   bool
		slack   int
		act     Act
		at      int
	}{
		{"a poor member goes first", 0.5, []Standing{good, poor, young}, 1, true, 1, Replace, 1},
		{"a young one is not judged", 0.9, []Standing{good, young}, 1, true, 1, Keep, -1},
		{"a weak team grows", 0.7, []Standing{good}, 1, true, 1, Add, -1},
		{"but not without money", 0.7, []Standing{good}, 1, false, 1, Keep, -1},
		{"nor without room", 0.7, []Standing{good}, 0, true, 1, Keep, -1},
		{"the dead band", 0.9, []Standing{good}, 1, true, 1, Keep, -1},
		{"a strong team lets go of the least per cost", 0.96, []Standing{young, good, {0.9, 50, 0.29, 10}}, 1, true, 1, Remove, 2},
		{"but not below its size", 0.96, []Standing{good}, 1, true, 0, Keep, -1},
		{"who costs nothing stays", 0.96, []Standing{{0.9, 50, 0.01, 0}, good}, 1, true, 1, Remove, 1},
	} {
		act, at := d.Judge(c.score, c.members, c.room, c.spare, c.slack)
		assert.Equal(t, c.act.String(), act.String(), c.name)
		assert.Equal(t, c.at, at, c.name)
	}
	joins, leaves := Difference([]int{1, 2, 3}, []int{3, 4})
	assert.Equal(t, []int{4}, joins)
	assert.Equal(t, []int{1, 2}, leaves)
}

func twenty() Query {
	rng := rand.New(rand.NewPCG(20, 20))
	q := Query{Agents: make([]Agent, 20), Budget: 250, Least: 3, Most: 12, Roles: []string{"x", "y", "z"}, Apart: [][2]int{{0, 1}, {2, 9}, {3, 5}}}
	for i := range q.Agents {
		q.Agents[i] = Agent{Score: 500 + rng.Int64N(30), Cost: 20 + rng.Int64N(10), Roles: [][]string{{"x"}, {"y"}, {"z"}, nil}[rng.IntN(4)]}
	}
	return q
}

func TestTwentyAgentsTakeAFewHundredThousandDecisionsAtMost(t *testing.T) {
	p := newProblem(twenty())
	s := &search{state: newState(p), left: math.MaxInt}
	s.visit(0)
	require.True(t, s.found)
	assert.Less(t, math.MaxInt-s.left, 3_000_000)
}

func BenchmarkSelect(b *testing.B) {
	b.Run("20 agents alike", func(b *testing.B) {
		q := twenty()
		for b.Loop() {
			if _, err := Select(q); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("200 agents", func(b *testing.B) {
		q := twenty()
		for i := range 180 {
			q.Agents = append(q.Agents, q.Agents[i%20])
		}
		for b.Loop() {
			if _, err := Select(q); err != nil {
				b.Fatal(err)
			}
		}
	})
}
