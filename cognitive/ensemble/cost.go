// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxPriced is up to how many voters a choice is exact.
const maxPriced = 20

// Voter is somebody whose vote between two classes can be bought.
type Voter struct {
	// Accuracy is how often it is right, independently of all others.
	Accuracy float64
	// Cost is what its vote costs, not below 0, in any unit.
	Cost int64
}

// Choice is a team of voters.
type Choice struct {
	// Team has the indices of its voters, rising.
	Team []int
	// Accuracy is that of the team's log-odds vote, exactly; Cost is what it costs.
	Accuracy float64
	Cost     int64
}

// CostOptimal returns the voters whose log-odds vote is right most often, among all that cost at most the budget; of equal accuracies, to twelve
// decimals, the cheaper, then the one with the smallest indices. It is exact, for up to 20 voters. Where nobody can be paid the team is empty and
// as right as a coin.
func CostOptimal(voters []Voter, budget int64) (Choice, error) {
	var problems []error
	if len(voters) == 0 || len(voters) > maxPriced {
		problems = append(problems, &SpecError{"voters", fmt.Sprintf("there are %d, not 1 to %d", len(voters), maxPriced)})
	}
	for i, v := range voters {
		if !(v.Accuracy >= 0 && v.Accuracy <= 1) {
			problems = append(problems, &SpecError{"voters", fmt.Sprintf("voter %d: %v is no probability", i, v.Accuracy)})
		}
		if v.Cost < 0 || v.Cost > math.MaxInt64/maxPriced {
			problems = append(problems, &SpecError{"voters", fmt.Sprintf("voter %d: the cost %d cannot be", i, v.Cost)})
		}
	}
	if err := errors.Join(problems...); err != nil {
		return Choice{}, err
	}
	s := &purchase{budget: budget, best: Choice{Accuracy: 0.5}}
	for i, v := range voters {
		if v.Cost <= budget {
			s.voters = append(s.voters, candidate{i, v, overlap(v.Accuracy)})
		}
	}
	// What says most for its cost comes first, so that good teams are found early and the bound is tight.
	slices.SortStableFunc(s.voters, func(a, b candidate) int {
		return cmp.Compare(a.said*float64(max(b.Cost, 1)), b.said*float64(max(a.Cost, 1)))
	})
	s.free = make([][]pair, len(s.voters)+1)
	s.search(0, 0, []pair{{0.5, 0.5}})
	slices.Sort(s.best.Team)
	return s.best, nil
}

// purchase is a search for the best team: voter by voter with and without it. The accuracy of the best decision from a set of votes is the sum over
// all patterns of votes of the larger of the two classes' probabilities, so a search carries the patterns of what it has.
type purchase struct {
	voters []candidate
	budget int64
	best   Choice
	team   []int    // what is taken, by index
	taken  uint32   // the same as bits
	free   [][]pair // by number of voters taken, room for their patterns
}

type candidate struct {
	index int
	Voter
	said float64 // logarithm of the overlap: at most 0, the lower the more it tells
}

type pair struct{ a, b float64 }

// overlap is the logarithm of the Bhattacharyya coefficient of what a voter says under the two classes.
func overlap(p float64) float64 { return math.Log(max(2*math.Sqrt(p*(1-p)), 1e-300)) }

func (s *purchase) search(at int, cost int64, patterns []pair) {
	if at == len(s.voters) {
		accuracy := 0.0
		for _, p := range patterns {
			accuracy += max(p.a, p.b)
		}
		s.offer(Choice{s.team, accuracy, cost})
		return
	}
	if s.bound(at, cost, patterns) < twelve(s.best.Accuracy)-1e-12 {
		return
	}
	v := s.voters[at]
	if cost+v.Cost <= s.budget && !s.dominated(v, at) {
		depth := len(s.team)
		more := s.free[depth][:0]
		for _, p := range patterns {
			more = append(more, pair{p.a * v.Accuracy, p.b * (1 - v.Accuracy)}, pair{p.a * (1 - v.Accuracy), p.b * v.Accuracy})
		}
		s.free[depth] = more
		s.team, s.taken = append(s.team, v.index), s.taken|1<<v.index
		s.search(at+1, cost+v.Cost, more)
		s.team, s.taken = s.team[:depth], s.taken&^(1<<v.index)
	}
	s.search(at+1, cost, patterns)
}

// dominated tells whether a voter was left out that says at least as much as this one and would be the better choice: no best team has this one
// without that.
func (s *purchase) dominated(v candidate, at int) bool {
	for _, o := range s.voters[:at] {
		if s.taken>>o.index&1 == 0 && o.strength() >= v.strength() && (o.Cost < v.Cost || o.Cost == v.Cost && o.index < v.index) {
			return true
		}
	}
	return false
}

func (c candidate) strength() float64 { return math.Abs(c.Accuracy - 0.5) }

// bound is above the accuracy of every team that holds what was taken and any of the voters from at on. The rest of the budget is filled by the
// fractions of voters that tell most for their cost, which gives the least overlap ρ that the rest can have; and two classes with probabilities a and
// b, of which something of overlap ρ is heard, are confused with a probability of at least (a+b)/2·(1 - √(1 - 4ρ²ab/(a+b)²)).
func (s *purchase) bound(at int, cost int64, patterns []pair) float64 {
	left, said := float64(s.budget-cost), 0.0
	for _, v := range s.voters[at:] {
		c := float64(v.Cost)
		if c > left {
			said += v.said * left / c
			break
		}
		said += v.said
		left -= c
	}
	overlap := math.Exp(2 * said)
	right := 0.0
	for _, p := range patterns {
		d := p.a - p.b
		right += math.Sqrt(d*d + 4*p.a*p.b*(1-overlap)) // (a+b)² - 4ρ²ab
	}
	return 0.5 + right/2
}

// twelve rounds to twelve decimals.
func twelve(x float64) float64 { return math.Round(x*1e12) / 1e12 }

func (s *purchase) offer(c Choice) {
	order := cmp.Compare(twelve(s.best.Accuracy), twelve(c.Accuracy))
	if order == 0 {
		order = cmp.Compare(c.Cost, s.best.Cost)
	}
	if order == 0 {
		a, b := slices.Clone(c.Team), slices.Clone(s.best.Team)
		slices.Sort(a)
		slices.Sort(b)
		order = slices.Compare(a, b)
	}
	if order < 0 {
		s.best = Choice{slices.Clone(c.Team), c.Accuracy, c.Cost}
	}
}
