// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// pbt is population based training: members are trained on level by level; before each level a member of the worst fifth continues a copy of one of the best
// fifth, with its values changed. Trial.From is the trial whose training goes on, so that the chain of them is the lineage.
type pbt struct {
	Members []member `json:"members"`
	size    int
	step    float64
	most    float64
}

// member is a place in the population.
type member struct {
	Last  int     `json:"last"`  // index of the last trial that has a value, -1 without one
	Level float64 `json:"level"` // resource of it
	Open  bool    `json:"open"`  // a trial is out
	Lost  bool    `json:"lost"`  // the last answer was a failure: it continues a copy of somebody else
}

const (
	pbtSize     = 20
	pbtShare    = 0.2
	pbtResample = 0.25 // chance that an option is drawn anew
)

func newPBT(_ *Space, o Options) (method, error) {
	levels := o.levels()
	p := &pbt{size: o.Population, step: levels[0], most: levels[len(levels)-1]}
	if p.size == 0 {
		p.size = pbtSize
	}
	if p.size < 2 {
		return nil, wrongOption("population", "%d is below 2", p.size)
	}
	return p, nil
}

func (p *pbt) propose(b *book, rng *rand.Rand) (draft, bool) {
	if len(p.Members) < p.size {
		p.Members = append(p.Members, member{Last: -1, Open: true})
		return draft{point: b.space.point(cube(b.space.Len(), rng)), resource: p.step, tag: len(p.Members) - 1}, true
	}
	at := -1
	for i, m := range p.Members { // the one that has come least far
		if !m.Open && m.Level < p.most && (at < 0 || m.Level < p.Members[at].Level) {
			at = i
		}
	}
	if at < 0 {
		return draft{}, false
	}
	m := &p.Members[at]
	m.Open = true
	source := p.source(b, at, rng)
	if source < 0 { // nobody has a value yet
		return draft{point: b.space.point(cube(b.space.Len(), rng)), resource: p.step, tag: at}, true
	}
	from := b.all[source]
	d := draft{point: from.Point, resource: math.Min(from.M.Resource+p.step, p.most), from: from.ID, tag: at}
	if source != m.Last {
		d.point = b.space.perturb(from.Point, rng)
	}
	return d, true
}

// source returns the index of the trial that a member continues.
func (p *pbt) source(b *book, at int, rng *rand.Rand) int {
	var ranked []int // members with a value, the best first
	for i, m := range p.Members {
		if m.Last >= 0 {
			ranked = append(ranked, i)
		}
	}
	slices.SortStableFunc(ranked, func(i, j int) int { return b.order(p.Members[i].Last, p.Members[j].Last) })
	if len(ranked) == 0 {
		return -1
	}
	share := max(1, int(pbtShare*float64(len(ranked))))
	own := p.Members[at]
	bad := slices.Index(ranked, at) >= len(ranked)-share && len(ranked) > 1
	if own.Last >= 0 && !own.Lost && !bad {
		return own.Last
	}
	best := slices.DeleteFunc(slices.Clone(ranked[:share]), func(i int) bool { return p.Members[i].Level >= p.most })
	if len(best) == 0 { // the best are through: nothing is gained by a copy of what cannot be trained on
		if own.Last >= 0 && !own.Lost {
			return own.Last
		}
		best = ranked[:share]
	}
	return p.Members[best[rng.IntN(len(best))]].Last
}

// perturb changes each value by a factor of 0.8 or 1.2, integers by one at least, and sometimes draws an option anew.
func (s *Space) perturb(from Point, rng *rand.Rand) Point {
	p := slices.Clone(from)
	for i, d := range s.dims {
		factor := []float64{0.8, 1.2}[rng.IntN(2)]
		switch d.Kind {
		case Categorical:
			if rng.Float64() < pbtResample {
				p[i] = float64(rng.IntN(len(d.Options)))
			}
		case Integer:
			v := math.Round(p[i] * factor)
			if v == p[i] {
				v += math.Copysign(1, factor-1)
			}
			p[i] = clamp(v, d.Min, d.Max)
		case Float:
			p[i] = clamp(p[i]*factor, d.Min, d.Max)
		}
		p[i] += 0
	}
	for i := range p {
		if !s.Active(p, i) {
			p[i] = s.first[i]
		} else if !s.Active(from, i) { // it counts only since a parent has changed: it has no value to change
			p[i] = s.one(i, rng.Float64())
		}
	}
	return p
}

func (p *pbt) observe(b *book, i int, _ *rand.Rand) {
	r := b.all[i]
	m := &p.Members[r.Tag]
	m.Open, m.Lost = false, r.M.Failed
	if !r.M.Failed {
		m.Last, m.Level = i, r.M.Resource
	}
}

func (p *pbt) valid(b *book) error {
	if len(p.Members) > p.size {
		return errors.New("the population is too large")
	}
	for _, m := range p.Members {
		if m.Last < -1 || m.Last >= len(b.all) || m.Last >= 0 && (!b.all[m.Last].Told || b.all[m.Last].M.Failed) || !(m.Level >= 0) {
			return errors.New("a member is not one")
		}
	}
	for i := range b.all {
		if t := b.all[i].Tag; t < 0 || t >= len(p.Members) {
			return errors.New("a trial has no member")
		}
	}
	return nil
}

// Lineage returns a trial and those it continues, the latest first; nil if there is no such trial.
func (s *Search) Lineage(id TrialID) []Trial {
	var chain []Trial
	for id > 0 && id <= TrialID(len(s.book.all)) {
		t := s.book.all[id-1].Trial
		chain = append(chain, t)
		id = t.From
	}
	return chain
}
