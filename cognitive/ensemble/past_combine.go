// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
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
