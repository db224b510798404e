// SPDX-License-Identifier: Apache-2.0

package team

import (
	"errors"
	"fmt"
	"slices"
)

// Unlimited is the budget that is never exceeded.
const Unlimited int64 = -1

// most bounds scores and costs, so that no sum overflows.
const most = 1 << 40

// maxAgents bounds a query.
const maxAgents = 10_000

// Agent is a candidate.
type Agent struct {
	// Score is what it is worth, of any sign; Cost is what it costs, not below 0.
	Score, Cost int64
	// Roles are what it can do.
	Roles []string
	// Unavailable agents are never chosen.
	Unavailable bool
}

// Query asks for a team.
type Query struct {
	// Agents are the candidates; a team names them by their index.
	Agents []Agent
	// Roles must each be covered by a member; one member may cover several.
	Roles []string
	// Least and Most are the size of the team; Most 0 means all agents.
	Least, Most int
	// Budget is what a team may cost at most; Unlimited for any cost.
	Budget int64
	// Apart are pairs of agents of which a team has at most one.
	Apart [][2]int
}

// Validate returns all that is wrong with a query, joined, each a *SpecError.
func (q Query) Validate() error {
	var problems []error
	wrong := func(field, format string, args ...any) {
		problems = append(problems, &SpecError{field, fmt.Sprintf(format, args...)})
	}
	if len(q.Agents) > maxAgents {
		wrong("agents", "there are %d, more than %d", len(q.Agents), maxAgents)
	}
	for i, a := range q.Agents {
		if a.Score < -most || a.Score > most || a.Cost < 0 || a.Cost > most {
			wrong("agents", "agent %d: the score %d or the cost %d cannot be", i, a.Score, a.Cost)
		}
	}
	if q.Least < 0 || q.Most < 0 || q.Most > 0 && q.Least > q.Most {
		wrong("size", "%d to %d is no size", q.Least, q.Most)
	}
	if q.Budget < Unlimited {
		wrong("budget", "%d is below 0", q.Budget)
	}
	if len(q.Roles) > 64 {
		wrong("roles", "there are %d, more than 64", len(q.Roles))
	}
	for _, p := range q.Apart {
		if p[0] == p[1] || min(p[0], p[1]) < 0 || max(p[0], p[1]) >= len(q.Agents) {
			wrong("apart", "%v is no pair of agents", p)
		}
	}
	return errors.Join(problems...)
}

// Team is an answer.
type Team struct {
	// Members are the indices of the agents, rising.
	Members []int
	// Score and Cost are the sums of the members'.
	Score, Cost int64
	// Bound is what no team's score exceeds; Exact tells that no team is better, and then Bound is Score.
	Bound int64
	Exact bool
}

// Gap is how much better another team might be at most.
func (t Team) Gap() int64 { return t.Bound - t.Score }

// better tells whether a team comes before another: by its score, then the lower cost, then the smaller indices.
func (t Team) better(o Team) bool {
	if t.Score != o.Score {
		return t.Score > o.Score
	}
	if t.Cost != o.Cost {
		return t.Cost < o.Cost
	}
	return slices.Compare(t.Members, o.Members) < 0
}

// Check returns why a team does not meet the conditions of a query, or nil: for a team that was chosen before and whose agents have changed.
func (q Query) Check(members []int) error {
	if err := q.Validate(); err != nil {
		return err
	}
	p := newProblem(q)
	s := newState(p)
	var problems []error
	for i, m := range members {
		switch {
		case m < 0 || m >= len(q.Agents):
			problems = append(problems, &SpecError{"members", fmt.Sprintf("there is no agent %d", m)})
		case slices.Contains(members[:i], m):
			problems = append(problems, &SpecError{"members", fmt.Sprintf("agent %d is there twice", m)})
		case q.Agents[m].Unavailable:
			problems = append(problems, fmt.Errorf("team: agent %d is not available: %w", m, ErrInfeasible))
		default:
			at := slices.IndexFunc(p.agents, func(c candidate) bool { return c.index == m })
			if !s.fits(at) {
				problems = append(problems, fmt.Errorf("team: agent %d does not get on with another: %w", m, ErrInfeasible))
			}
			s.add(at)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	if n := len(members); n < p.least || n > p.most {
		problems = append(problems, fmt.Errorf("team: %d members are not from %d to %d: %w", n, p.least, p.most, ErrInfeasible))
	}
	if missing := p.missing(s.roles); missing != nil {
		problems = append(problems, &RoleError{missing})
	}
	if p.budget != Unlimited && s.cost > p.budget {
		problems = append(problems, &BudgetError{p.budget, s.cost})
	}
	return errors.Join(problems...)
}
