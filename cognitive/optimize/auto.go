// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
)

// autoDimensions is up to how many dimensions models of the whole curvature pay.
const autoDimensions = 20

// newAuto chooses by the space and by what the options say of the objective. The choice depends on nothing else, so that a restored search has the same method.
func newAuto(s *Space, o Options) (method, error) {
	switch {
	case o.MaxResource > 0:
		return newASHA(s, o)
	case o.Drift && s.numeric():
		return newTrackerMethod(s, o)
	case s.choices() && s.Size() <= armsLimit && (o.Drift || o.Limit == 0 || s.Size() <= float64(o.Limit)):
		return newArms(s, o)
	case !s.numeric():
		return newTPE(true), nil
	case s.Len() <= autoDimensions:
		return newTrust(s, o)
	}
	return newCMA(s, Options{})
}

// choices says that every dimension is categorical.
func (s *Space) choices() bool {
	for _, d := range s.dims {
		if d.Kind != Categorical {
			return false
		}
	}
	return true
}

// arms treats every point of a space of options as an arm of a bandit: each is tried once, and then the one whose lower confidence bound is lowest is tried again. With
// an objective without noise it is a full search.
type arms struct {
	All   grid      `json:"all"`
	Point []Point   `json:"points"`
	Count []float64 `json:"count"`
	Mean  []float64 `json:"mean"`
	Dev   []float64 `json:"dev"`  // sums of squared deviations
	Open  []int     `json:"open"` // trials that are out
	Wrong []bool    `json:"wrong"`
}

// armsLimit is how many points a space of arms may have.
const armsLimit = 1000

func newArms(s *Space, o Options) (method, error) {
	if !s.choices() || s.Size() > armsLimit {
		return nil, wrongOption("method", "arms needs categorical dimensions with at most %d points", armsLimit)
	}
	g, err := newGrid(s, o)
	if err != nil {
		return nil, err
	}
	return &arms{All: *g.(*grid)}, nil
}

func (a *arms) propose(b *book, rng *rand.Rand) (draft, bool) {
	if d, ok := a.All.propose(b, rng); ok {
		a.Point, a.Count, a.Mean, a.Dev = append(a.Point, d.point), append(a.Count, 0), append(a.Mean, 0), append(a.Dev, 0)
		a.Open, a.Wrong = append(a.Open, 1), append(a.Wrong, false)
		d.tag = len(a.Point) - 1
		return d, true
	}
	lo, hi, total := math.Inf(1), math.Inf(-1), 0.0
	for i, n := range a.Count {
		if n > 0 {
			lo, hi = math.Min(lo, a.Mean[i]), math.Max(hi, a.Mean[i])
			total += n
		}
	}
	best, low := -1, math.Inf(1)
	for i, n := range a.Count {
		if a.Wrong[i] && n == 0 {
			continue // it has failed, and never worked
		}
		bound := math.Inf(-1)
		if n > 0 {
			// Until an arm has shown its own noise, the range of the means stands for it.
			sd := math.Max(math.Sqrt(a.Dev[i]/n), (hi-lo)/(2*math.Sqrt(n)))
			bound = a.Mean[i] - sd*math.Sqrt(2*math.Log(math.Max(total, 2))/(n+float64(a.Open[i])))
		} else if a.Open[i] > 0 {
			bound = hi
		}
		if best < 0 || bound < low {
			best, low = i, bound
		}
	}
	if best < 0 {
		return draft{}, false
	}
	a.Open[best]++
	return draft{point: a.Point[best], tag: best}, true
}

func (a *arms) observe(b *book, i int, _ *rand.Rand) {
	r := b.all[i]
	k := r.Tag
	a.Open[k]--
	if r.M.Failed {
		a.Wrong[k] = true
		return
	}
	a.Count[k]++
	d := r.M.Value - a.Mean[k]
	a.Mean[k] += d / a.Count[k]
	a.Dev[k] += d * (r.M.Value - a.Mean[k])
}

func (a *arms) valid(b *book) error {
	n := len(a.Point)
	if len(a.Count) != n || len(a.Mean) != n || len(a.Dev) != n || len(a.Open) != n || len(a.Wrong) != n || !within(a.Count, 0, 1e15) || !within(a.Dev, 0, math.MaxFloat64) {
		return errors.New("arms do not fit")
	}
	for _, p := range a.Point {
		if err := b.space.Check(p); err != nil {
			return err
		}
	}
	for i := range b.all {
		if t := b.all[i].Tag; t < 0 || t >= n {
			return errors.New("a trial has no arm")
		}
	}
	return a.All.valid(b)
}
