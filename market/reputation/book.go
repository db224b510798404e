// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Book is a fold of evidence. It belongs to one process.
type Book struct {
	rules  Rules
	agents map[Agent]*record
}

// record is what a book has of one agent.
type record struct {
	standings map[string]*Standing // by domain; "" is all of them together
	pairs     map[pairKey]*pair
	seen      map[citation]float64 // the outcomes that were counted
	order     []cited              // what is seen, as it arrived, to be forgotten from the front
	newest    time.Time
	history   []Entry // a ring
	next      int     // where the ring goes on
}

type citation struct {
	source Source
	cause  string
	dim    Dimension
}

type cited struct {
	citation
	at time.Time
}

// New makes an empty book. The error has every mistake of the rules.
func New(rules Rules) (*Book, error) {
	if err := rules.Validate(); err != nil {
		return nil, err
	}
	return &Book{rules: rules.WithDefaults(), agents: map[Agent]*record{}}, nil
}

// Rules returns the rules, complete.
func (b *Book) Rules() Rules { return b.rules }

// Verdict is what became of evidence.
type Verdict uint8

// The verdicts.
const (
	// Counted is evidence that weighs something now. It can be very little.
	Counted Verdict = iota + 1
	// Known is evidence that was counted before.
	Known
	// TooOld is evidence from before what the book remembers; it was passed over.
	TooOld
)

// String is the verdict in a word.
func (v Verdict) String() string {
	if v >= Counted && v <= TooOld {
		return [...]string{"counted", "known", "too_old"}[v-1]
	}
	return fmt.Sprintf("reputation.Verdict(%d)", uint8(v))
}

// Change says what evidence did.
type Change struct {
	// Verdict is what became of it.
	Verdict Verdict
	// Weight is what it counts for: a failure weighs Kappa times as much again.
	Weight float64
	// Standing is that of the agent as a whole, afterwards.
	Standing Standing
}

// Record takes evidence in. Errors change nothing: mistakes, and a *ConflictError.
func (b *Book) Record(e Evidence) (Change, error) {
	if err := e.Validate(); err != nil {
		return Change{}, err
	}
	r := b.agents[e.Agent]
	if r == nil {
		r = &record{standings: map[string]*Standing{}, pairs: map[pairKey]*pair{}, seen: map[citation]float64{}}
		b.agents[e.Agent] = r
	}
	cite := citation{e.Source, e.Cause, e.Dimension}
	if counted, ok := r.seen[cite]; ok {
		if counted != e.Outcome {
			return Change{}, &ConflictError{e.Agent, e.Cause, e.Dimension, counted, e.Outcome}
		}
		return Change{Verdict: Known, Standing: r.standing("")}, nil
	}
	if r.newest.Sub(e.At) > b.rules.Memory {
		return Change{Verdict: TooOld, Standing: r.standing("")}, nil
	}
	weight := e.full()
	if e.Source == Settlement {
		key := pairKey{e.Rater, e.Dimension}
		p := r.pairs[key]
		if p == nil {
			p = &pair{}
			r.pairs[key] = p
		}
		weight = p.weigh(weight, e.At, b.rules.PairWindow, b.rules.PairCap)
	}
	if e.At.After(r.newest) {
		r.newest = e.At
	}
	r.seen[cite] = e.Outcome
	r.order = append(r.order, cited{cite, e.At})
	r.forget(&b.rules)
	r.add("", &e, weight, &b.rules)
	if e.Domain != "" {
		r.add(e.Domain, &e, weight, &b.rules)
	}
	after := r.standing("")
	r.remember(Entry{e.At, e.Source, e.Cause, e.Rater, e.Domain, e.Dimension, e.Outcome, weight, after}, b.rules.History)
	return Change{Counted, weight, after}, nil
}

// add counts evidence in one domain.
func (r *record) add(domain string, e *Evidence, weight float64, rules *Rules) {
	s := r.standings[domain]
	if s == nil {
		s = &Standing{}
		r.standings[domain] = s
	}
	d := e.Dimension
	s.Evidence[d] = s.Evidence[d].With(weight*e.Outcome, rules.Kappa*weight*(1-e.Outcome), rules.HalfLife[d], e.At)
	s.Deals++
	if e.Source == Violation {
		s.Violations++
	}
}

// forget drops a little of what is older than the memory, so that no update is slow: two citations go for each that comes.
func (r *record) forget(rules *Rules) {
	for range 2 {
		if len(r.order) == 0 || r.newest.Sub(r.order[0].at) <= rules.Memory {
			return
		}
		delete(r.seen, r.order[0].citation)
		r.order = r.order[1:]
	}
}

func (r *record) standing(domain string) Standing {
	if s := r.standings[domain]; s != nil {
		return *s
	}
	return Standing{}
}

// Agents returns all who have evidence, in order.
func (b *Book) Agents() []Agent { return slices.Sorted(maps.Keys(b.agents)) }

// Standing returns what is known of an agent in a domain; "" is all domains together. Nothing is known of an unknown agent.
func (b *Book) Standing(who Agent, domain string) Standing {
	if r := b.agents[who]; r != nil {
		return r.standing(domain)
	}
	return Standing{}
}

// Score judges an agent in a domain at a moment.
func (b *Book) Score(who Agent, domain string, at time.Time) Score {
	return b.rules.Score(b.Standing(who, domain), at)
}

// Admit applies the gate to an agent in a domain, as Rules.Admit says.
func (b *Book) Admit(who Agent, domain string, at time.Time, exposure, stake money.Amount, dims ...Dimension) error {
	return b.rules.Admit(who, b.Standing(who, domain), at, exposure, stake, dims...)
}

// Domains returns the domains that an agent has evidence in, in order, without "".
func (b *Book) Domains(who Agent) []string {
	r := b.agents[who]
	if r == nil {
		return nil
	}
	var names []string
	for name := range r.standings {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Prune forgets the pairs that have not met within the window before a moment, and returns how many. Calling it now and then bounds memory;
// it changes no later result of evidence that is not itself older than the window.
func (b *Book) Prune(now time.Time) int {
	n := 0
	for _, r := range b.agents {
		for key, p := range r.pairs {
			if p.idle(now, 2*b.rules.PairWindow) {
				delete(r.pairs, key)
				n++
			}
		}
	}
	return n
}
