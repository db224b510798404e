// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// tpe is the tree-structured Parzen estimator: of candidates drawn near the good points it takes the one that is likeliest among the good and unlikeliest among the
// others. The multivariate form looks at all dimensions that always count together.
type tpe struct {
	Joint bool `json:"joint"`
}

const (
	tpeStart      = 10  // random points before the model
	tpeCandidates = 24  // drawn for each trial
	tpeGood       = 25  // good points, at most
	tpeOthers     = 150 // other points that are looked at, at most: a proposal takes the same time after any number of trials
)

func newTPE(joint bool) *tpe { return &tpe{joint} }

func (t *tpe) observe(*book, int, *rand.Rand) {}

func (t *tpe) propose(b *book, rng *rand.Rand) (draft, bool) {
	good, others := t.split(b)
	if len(good) == 0 {
		return draft{point: b.space.point(cube(b.space.Len(), rng))}, true
	}
	u := cube(b.space.Len(), rng)
	if t.Joint {
		var always []int
		for i := range b.space.dims {
			if b.space.parent[i] < 0 {
				always = append(always, i)
			}
		}
		pick(b, always, good, others, true, u, rng)
	}
	for i := range b.space.dims {
		if t.Joint && b.space.parent[i] < 0 {
			continue
		}
		if p := b.space.point(u); b.space.Active(p, i) {
			pick(b, []int{i}, good, others, false, u, rng)
		}
	}
	return draft{point: b.space.point(u)}, true
}

// split returns the indexes of good points and of others, both in the order of the trials. There are no good ones before tpeStart answers.
func (t *tpe) split(b *book) (good, others []int) {
	told := b.comparable(tpeStart)
	if len(told) < tpeStart {
		return nil, nil
	}
	slices.SortStableFunc(told, func(i, j int) int { return b.order(i, j) })
	n := min(int(math.Ceil(0.1*float64(len(told)))), tpeGood)
	good = told[:n]
	rest := told[n:]
	for i := range b.all { // open trials count as bad, so that parallel ones keep away from each other
		if !b.all[i].Told {
			rest = append(rest, i)
		}
	}
	if len(rest) > tpeOthers { // the best, the worst and evenly some between
		for k := range tpeOthers {
			others = append(others, rest[k*(len(rest)-1)/(tpeOthers-1)])
		}
	} else {
		others = rest
	}
	slices.Sort(good)
	slices.Sort(others)
	return good, others
}

// comparable returns the indexes of answers at one resource level: the highest that has enough, or else the one with most.
func (b *book) comparable(enough int) []int {
	by := map[float64][]int{}
	var levels []float64
	for i := range b.all {
		if !b.all[i].Told {
			continue
		}
		level := b.all[i].level()
		if by[level] == nil {
			levels = append(levels, level)
		}
		by[level] = append(by[level], i)
	}
	slices.SortFunc(levels, func(x, y float64) int { return cmp.Compare(y, x) })
	var most []int
	for _, l := range levels {
		if len(by[l]) >= enough {
			return by[l]
		}
		if len(by[l]) > len(most) {
			most = by[l]
		}
	}
	return most
}

// order compares two answers: values, and failures last.
func (b *book) order(i, j int) int {
	x, y := b.all[i].M, b.all[j].M
	if x.Failed != y.Failed {
		if x.Failed {
			return 1
		}
		return -1
	}
	return cmp.Compare(x.Value, y.Value)
}

// pick puts the best of the candidates into u for some dimensions.
func pick(b *book, dims, good, others []int, joint bool, u []float64, rng *rand.Rand) {
	if len(dims) == 0 {
		return
	}
	at := func(all []int) [][]float64 {
		var points [][]float64
		for _, i := range all {
			if joint || b.space.Active(b.all[i].Point, dims[0]) {
				points = append(points, b.at(i))
			}
		}
		return points
	}
	low, high := newParzen(b.space, dims, at(good), joint), newParzen(b.space, dims, at(others), joint)
	best := math.Inf(-1)
	one, found := make([]float64, len(u)), make([]float64, len(u))
	for range tpeCandidates {
		low.draw(one, rng)
		if score := low.density(one) - high.density(one); score > best {
			best = score
			copy(found, one)
		}
	}
	for _, d := range dims {
		u[d] = found[d]
	}
}
