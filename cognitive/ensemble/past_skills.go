// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"slices"
)

// Skill is what a member is weighed by.
type Skill struct {
	Agent string
	// Accuracy is how often it is right, on so many Outcomes of its own.
	Accuracy float64
	Outcomes int
	// Weight is that of its vote; it is below 0 for who is worse than chance.
	Weight float64
}

// skills are what agents are weighed by, among so many classes.
func (s *subject) skills(by Method, agents []string, classes int) ([]Skill, error) {
	out := make([]Skill, len(agents))
	switch by {
	case Odds:
		c := &Combiner{classes, map[string]record{}}
		for _, q := range s.labelled() {
			for _, w := range q.Words {
				r := c.records[w.Agent]
				r.all++
				if q.right(w) {
					r.right++
				}
				c.records[w.Agent] = r
			}
		}
		for i, agent := range agents {
			accuracy, n := c.Accuracy(agent)
			out[i] = Skill{agent, accuracy, int(n), LogOdds(accuracy, int(max(n, outcomesPerWeight)), classes)}
		}
	case Raters:
		found, err := s.rated()
		if err != nil {
			return nil, err
		}
		for i, agent := range agents {
			r := found[agent] // who was never heard weighs nothing
			out[i] = Skill{Agent: agent, Accuracy: r.accuracy, Weight: LogOdds(r.accuracy, r.questions, classes)}
		}
	default:
		for i, agent := range agents {
			out[i] = Skill{Agent: agent, Weight: 1}
		}
	}
	return out, nil
}

// rate is how often somebody is right, by what others say, of so many questions.
type rate struct {
	accuracy  float64
	questions int
}

// rated finds how good all are that have said something, without any truth.
func (s *subject) rated() (map[string]rate, error) {
	if s == nil || len(s.asked) < ratersFrom || len(s.agents()) < ratersLeast {
		return nil, fmt.Errorf("ensemble: skills without truth need %d questions to %d members: %w", ratersFrom, ratersLeast, ErrTooFewOutcomes)
	}
	if s.rates != nil {
		return s.rates, nil
	}
	agents, names := s.agents(), s.classes(Asked{})
	labels := make([][]int, len(s.asked))
	asked := make([]int, len(agents))
	for i, q := range s.asked {
		labels[i] = make([]int, len(agents))
		for r, agent := range agents {
			labels[i][r] = -1
			if w, ok := q.word(agent); ok {
				labels[i][r], _ = slices.BinarySearch(names, w.Class)
				asked[r]++
			}
		}
	}
	found, err := DawidSkene(labels, max(2, len(names)), SkillSpec{Rounds: 100, Tolerance: 1e-6})
	if err != nil {
		return nil, err
	}
	s.rates = map[string]rate{}
	for r, agent := range agents {
		s.rates[agent] = rate{found.Accuracy(r), asked[r]}
	}
	return s.rates, nil
}

// Skills returns what the members that were asked about a subject would be weighed by now, in order, and by which method.
func (p *Past) Skills(name string) ([]Skill, Method) {
	s := p.subject(name)
	if s == nil {
		return nil, Heads
	}
	by := Heads
	switch {
	case len(s.labelled()) > 0:
		by = Odds
	case len(s.asked) >= ratersFrom && len(s.agents()) >= ratersLeast && !s.asked[0].Texts:
		by = Raters
	}
	skills, err := s.skills(by, s.agents(), max(2, len(s.classes(Asked{}))))
	if err != nil {
		skills, _ = s.skills(Heads, s.agents(), 2)
		by = Heads
	}
	return skills, by
}
