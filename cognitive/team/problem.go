// SPDX-License-Identifier: Apache-2.0

package team

import (
	"cmp"
	"slices"
)

// problem is a query made ready: available agents by falling score, roles as bits.
type problem struct {
	agents      []candidate
	roles       []string
	need        uint64
	least, most int
	budget      int64
	room        int64 // the budget, or more than all agents cost
	rest        []uint64
}

type candidate struct {
	index       int
	score, cost int64
	roles       uint64
	apart       []int // places of those that it does not get on with
}

func newProblem(q Query) *problem {
	p := &problem{roles: q.Roles, least: q.Least, most: q.Most, budget: q.Budget, room: q.Budget}
	if len(q.Roles) > 0 {
		p.need = 1<<len(q.Roles) - 1
	}
	total := int64(1)
	for i, a := range q.Agents {
		total += a.Cost
		if a.Unavailable {
			continue
		}
		c := candidate{index: i, score: a.Score, cost: a.Cost}
		for r, role := range q.Roles {
			if slices.Contains(a.Roles, role) {
				c.roles |= 1 << r
			}
		}
		p.agents = append(p.agents, c)
	}
	if p.room == Unlimited {
		p.room = total
	}
	if p.most == 0 {
		p.most = max(len(q.Agents), p.least)
	}
	slices.SortFunc(p.agents, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.cost, b.cost), cmp.Compare(a.index, b.index))
	})
	place := make(map[int]int, len(p.agents))
	for at, c := range p.agents {
		place[c.index] = at
	}
	for _, pair := range q.Apart {
		a, okA := place[pair[0]]
		b, okB := place[pair[1]]
		if okA && okB {
			p.agents[a].apart = append(p.agents[a].apart, b)
			p.agents[b].apart = append(p.agents[b].apart, a)
		}
	}
	p.rest = make([]uint64, len(p.agents)+1)
	for at := len(p.agents) - 1; at >= 0; at-- {
		p.rest[at] = p.rest[at+1] | p.agents[at].roles
	}
	return p
}

// missing are the required roles that some roles lack.
func (p *problem) missing(roles uint64) (out []string) {
	for i, r := range p.roles {
		if roles>>i&1 == 0 {
			out = append(out, r)
		}
	}
	return out
}

// state is a team in the making.
type state struct {
	p           *problem
	in          []bool
	blocked     []int // by place, how many members it does not get on with
	size        int
	score, cost int64
	roles       uint64
	covers      []int // by role, how many members have it
}

func newState(p *problem) *state {
	return &state{p: p, in: make([]bool, len(p.agents)), blocked: make([]int, len(p.agents)), covers: make([]int, len(p.roles))}
}

// fits tells whether a candidate gets on with all members.
func (s *state) fits(at int) bool { return s.blocked[at] == 0 }

func (s *state) add(at int)    { s.change(at, 1) }
func (s *state) remove(at int) { s.change(at, -1) }

func (s *state) change(at, by int) {
	c := s.p.agents[at]
	s.in[at] = by > 0
	s.size += by
	s.score += int64(by) * c.score
	s.cost += int64(by) * c.cost
	for _, o := range c.apart {
		s.blocked[o] += by
	}
	for r := range s.covers {
		if c.roles>>r&1 == 1 {
			if s.covers[r] += by; s.covers[r] > 0 {
				s.roles |= 1 << r
			} else {
				s.roles &^= 1 << r
			}
		}
	}
}

// complete tells whether the members are a team.
func (s *state) complete() bool {
	return s.size >= s.p.least && s.size <= s.p.most && s.cost <= s.p.room && s.roles == s.p.need
}

func (s *state) team() Team {
	t := Team{Members: make([]int, 0, s.size), Score: s.score, Cost: s.cost}
	for at, in := range s.in {
		if in {
			t.Members = append(t.Members, s.p.agents[at].index)
		}
	}
	slices.Sort(t.Members)
	return t
}
