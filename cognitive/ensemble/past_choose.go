// SPDX-License-Identifier: Apache-2.0

package ensemble

import "slices"

// Priced is a member that may be asked, and what that costs.
type Priced struct {
	Agent string
	Cost  int64
}

// Choose returns the members whose vote is right most often, of all that together cost at most the budget, in the order that they are given in. It is
// exact for up to 20; of more the 20 that tell most for their cost are looked at. A member of whom nothing is known is as good as the others are on
// the whole.
func (p *Past) Choose(name string, members []Priced, budget int64) (Choice, error) {
	agents := make([]string, len(members))
	for i, m := range members {
		agents[i] = m.Agent
	}
	s := p.subject(name)
	_, by := p.Skills(name)
	if by == Heads {
		by = Odds // which says of who is unknown that it is better than chance
	}
	skills, err := s.skills(by, agents, 2)
	if err != nil {
		return Choice{}, err
	}
	order := make([]int, len(members))
	for i := range order {
		order[i] = i
		if skills[i].Accuracy == 0 && skills[i].Outcomes == 0 {
			skills[i].Accuracy = 0.5 // nothing can be said of it
		}
	}
	if len(order) > maxPriced {
		worth := func(i int) float64 { return overlap(skills[i].Accuracy) / float64(max(members[i].Cost, 1)) }
		slices.SortStableFunc(order, func(a, b int) int {
			switch x, y := worth(a), worth(b); {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		order = order[:maxPriced]
		slices.Sort(order)
	}
	voters := make([]Voter, len(order))
	for i, at := range order {
		voters[i] = Voter{skills[at].Accuracy, members[at].Cost}
	}
	c, err := CostOptimal(voters, budget)
	for i, at := range c.Team {
		c.Team[i] = order[at]
	}
	return c, err
}
