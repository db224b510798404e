// SPDX-License-Identifier: Apache-2.0

package team

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// worth is what a candidate adds when a unit of cost has a price.
func (p *problem) worth(at int, price float64) float64 {
	return float64(p.agents[at].score) - price*float64(p.agents[at].cost)
}

// relaxed is a bound on the score of all teams, for any price of the budget that is not below 0: without roles and pairs, and with the budget paid for.
func (p *problem) relaxed(price float64) float64 {
	worths := make([]float64, len(p.agents))
	for at := range worths {
		worths[at] = p.worth(at, price)
	}
	slices.SortFunc(worths, func(a, b float64) int { return cmp.Compare(b, a) })
	sum := price * float64(p.room)
	for i, w := range worths {
		if i >= p.most || i >= p.least && w <= 0 {
			break
		}
		sum += w
	}
	return sum
}

// dearest is a price that makes the cost of an agent outweigh any score.
func (p *problem) dearest() float64 {
	top := 1.0
	for _, c := range p.agents {
		top = max(top, math.Abs(float64(c.score)))
	}
	return 2 * top
}

// price is where relaxed is least; it is convex in the price.
func (p *problem) price() float64 {
	low, high := 0.0, p.dearest()
	for range 100 {
		a, b := low+(high-low)/3, high-(high-low)/3
		if p.relaxed(a) <= p.relaxed(b) {
			high = b
		} else {
			low = a
		}
	}
	return (low + high) / 2
}

// bound is a score that no team exceeds.
func (p *problem) bound() int64 {
	x := min(p.relaxed(0), p.relaxed(p.price()))
	// The float is right to a few units of its last place; scores are whole numbers.
	return int64(math.Floor(x + 1e-9*math.Max(1, math.Abs(x))))
}

// prices are those from which teams are made: free, fair and dear.
func (p *problem) prices() []float64 {
	fair := p.price()
	return []float64{0, fair / 2, fair, 2*fair + 1e-9, p.dearest()}
}

// climb makes a team greedily at a price and improves it by adding, leaving out and swapping while that helps.
func (p *problem) climb(price float64) (Team, bool) {
	s := newState(p)
	order := make([]int, len(p.agents))
	for at := range order {
		order[at] = at
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.worth(b, price), p.worth(a, price)) })
	// Roles first: who covers most of what is missing, the most worthy of equals.
	for s.roles != p.need && s.size < p.most {
		pick, covers := -1, 0
		for _, at := range order {
			c := p.agents[at]
			if n := bits.OnesCount64(c.roles &^ s.roles); n > covers && !s.in[at] && s.fits(at) && s.cost+c.cost <= p.room {
				pick, covers = at, n
			}
		}
		if pick < 0 {
			return Team{}, false
		}
		s.add(pick)
	}
	for _, at := range order {
		c := p.agents[at]
		if s.size < p.most && !s.in[at] && s.fits(at) && s.cost+c.cost <= p.room && (s.size < p.least || p.worth(at, price) > 0) {
			s.add(at)
		}
	}
	if !s.complete() {
		return Team{}, false
	}
	for p.improve(s) {
	}
	return s.team(), true
}

// improve makes the first change of one member that gives a better team, and reports whether there was one.
func (p *problem) improve(s *state) bool {
	score, cost := s.score, s.cost
	better := func() bool {
		return s.complete() && (s.score > score || s.score == score && s.cost < cost)
	}
	for in := range p.agents {
		if s.in[in] || !s.fits(in) && s.blocked[in] > 1 {
			continue
		}
		if s.fits(in) {
			s.add(in)
			if better() {
				return true
			}
			s.remove(in)
		}
		for out := range p.agents {
			if !s.in[out] {
				continue
			}
			s.remove(out)
			if s.fits(in) {
				s.add(in)
				if better() {
					return true
				}
				s.remove(in)
			}
			s.add(out)
		}
	}
	for out := range p.agents {
		if s.in[out] {
			s.remove(out)
			if better() {
				return true
			}
			s.add(out)
		}
	}
	return false
}
