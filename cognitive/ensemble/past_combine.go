// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"math"
	"slices"
)

// Method is how a [Past] combines words.
type Method string

// Methods.
const (
	// Learned is the one that suits what is known, and what an empty method means: Chosen from 100 outcomes on that all members were asked about, Odds
	// with fewer, Raters without any, and Heads where not even those can be told apart.
	Learned Method = "learned"
	// Heads counts every member alike.
	Heads Method = "heads"
	// Odds weighs by the log-odds of the accuracy on outcomes; until a member has ten of its own the others' count for the missing ones.
	Odds Method = "log_odds"
	// Raters weighs by the log-odds of the accuracy that DawidSkene finds, where nobody has told any truth.
	Raters Method = "dawid_skene"
	// Chosen is the kind that Auto takes on the outcomes.
	Chosen Method = "auto"
)

// Methods lists them.
func Methods() []Method { return []Method{Learned, Heads, Odds, Raters, Chosen} }

// From how many questions on a method can be used.
const (
	chosenFrom  = 100 // outcomes of all members
	chosenMost  = 300 // outcomes that are looked at, the last ones
	ratersFrom  = 20  // questions
	ratersLeast = 3   // members that were asked
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

// Combination is what the words of a question come to.
type Combination struct {
	// Class is the winner, the one whose name sorts first of equals; of texts it is the member's whose text is given.
	Class string
	// Confidence is the probability of the class if errors are independent, and by Heads its share; of texts it is the share of the weight that says the same, or how much the
	// text is alike the others.
	Confidence float64
	// Method is how, in a word; that of Chosen names the kind as well.
	Method string
	// Skills are in the order of the words; without those of Chosen, whose weights are not by member.
	Skills []Skill
}

// Combine combines the words of a question by what is known of those who say them; nothing is kept, and the question itself is no evidence of who is
// right. What cannot be combined is a *SpecError, and a method that was asked for and needs more outcomes ErrTooFewOutcomes.
func (p *Past) Combine(a Asked, by Method) (Combination, error) {
	if err := a.Validate(); err != nil {
		return Combination{}, err
	}
	if by == "" {
		by = Learned
	}
	if !slices.Contains(Methods(), by) {
		return Combination{}, &SpecError{"method", fmt.Sprintf("%q is none", string(by))}
	}
	s := p.subject(a.Subject)
	together := s.together(a)
	if by == Learned {
		by = s.suits(a, together)
	}
	if by == Chosen {
		return s.chosen(a, together)
	}
	skills, err := s.skills(by, agentsOf(a), max(2, len(s.classes(a))))
	if err != nil {
		return Combination{}, err
	}
	for i, w := range a.Words {
		skills[i].Weight *= w.Share
	}
	if a.Texts {
		return text(a, skills, by)
	}
	names := namesOf(a)
	scores := make([]float64, len(names), len(names)+len(s.classes(a)))
	for i, w := range a.Words {
		at, _ := slices.BinarySearch(names, w.Class)
		scores[at] += skills[i].Weight
	}
	best := argmax(scores)
	if by == Heads { // which knows no probabilities
		total := 0.0
		for _, x := range scores {
			total += x
		}
		if total > 0 {
			total = scores[best] / total
		}
		return Combination{names[best], total, string(by), skills}, nil
	}
	for range max(2, len(s.classes(a))) - len(names) { // classes that nobody named are possible too
		scores = append(scores, 0)
	}
	softmax(scores)
	return Combination{names[best], scores[best], string(by), skills}, nil
}

// suits is the method for what is known.
func (s *subject) suits(a Asked, together []*question) Method {
	switch {
	case s == nil:
		return Heads
	case len(together) >= chosenFrom && !a.Texts && whole(a):
		return Chosen
	case len(s.labelled()) > 0:
		return Odds
	case len(s.asked) >= ratersFrom && len(s.agents()) >= ratersLeast && !a.Texts && !s.asked[0].Texts:
		return Raters
	}
	return Heads
}

// whole reports whether every word counts in full.
func whole(a Asked) bool {
	return !slices.ContainsFunc(a.Words, func(w Word) bool { return w.Share != 1 })
}

func agentsOf(a Asked) []string {
	agents := make([]string, len(a.Words))
	for i, w := range a.Words {
		agents[i] = w.Agent
	}
	return agents
}

// namesOf are the classes that may win, in order.
func namesOf(a Asked) []string {
	names := slices.Clone(a.Classes)
	for _, w := range a.Words {
		names = append(names, w.Class)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// classes are all that were ever said or true of the subject, or can be said of the question, in order.
func (s *subject) classes(a Asked) []string {
	names := namesOf(a)
	if len(a.Classes) > 0 || s == nil {
		return names
	}
	for _, q := range s.asked {
		for _, w := range q.Words {
			names = append(names, w.Class)
		}
		if q.truth != "" {
			names = append(names, q.truth)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// together are the questions with a known truth of which all members of this one have said something.
func (s *subject) together(a Asked) (out []*question) {
	for _, q := range s.labelled() {
		said := 0
		for _, w := range a.Words {
			if _, ok := q.word(w.Agent); ok {
				said++
			}
		}
		if said == len(a.Words) && !q.Texts {
			out = append(out, q)
		}
	}
	return out
}

func (q *question) word(agent string) (Word, bool) {
	i := slices.IndexFunc(q.Words, func(w Word) bool { return w.Agent == agent })
	if i < 0 {
		return Word{}, false
	}
	return q.Words[i], true
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

// fitted is a model of some members, and the classes that it knows.
type fitted struct {
	agents []string
	names  []string
	model  *Model
}

// fits learns the model that Auto takes. What it was fitted on is that of the same members until more is known.
func (s *subject) fits(agents []string, together []*question) (fitted, error) {
	if s.fit.model != nil && slices.Equal(s.fit.agents, agents) {
		return s.fit, nil
	}
	together = together[max(0, len(together)-chosenMost):]
	f := fitted{agents: agents}
	for _, q := range together {
		f.names = append(append(f.names, q.truth), q.Classes...)
		for _, w := range q.Words {
			f.names = append(f.names, w.Class)
		}
	}
	slices.Sort(f.names)
	f.names = slices.Compact(f.names)
	o := Outcomes{Classes: max(2, len(f.names)), Truth: make([]int, len(together))}
	for i, q := range together {
		o.Truth[i], _ = slices.BinarySearch(f.names, q.truth)
	}
	for _, agent := range agents {
		labels := make([]int, len(together))
		for i, q := range together {
			w, _ := q.word(agent)
			labels[i], _ = slices.BinarySearch(f.names, w.Class)
		}
		o.Probabilities = append(o.Probabilities, Labels(o.Classes, labels))
	}
	var err error
	if f.model, _, err = Auto(o); err != nil {
		return fitted{}, err
	}
	s.fit = f
	return f, nil
}

// chosen combines by the model that Auto takes. A class that was never said before says nothing to it.
func (s *subject) chosen(a Asked, together []*question) (Combination, error) {
	if a.Texts || len(together) < chosenFrom {
		return Combination{}, fmt.Errorf("ensemble: %d outcomes that all members were asked about, not %d: %w", len(together), chosenFrom, ErrTooFewOutcomes)
	}
	f, err := s.fits(agentsOf(a), together)
	if err != nil {
		return Combination{}, err
	}
	classes := max(2, len(f.names))
	rows := make([][]float64, len(a.Words))
	for m, w := range a.Words {
		at, known := slices.BinarySearch(f.names, w.Class)
		if !known {
			at = -1
		}
		rows[m] = Labels(classes, []int{at})[0]
	}
	class, probabilities, err := f.model.Combine(rows)
	if err != nil {
		return Combination{}, err
	}
	class = min(class, len(f.names)-1) // where there is but one class the other has no name, and no votes
	return Combination{
		Class: f.names[class], Confidence: min(max(probabilities[class], 0), 1), Method: string(Chosen) + ": " + f.model.Kind().String(),
	}, nil
}

// text chooses one of the texts.
func text(a Asked, skills []Skill, by Method) (Combination, error) {
	texts, weights, total := make([]string, len(a.Words)), make([]float64, len(a.Words)), 0.0
	for i, w := range a.Words {
		texts[i], weights[i] = w.Class, max(skills[i].Weight, 0)
		total += weights[i]
	}
	if total == 0 {
		weights = nil // nobody is known to be better than chance: all alike
		total = float64(len(texts))
	}
	at, majority, err := Text(texts, weights, nil)
	if err != nil {
		return Combination{}, err
	}
	out := Combination{Class: texts[at], Method: string(by) + ": medoid", Skills: skills}
	if majority {
		out.Method = string(by) + ": majority"
	}
	for i, t := range texts {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		switch {
		case majority && Normalised(t) == Normalised(out.Class):
			out.Confidence += w / total
		case !majority:
			out.Confidence += w / total * Words(t, out.Class)
		}
	}
	out.Confidence = math.Min(out.Confidence, 1)
	return out, nil
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
