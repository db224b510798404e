// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// asha is asynchronous successive halving: of the answers at a level the best 1/eta go on to the next one as soon as there are so many, and otherwise a new point
// begins at the lowest. Hyperband runs several of them that begin at different levels, so that a level which misleads cannot decide alone. New points come from a
// multivariate TPE, which learns from every level.
type asha struct {
	Rungs    [][][]int `json:"rungs"`    // by bracket and level: indexes of answers, the best first
	Promoted []int     `json:"promoted"` // indexes of trials that went on, ascending
	Drawn    []int     `json:"drawn"`    // new points by bracket
	levels   []float64
	eta      float64
	shares   []float64 // of new points by bracket
	model    *tpe
}

func newASHA(_ *Space, o Options) (method, error) { return newHalving(o, 1), nil }

func newHyperband(_ *Space, o Options) (method, error) { return newHalving(o, len(o.levels())), nil }

func newHalving(o Options, brackets int) *asha {
	a := &asha{levels: o.levels(), eta: o.Eta, Drawn: make([]int, brackets), model: newTPE(true)}
	if a.eta == 0 {
		a.eta = 3
	}
	for s := range brackets {
		a.Rungs = append(a.Rungs, make([][]int, len(a.levels)))
		// A bracket that begins s levels higher has as much to spend, and so fewer points.
		a.shares = append(a.shares, math.Pow(a.eta, -float64(s))*float64(brackets)/float64(brackets-s))
	}
	return a
}

func (a *asha) propose(b *book, rng *rand.Rand) (draft, bool) {
	for s, rungs := range a.Rungs {
		for level := len(rungs) - 2; level >= s; level-- {
			for _, i := range rungs[level][:int(float64(len(rungs[level]))/a.eta)] {
				at, gone := slices.BinarySearch(a.Promoted, i)
				if gone {
					continue
				}
				a.Promoted = slices.Insert(a.Promoted, at, i)
				r := b.all[i]
				return draft{point: r.Point, resource: a.levels[level+1], from: r.ID, tag: s}, true
			}
		}
	}
	s := 0
	for i := range a.shares { // the bracket that is furthest behind its share
		if float64(a.Drawn[i])/a.shares[i] < float64(a.Drawn[s])/a.shares[s] {
			s = i
		}
	}
	a.Drawn[s]++
	d, _ := a.model.propose(b, rng)
	d.resource, d.tag = a.levels[s], s
	return d, true
}

func (a *asha) observe(b *book, i int, _ *rand.Rand) {
	r := b.all[i]
	if r.M.Failed {
		return
	}
	level := -1 // the highest that was reached: a trial that was stopped early counts where it came to
	for l, resource := range a.levels {
		if r.M.Resource >= resource*(1-1e-9) {
			level = l
		}
	}
	if level < r.Tag {
		return
	}
	rung := a.Rungs[r.Tag][level]
	at, _ := slices.BinarySearchFunc(rung, i, func(have, i int) int {
		if c := b.order(have, i); c != 0 {
			return c
		}
		return have - i
	})
	a.Rungs[r.Tag][level] = slices.Insert(rung, at, i)
}

func (a *asha) valid(b *book) error {
	if len(a.Rungs) != len(a.shares) || len(a.Drawn) != len(a.shares) || !slices.IsSorted(a.Promoted) {
		return errors.New("brackets do not fit")
	}
	for _, i := range a.Promoted {
		if i < 0 || i >= len(b.all) {
			return errors.New("a promoted trial is not there")
		}
	}
	for _, rungs := range a.Rungs {
		if len(rungs) != len(a.levels) {
			return errors.New("levels do not fit")
		}
		for _, rung := range rungs {
			for k, i := range rung {
				if i < 0 || i >= len(b.all) || !b.all[i].Told || b.all[i].M.Failed || k > 0 && b.order(rung[k-1], i) > 0 {
					return errors.New("a level is not in order")
				}
			}
		}
	}
	for i := range b.all {
		if t := b.all[i].Tag; t < 0 || t >= len(a.shares) {
			return errors.New("a trial has no bracket")
		}
	}
	return nil
}
