// SPDX-License-Identifier: Apache-2.0

package team

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

const (
	// exactAgents is up to how many available agents the best team is proven to be.
	exactAgents = 20
	// nodes is how many decisions a search among more agents makes at most.
	nodes = 200_000
)

// Select returns the best team: the largest sum of scores, then the lowest cost, then the smallest indices. Among up to 20 available agents that is
// exact; among more the search is bounded, and the answer says how much better another team might be. Where there is no team the error is a
// *RoleError, a *BudgetError, or ErrInfeasible, and among more than 20 agents possibly ErrNotFound.
func Select(q Query) (Team, error) {
	if err := q.Validate(); err != nil {
		return Team{}, err
	}
	p := newProblem(q)
	if missing := p.missing(p.rest[0]); missing != nil {
		return Team{}, &RoleError{missing}
	}
	team, found, exact := p.solve()
	switch {
	case found && exact:
		team.Bound, team.Exact = team.Score, true
		return team, nil
	case found:
		team.Bound = max(team.Score, p.bound())
		return team, nil
	case !exact:
		return Team{}, fmt.Errorf("team: of %d agents: %w", len(p.agents), ErrNotFound)
	case q.Budget != Unlimited:
		// The cheapest team tells whether it is the money.
		cheap := q
		cheap.Budget = Unlimited
		cheap.Agents = slices.Clone(q.Agents)
		for i := range cheap.Agents {
			cheap.Agents[i].Score = -q.Agents[i].Cost
		}
		if least, err := Select(cheap); err == nil {
			return Team{}, &BudgetError{q.Budget, least.Cost}
		} else if errors.Is(err, ErrNotFound) {
			return Team{}, fmt.Errorf("team: with a budget of %d: %w", q.Budget, ErrInfeasible)
		}
	}
	return Team{}, fmt.Errorf("team: of %d available agents, %d to %d: %w", len(p.agents), p.least, p.most, ErrInfeasible)
}

// solve searches; exact tells that it went to its end.
func (p *problem) solve() (best Team, found, exact bool) {
	s := &search{state: newState(p), left: math.MaxInt}
	if len(p.agents) > exactAgents {
		s.left = nodes
		for _, price := range p.prices() {
			if t, ok := p.climb(price); ok && (!s.found || t.better(s.best)) {
				s.best, s.found = t, true
			}
		}
	}
	s.visit(0)
	return s.best, s.found, s.left > 0
}

// search decides candidate by candidate, those with large scores first.
type search struct {
	*state
	best  Team
	found bool
	left  int
}

func (s *search) visit(at int) {
	if s.left--; s.left <= 0 {
		return
	}
	p := s.p
	if s.cost > p.room || s.roles|p.rest[at] != p.need || s.size+len(p.agents)-at < p.least {
		return
	}
	if s.found {
		limit := s.score + s.reach(at)
		if limit < s.best.Score || limit == s.best.Score && s.cost > s.best.Cost {
			return
		}
	}
	if at == len(p.agents) || s.size == p.most {
		if s.complete() {
			if t := s.team(); !s.found || t.better(s.best) {
				s.best, s.found = t, true
			}
		}
		return
	}
	if s.fits(at) {
		s.add(at)
		s.visit(at + 1)
		s.remove(at)
	}
	s.visit(at + 1)
}

// reach is what the candidates from a place on can add at most: as many as there is room for, while they add something or are needed.
func (s *search) reach(at int) int64 {
	sum := int64(0)
	for n := s.size; n < s.p.most && at < len(s.p.agents); n, at = n+1, at+1 {
		x := s.p.agents[at].score
		if x <= 0 && n >= s.p.least {
			break
		}
		sum += x
	}
	return sum
}
