// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"mabeam.dev/cognitive/kind"
	"mabeam.dev/cognitive/team"
)

// Candidate is an agent that a team may have.
type Candidate struct {
	// Name is the agent's, Roles what it can do.
	Name  string
	Roles []string
	// Score is how good it is, from 0 to 1, after so many Observations.
	Score        float64
	Observations int
	// Cost is what it costs, in the unit of the budget; not negative.
	Cost int64
	// Unavailable agents are not chosen.
	Unavailable bool
	// Apart are agents with whom it does not work.
	Apart []string
	// Contribution is what it adds to the team that it is in, as package team computes it; 0 if that is not known.
	Contribution float64
}

// Candidates knows the agents that teams are made of. The program that builds a node connects one.
type Candidates interface {
	// Candidates returns the agents that a query chooses, in an order that is the same for the same agents.
	Candidates(ctx context.Context, query string) ([]Candidate, error)
}

// TeamChange says how a team is changed.
type TeamChange struct {
	// Warm lets those who join see the new team that long before the others do; 0 changes it at once.
	Warm time.Duration
	// Reason tells why.
	Reason string
}

// TeamChoice is what a search for a team gave.
type TeamChoice struct {
	// Members are the team, in the order of the candidates; Joins and Leaves are the change from the team before.
	Members, Joins, Leaves []string
	// Score and Cost are the sums of the members', scores in thousandths; Gap is how much better another team might be at most.
	Score, Cost, Gap int64
}

// thousandths is the unit of scores in searches, which are exact in whole numbers.
const thousandths = 1000

// search is a variable of the kind Agents with its candidates.
type search struct {
	k    kind.Agents
	now  []string
	list []Candidate
	q    team.Query
}

// search reads the variable and asks for its candidates.
func (s *Space) search(ctx context.Context, variable string, from Candidates) (*search, error) {
	e := s.root.Load().find(variable)
	if e == nil {
		return nil, fmt.Errorf("cognitive: team %q: %w", variable, ErrNotFound)
	}
	k, ok := e.def.kind.(kind.Agents)
	if !ok {
		return nil, fmt.Errorf("cognitive: team %q: %w", variable, &kind.TypeError{Want: kind.Members, Got: e.def.kind.Type()})
	}
	list, err := from.Candidates(ctx, k.Query)
	if err != nil {
		return nil, fmt.Errorf("cognitive: team %q: %w", variable, err)
	}
	x := &search{k: k, now: e.value.Team(), list: list}
	x.q = team.Query{Roles: k.Roles, Least: k.Min, Most: k.Max, Budget: k.Budget}
	if k.Budget == 0 {
		x.q.Budget = team.Unlimited
	}
	for i, c := range list {
		x.q.Agents = append(x.q.Agents, team.Agent{Score: int64(math.Round(thousandths * c.Score)), Cost: c.Cost, Roles: c.Roles, Unavailable: c.Unavailable})
		for _, other := range c.Apart {
			if j := x.find(other); j >= 0 && j != i {
				x.q.Apart = append(x.q.Apart, [2]int{i, j})
			}
		}
	}
	return x, nil
}

func (x *search) find(name string) int {
	return slices.IndexFunc(x.list, func(c Candidate) bool { return c.Name == name })
}

func (x *search) names(members []int) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = x.list[m].Name
	}
	return names
}

// choice describes a team that was found.
func (x *search) choice(t team.Team) TeamChoice {
	c := TeamChoice{Members: x.names(t.Members), Score: t.Score, Cost: t.Cost, Gap: t.Gap()}
	for _, m := range c.Members {
		if !slices.Contains(x.now, m) {
			c.Joins = append(c.Joins, m)
		}
	}
	for _, m := range x.now {
		if !slices.Contains(c.Members, m) {
			c.Leaves = append(c.Leaves, m)
		}
	}
	return c
}

// SelectTeam searches the best team for a variable of the kind Agents among candidates, and proposes it. Where there is none the team stays: *team.RoleError,
// *team.BudgetError, team.ErrInfeasible, team.ErrNotFound.
func (s *Space) SelectTeam(ctx context.Context, variable string, from Candidates, how TeamChange, options ...ProposeOption) (TeamChoice, Result, error) {
	x, err := s.search(ctx, variable, from)
	if err != nil {
		return TeamChoice{}, Result{}, err
	}
	t, err := team.Select(x.q)
	if err != nil {
		return TeamChoice{}, Result{}, fmt.Errorf("cognitive: team %q: %w", variable, err)
	}
	return s.become(ctx, variable, x.choice(t), how, options)
}

// become makes a team the value of its variable: at once, or after those who join have warmed up.
func (s *Space) become(ctx context.Context, variable string, c TeamChoice, how TeamChange, options []ProposeOption) (TeamChoice, Result, error) {
	value := kind.OfTeam(c.Members...)
	if how.Reason != "" {
		options = append([]ProposeOption{Because(how.Reason)}, options...)
	}
	p := &proposal{Changes: []change{{Variable: variable, Value: value}}, Cause: ByUser}
	if how.Warm > 0 && len(c.Joins) > 0 {
		warm := &proposal{Cause: ByOverride}
		for _, j := range c.Joins {
			scope := "agent/" + j
			warm.Changes = append(warm.Changes, change{Variable: variable, Scope: scope, Value: value, Until: s.sys.Now().Add(2*how.Warm + time.Minute)})
			p.Changes = append(p.Changes, change{Variable: variable, Scope: scope, Gone: true})
		}
		if _, err := s.propose(ctx, s.cell(variable), warm, options); err != nil {
			return c, Result{}, err
		}
		if err := s.sys.Sleep(ctx, how.Warm); err != nil {
			return c, Result{}, err
		}
	}
	r, err := s.proposeOne(ctx, s.cell(variable), p, options)
	return c, r, err
}

// MendTeam looks after a team whose members may have gone. One that is feasible without them shrinks, by a commit of the cause sync; otherwise the best team is searched. When there
// is none the team stays as it is, marked Degraded, and the error says why. A team that is whole is left alone.
func (s *Space) MendTeam(ctx context.Context, variable string, from Candidates) (TeamChoice, Result, error) {
	x, err := s.search(ctx, variable, from)
	if err != nil {
		return TeamChoice{}, Result{}, err
	}
	var left []int
	for _, m := range x.now {
		if at := x.find(m); at >= 0 && !x.list[at].Unavailable {
			left = append(left, at)
		}
	}
	if len(left) == len(x.now) {
		return TeamChoice{Members: x.now}, Result{}, nil
	}
	sync := func(p *proposal) { p.Cause = BySync }
	if x.q.Check(left) == nil {
		t := team.Team{Members: left, Exact: true}
		for _, m := range left {
			t.Score += x.q.Agents[m].Score
			t.Cost += x.q.Agents[m].Cost
		}
		t.Bound = t.Score
		return s.become(ctx, variable, x.choice(t), TeamChange{Reason: "members have gone"}, []ProposeOption{sync})
	}
	t, err := team.Select(x.q)
	if err != nil {
		why := fmt.Errorf("cognitive: team %q: %w", variable, err)
		_, failed := s.order(ctx, func(b *book, _ time.Time) (answer, error) {
			v, err := b.find(variable)
			if err == nil {
				b.degrade(v, why)
			}
			return answer{}, err
		})
		return TeamChoice{}, Result{}, errors.Join(why, failed)
	}
	return s.become(ctx, variable, x.choice(t), TeamChange{Reason: "members have gone"}, []ProposeOption{sync})
}

// JudgeTeam changes a team as its thresholds say: it replaces a member that is bad, grows when the whole is not good enough, and lets go of who adds least for its cost when it is
// more than good. score is that of the whole team, from 0 to 1.
func (s *Space) JudgeTeam(ctx context.Context, variable string, from Candidates, score float64, how TeamChange, options ...ProposeOption) (team.Act, TeamChoice, Result, error) {
	x, err := s.search(ctx, variable, from)
	if err != nil {
		return team.Keep, TeamChoice{}, Result{}, err
	}
	var standing []team.Standing
	var at []int
	cost := int64(0)
	for _, m := range x.now {
		if i := x.find(m); i >= 0 {
			c := x.list[i]
			standing = append(standing, team.Standing{Score: c.Score, Observations: c.Observations, Contribution: c.Contribution, Cost: c.Cost})
			at = append(at, i)
			cost += c.Cost
		}
	}
	spare := slices.ContainsFunc(x.list, func(c Candidate) bool {
		return !c.Unavailable && !slices.Contains(x.now, c.Name) && (x.k.Budget == 0 || cost+c.Cost <= x.k.Budget)
	})
	rule := team.Thresholds{Replace: x.k.Replace, Add: x.k.Add, Remove: x.k.Remove}
	act, which := rule.Judge(score, standing, x.k.Max-len(x.now), spare, len(x.now)-x.k.Min)
	q := x.q
	switch act {
	case team.Keep:
		return act, TeamChoice{Members: x.now}, Result{}, nil
	case team.Replace:
		q.Agents = slices.Clone(q.Agents)
		q.Agents[at[which]].Unavailable = true
		q.Least = max(q.Least, min(len(at), q.Most))
	case team.Add:
		q.Least = len(at) + 1
	case team.Remove:
		q.Agents = slices.Clone(q.Agents)
		for i := range q.Agents {
			if !slices.Contains(at, i) || i == at[which] {
				q.Agents[i].Unavailable = true
			}
		}
	}
	t, err := team.Select(q)
	if err != nil {
		return act, TeamChoice{}, Result{}, fmt.Errorf("cognitive: team %q: %w", variable, err)
	}
	if how.Reason == "" {
		how.Reason = fmt.Sprintf("%s: the team's score is %.3g", act, score)
	}
	c, r, err := s.become(ctx, variable, x.choice(t), how, options)
	return act, c, r, err
}
