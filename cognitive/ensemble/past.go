// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/cognitive/internal/frame"
)

// Limits of what a Past keeps.
const (
	// MaxPast is how many questions of one subject are kept: older ones do not count any more, so that who gets better or worse is weighed anew.
	MaxPast = 1000
	// MaxSubjects is how many subjects are kept; the one that was asked about the longest time ago makes room.
	MaxSubjects = 256
	// maxWords is how many members may have said something of one question.
	maxWords = 1 << 16
)

// Word is what one member says of a question.
type Word struct {
	Agent string
	// Class is its prediction, or its text.
	Class string
	// Share multiplies its weight, from 0 to 1; it is that of what it perceives.
	Share float64
}

// Asked is a question that was put to members.
type Asked struct {
	// ID names the question for ever.
	ID string
	// Subject is what it is about: who is good at it is learned by subject.
	Subject string
	// Classes are those that can be said; empty means those that were.
	Classes []string
	// Texts says that the words are texts, of which no two need be the same.
	Texts bool
	// Words are what the members said, before anybody knew the truth.
	Words []Word
}

// Validate returns all that is wrong, joined, each a *SpecError.
func (a Asked) Validate() error {
	var problems []error
	if a.ID == "" {
		problems = append(problems, &SpecError{"question", "it has no id"})
	}
	if len(a.Words) == 0 || len(a.Words) > maxWords {
		problems = append(problems, &SpecError{"predictions", fmt.Sprintf("there are %d, not 1 to %d", len(a.Words), maxWords)})
	}
	seen := map[string]bool{}
	for i, w := range a.Words {
		switch {
		case w.Agent == "" || w.Class == "":
			problems = append(problems, &SpecError{"predictions", fmt.Sprintf("prediction %d has no agent or no class", i)})
		case seen[w.Agent]:
			problems = append(problems, &SpecError{"predictions", fmt.Sprintf("%q is there twice", w.Agent)})
		case !(w.Share >= 0 && w.Share <= 1):
			problems = append(problems, &SpecError{"predictions", fmt.Sprintf("the share of %q is not from 0 to 1", w.Agent)})
		case len(a.Classes) > 0 && !a.Texts && !slices.Contains(a.Classes, w.Class):
			problems = append(problems, &SpecError{"predictions", fmt.Sprintf("%q is none of the classes", w.Class)})
		}
		seen[w.Agent] = true
	}
	return errors.Join(problems...)
}

// Past is what members have said of earlier questions, and what was true of those whose truth is known. It belongs to one owner. What it is told in
// the same order gives the same state.
type Past struct {
	subjects []*subject          // the one that was asked about last is the last
	where    map[string]*subject // by id of a question that is kept
}

// subject is what is known about one sort of questions.
type subject struct {
	name  string
	asked []question // in the order of asking
	// What was made of them last, until there is more: it saves only its cost.
	fit   fitted
	rates map[string]rate
}

// question is one that was asked; truth is empty until it is known.
type question struct {
	Asked
	truth string
}

// NewPast returns a past in which nothing has happened.
func NewPast() *Past { return &Past{where: map[string]*subject{}} }

// Knows reports whether a question is kept.
func (p *Past) Knows(id string) bool { return p.where[id] != nil }

// Asked returns a question as it was asked; false if it is not kept.
func (p *Past) Asked(id string) (Asked, bool) {
	if q := p.find(id); q != nil {
		return q.Asked, true
	}
	return Asked{}, false
}

// Ask keeps a question and the members' words; one that is known already changes nothing. What cannot be is refused with *SpecError.
func (p *Past) Ask(a Asked) error {
	if err := a.Validate(); err != nil {
		return err
	}
	if p.Knows(a.ID) {
		return nil
	}
	s := p.subject(a.Subject)
	if s == nil {
		s = &subject{name: a.Subject}
		if len(p.subjects) == MaxSubjects {
			for _, q := range p.subjects[0].asked {
				delete(p.where, q.ID)
			}
			p.subjects = slices.Delete(p.subjects, 0, 1)
		}
	} else {
		p.subjects = slices.DeleteFunc(p.subjects, func(other *subject) bool { return other == s })
	}
	p.subjects = append(p.subjects, s)
	if len(s.asked) == MaxPast {
		delete(p.where, s.asked[0].ID)
		s.asked = slices.Delete(s.asked, 0, 1)
		s.fit = fitted{}
	}
	a.Words, a.Classes = slices.Clone(a.Words), slices.Clone(a.Classes)
	s.asked = append(s.asked, question{Asked: a})
	s.rates = nil
	p.where[a.ID] = s
	return nil
}

// Tell keeps what is true of a question. Telling the same again changes nothing; what contradicts what was told is refused with *ToldError, and a
// question that is not kept with ErrUnknownQuestion.
func (p *Past) Tell(id, truth string) error {
	if err := p.Tellable(id, truth); err != nil {
		return err
	}
	p.find(id).truth = truth
	p.where[id].fit = fitted{}
	return nil
}

// Tellable returns what Tell would, and changes nothing.
func (p *Past) Tellable(id, truth string) error {
	q := p.find(id)
	switch {
	case q == nil:
		return fmt.Errorf("ensemble: truth of %q: %w", id, ErrUnknownQuestion)
	case truth == "":
		return &SpecError{"truth", "it is empty"}
	case len(q.Classes) > 0 && !q.Texts && !slices.Contains(q.Classes, truth):
		return &SpecError{"truth", fmt.Sprintf("%q is none of the classes", truth)}
	case q.truth != "" && q.truth != truth:
		return &ToldError{ID: id, Have: q.truth, Got: truth}
	}
	return nil
}

// Truth returns what is true of a question; empty if nobody has told.
func (p *Past) Truth(id string) string {
	if q := p.find(id); q != nil {
		return q.truth
	}
	return ""
}

func (p *Past) find(id string) *question {
	s := p.where[id]
	if s == nil {
		return nil
	}
	for i := len(s.asked) - 1; i >= 0; i-- {
		if s.asked[i].ID == id {
			return &s.asked[i]
		}
	}
	return nil
}

func (p *Past) subject(name string) *subject {
	for _, s := range p.subjects {
		if s.name == name {
			return s
		}
	}
	return nil
}

// Subjects returns the names of the subjects that are kept, in order.
func (p *Past) Subjects() []string {
	names := make([]string, len(p.subjects))
	for i, s := range p.subjects {
		names[i] = s.name
	}
	slices.Sort(names)
	return names
}

// right reports whether a word is what is true.
func (q *question) right(w Word) bool {
	if q.Texts {
		return Normalised(w.Class) == Normalised(q.truth)
	}
	return w.Class == q.truth
}

// labelled returns the questions whose truth is known.
func (s *subject) labelled() (out []*question) {
	if s == nil {
		return nil
	}
	for i := range s.asked {
		if s.asked[i].truth != "" {
			out = append(out, &s.asked[i])
		}
	}
	return out
}

// agents returns all that have said something, in order.
func (s *subject) agents() []string {
	all := map[string]bool{}
	for _, q := range s.asked {
		for _, w := range q.Words {
			all[w.Agent] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// MarshalBinary returns the state.
func (p *Past) MarshalBinary() ([]byte, error) {
	w := frame.New("past", 1)
	w.Uint(uint64(len(p.subjects)))
	for _, s := range p.subjects {
		w.Text(s.name)
		w.Uint(uint64(len(s.asked)))
		for _, q := range s.asked {
			w.Text(q.ID)
			w.Text(q.truth)
			w.Bool(q.Texts)
			w.Uint(uint64(len(q.Classes)))
			for _, c := range q.Classes {
				w.Text(c)
			}
			w.Uint(uint64(len(q.Words)))
			for _, x := range q.Words {
				w.Text(x.Agent)
				w.Text(x.Class)
				w.Float(x.Share)
			}
		}
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a state, or changes nothing and returns what is wrong with it.
func (p *Past) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "past", 1)
	n := NewPast()
	for range r.Count(MaxSubjects, 2) {
		name := r.Text()
		if n.subject(name) != nil {
			r.Fail("a subject is there twice")
		}
		for range r.Count(MaxPast, 5) {
			a := Asked{Subject: name, ID: r.Text()}
			truth := r.Text()
			a.Texts = r.Bool()
			for range r.Count(maxWords, 1) {
				a.Classes = append(a.Classes, r.Text())
			}
			for range r.Count(maxWords, 3) {
				a.Words = append(a.Words, Word{r.Text(), r.Text(), r.Between(0, 1)})
			}
			if !r.OK() {
				break
			}
			if n.Knows(a.ID) {
				r.Fail("a question is there twice")
			} else if err := n.Ask(a); err != nil {
				r.Fail("%v", err)
			} else if truth != "" {
				if err := n.Tell(a.ID, truth); err != nil {
					r.Fail("%v", err)
				}
			}
		}
	}
	if err := r.Done(); err != nil {
		return err
	}
	*p = *n
	return nil
}
