// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"

	"mabeam.dev/cognitive/ensemble"
	"mabeam.dev/cognitive/team"
	"mabeam.dev/internal/benchtab"
)

// candidates are agents with nearly equal scores and costs, which is what makes a search long.
func candidates(n int, budget int64) team.Query {
	rng := rand.New(rand.NewPCG(firstSeed, uint64(n)))
	q := team.Query{Agents: make([]team.Agent, n), Budget: budget, Least: 3, Most: 12, Roles: []string{"coder", "tester", "planner"}, Apart: [][2]int{{0, 1}, {2, 9}, {3, 5}}}
	for i := range q.Agents {
		q.Agents[i] = team.Agent{Score: 500 + rng.Int64N(30), Cost: 20 + rng.Int64N(10), Roles: [][]string{{"coder"}, {"tester"}, {"planner"}, nil}[rng.IntN(4)]}
	}
	return q
}

// teams measures how long the choice of a team takes, and how far a bounded one is from its bound.
func (b *bench) teams() error {
	for _, n := range []int{20, 50, 200} {
		var t team.Team
		ms, err := b.median(func() (err error) {
			t, err = team.Select(candidates(n, 250))
			return err
		})
		if err != nil {
			return err
		}
		goal := benchtab.Goal{}
		if n == 20 {
			goal = benchtab.ValueAtMost(100)
			if !t.Exact {
				return fmt.Errorf("the team of %d agents is not exact", n)
			}
		}
		b.row(fmt.Sprintf("team of %d agents", n), ms, "ms", goal)
		b.row(fmt.Sprintf("team of %d agents, gap to the bound", n), 100*float64(t.Gap())/float64(t.Score), "%", benchtab.Goal{})
	}
	var voters []ensemble.Voter
	for i := range 20 {
		voters = append(voters, ensemble.Voter{Accuracy: 0.55 + float64(i*7%20)/50, Cost: int64(3 + i*11%17)})
	}
	ms, err := b.median(func() error {
		_, err := ensemble.CostOptimal(voters, 150)
		return err
	})
	b.row("best vote of 20 voters for a budget", ms, "ms", benchtab.ValueAtMost(1000))
	return err
}
