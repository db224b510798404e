// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// trust searches with a quadratic model in a trust region: a box around the best point of a run that grows while the model keeps its word and shrinks while it
// does not. A wide region smooths over ripples. A run that has converged is followed by another one, in turn from a jump away from the best point and from a point
// far from all.
type trust struct {
	Run    int         `json:"run"`
	Center int         `json:"center"` // index of the best point of the run, -1 without one
	Radius float64     `json:"radius"` // half the side of the box, in unit coordinates
	Starts [][]float64 `json:"starts"` // points that begin the run and are not issued yet
	Poor   int         `json:"poor"`   // steps in a row that gained nothing
	Best   int         `json:"best"`   // index of the best point of all runs
	First  halton      `json:"first"`
	Spread float64     `json:"spread"` // of the values of the run
}

// Kinds of trials; a tag is run*kinds + kind.
const (
	trustStart = iota
	trustStep
	trustSpread
	trustKinds
)

// The settings of trust were found on shifted copies of the functions of package problem, with other seeds than those its tests use.
const (
	trustRadius  = 0.4
	trustWiden   = 1.8
	trustNarrow  = 0.75
	trustReach   = 2    // points further away, in radii, count only while the model has too few
	trustPoints  = 64   // of the model, at most: a step takes the same time after any number of trials
	trustExtra   = 4    // points beyond the coefficients of the model
	trustRidge   = 1e-8 // relative to the spread of the values
	trustLeast   = 1e-7 // radius that ends a run
	trustNear    = 0.05 // what is nearer to a known point, in radii, is not worth a trial
	trustStalled = 5    // steps without gain that end a run
	trustTol     = 1e-9 // what is no gain, relative to the spread of the values
	trustTries   = 3    // models for one proposal
	trustShrink  = 0.9
	trustLeap    = 0.1 // by how much a box may shrink at once
	trustJump    = 0.1 // step and radius of a run beside the best point
)

func newTrust(s *Space, _ Options) (method, error) {
	if !s.numeric() {
		return nil, wrongOption("method", "trust needs a space without categorical dimensions")
	}
	return &trust{Center: -1, Best: -1, Radius: trustRadius}, nil
}

func (t *trust) propose(b *book, rng *rand.Rand) (draft, bool) {
	n := b.space.Len()
	if t.Run == 0 { // the first run looks everywhere
		t.Run = 1
		for range n + 3 {
			t.Starts = append(t.Starts, t.First.next(n, rng))
		}
	}
	if len(t.Starts) > 0 {
		u := t.Starts[0]
		t.Starts = t.Starts[1:]
		return t.draft(b, u, trustStart, 0), true
	}
	if t.Center < 0 {
		return t.draft(b, cube(n, rng), trustStart, 0), true
	}
	for range trustTries {
		if t.Poor >= trustStalled || t.Radius < trustLeast || t.Radius < t.finest(b.space) {
			break
		}
		u, guess, ok := t.step(b, rng)
		if ok {
			return t.draft(b, u, trustStep, guess), true
		}
		if u != nil {
			return t.draft(b, u, trustSpread, 0), true
		}
	}
	if t.Poor < trustStalled && t.Radius >= trustLeast && t.Radius >= t.finest(b.space) {
		if u := t.spread(b, rng); u != nil {
			return t.draft(b, u, trustSpread, 0), true
		}
	}
	t.restart(b, rng)
	u := t.Starts[0]
	t.Starts = t.Starts[1:]
	return t.draft(b, u, trustStart, 0), true
}

// finest is the radius below which only one point of an all-integer space is left.
func (t *trust) finest(s *Space) float64 {
	least := math.Inf(1)
	for i := range s.dims {
		least = math.Min(least, s.width(i)/2)
	}
	return least
}

func (t *trust) draft(b *book, u []float64, kind int, guess float64) draft {
	return draft{point: b.space.point(u), tag: t.Run*trustKinds + kind, guess: guess}
}

// near returns the answered points around the centre, the nearest first, in coordinates of the box.
func (t *trust) near(b *book) (z [][]float64, values, dist []float64) {
	type one struct {
		i int
		d float64
	}
	all := make([]one, 0, trustPoints+1)
	c := b.at(t.Center)
	inside := 0
	for i := range b.all {
		if !b.all[i].Told || b.all[i].M.Failed {
			continue
		}
		d := distance(b.at(i), c)
		if d <= trustReach*t.Radius {
			inside++
		}
		if len(all) == trustPoints && d >= all[trustPoints-1].d {
			continue
		}
		at, _ := slices.BinarySearchFunc(all, d, func(o one, d float64) int {
			if o.d <= d { // of points at the same distance the older one comes first
				return -1
			}
			return 1
		})
		all = slices.Insert(all, at, one{i, d})
		all = all[:min(len(all), trustPoints)]
	}
	all = all[:min(len(all), max(inside, terms(len(c))+trustExtra))]
	for _, o := range all {
		row := make([]float64, len(c))
		for j, v := range b.at(o.i) {
			row[j] = (v - c[j]) / t.Radius
		}
		z, values, dist = append(z, row), append(values, b.all[o.i].M.Value), append(dist, o.d/t.Radius)
	}
	return z, values, dist
}

// distance is the largest difference of a coordinate.
func distance(x, y []float64) float64 {
	most := 0.0
	for i, v := range x {
		d := v - y[i]
		if d < 0 {
			d = -d
		}
		if d > most {
			most = d
		}
	}
	return most
}

// apart is the distance of a point to the nearest trial, or something not above least if it is no further than that.
func (b *book) apart(u []float64, least float64) float64 {
	near := math.Inf(1)
	for i := range b.all {
		if d := distance(b.at(i), u); d < near {
			if near = d; near <= least {
				break
			}
		}
	}
	return near
}

// step returns where the model is lowest, and its value there. Without a step it returns a point that makes the model better, or nil if it has made the box smaller.
func (t *trust) step(b *book, rng *rand.Rand) (u []float64, guess float64, ok bool) {
	n := b.space.Len()
	z, values, dist := t.near(b)
	inner := 0
	for _, d := range dist {
		if d <= 1 {
			inner++
		}
	}
	if len(z) < n+2 {
		return t.spread(b, rng), 0, false
	}
	weights := make([]float64, len(z))
	for i, d := range dist {
		weights[i] = 1 / (1 + d*d*d*d)
	}
	q := fit(z, values, weights, trustRidge)
	if q == nil {
		return t.spread(b, rng), 0, false
	}
	lo, hi := make([]float64, n), make([]float64, n)
	c := b.at(t.Center)
	for i := range c {
		lo[i], hi[i] = math.Max(-1, -c[i]/t.Radius), math.Min(1, (1-c[i])/t.Radius)
	}
	best, low := make([]float64, n), math.Inf(1)
	for try := range 3 {
		from := make([]float64, n)
		if try > 0 {
			for i := range from {
				from[i] = lo[i] + (hi[i]-lo[i])*rng.Float64()
			}
		}
		if v := q.minimise(from, lo, hi); v < low {
			low, best = v, from
		}
	}
	u = make([]float64, n)
	for i := range u {
		u[i] = c[i] + best[i]*t.Radius
	}
	p := b.space.unit(b.space.point(u))
	if near := b.apart(p, 0); near <= trustNear*t.Radius {
		if inner < n+2 {
			return t.spread(b, rng), 0, false
		}
		t.Radius = clamp(trustShrink*near/trustNear, trustLeap*t.Radius, trustNarrow*t.Radius)
		return nil, 0, false
	}
	return u, low, true
}

// spread returns a point of the box that is far from all that are known.
func (t *trust) spread(b *book, rng *rand.Rand) []float64 {
	c := b.at(t.Center)
	var best []float64
	far := -1.0
	for range 30 {
		u := make([]float64, len(c))
		for i := range u {
			u[i] = clamp(c[i]+t.Radius*(2*rng.Float64()-1), 0, 1)
		}
		p := b.space.unit(b.space.point(u))
		if d := b.apart(p, far); d > far {
			best, far = u, d
		}
	}
	if far <= 0 {
		return nil
	}
	return best
}

// restart begins another run.
func (t *trust) restart(b *book, rng *rand.Rand) {
	n := b.space.Len()
	t.Run++
	from := cube(n, rng)
	t.Radius = trustRadius
	if t.Run%2 == 0 && t.Best >= 0 {
		from = b.space.mutate(b.at(t.Best), trustJump, rng)
		t.Radius = trustJump
	} else {
		far := -1.0
		for range 50 {
			u := cube(n, rng)
			if d := b.apart(u, far); d > far {
				from, far = u, d
			}
		}
	}
	t.Starts, t.Center, t.Poor = [][]float64{from}, -1, 0
}

func (t *trust) observe(b *book, i int, _ *rand.Rand) {
	r := b.all[i]
	if r.M.Failed {
		if r.Tag/trustKinds == t.Run && r.Tag%trustKinds == trustStep {
			t.Radius *= trustNarrow
		}
		return
	}
	if t.Best < 0 || b.order(i, t.Best) < 0 {
		t.Best = i
	}
	if r.Tag/trustKinds != t.Run {
		return
	}
	if t.Center < 0 {
		t.Center = i
		t.Spread = 0
		return
	}
	t.Spread = math.Max(t.Spread, math.Abs(r.M.Value-b.all[t.Center].M.Value))
	have := b.all[t.Center].M.Value
	gain := have - r.M.Value
	if r.Tag%trustKinds == trustStep {
		expected := have - r.Guess
		wide := distance(b.at(i), b.at(t.Center)) > 0.7*t.Radius
		switch {
		case gain > 0 && gain >= 0.5*expected && wide:
			t.Radius = math.Min(t.Radius*trustWiden, 1)
		case gain > 0 && gain >= 0.1*expected:
		default:
			t.Radius *= trustNarrow
		}
		if gain <= trustTol*t.Spread {
			t.Poor++
		} else {
			t.Poor = 0
		}
	}
	if gain > 0 {
		t.Center = i
	}
}

func (t *trust) valid(b *book) error {
	for _, i := range []int{t.Center, t.Best} {
		if i < -1 || i >= len(b.all) || i >= 0 && (!b.all[i].Told || b.all[i].M.Failed) {
			return errors.New("a centre is not one")
		}
	}
	if !(t.Radius > 0 && t.Radius <= 1) || t.Run < 0 {
		return errors.New("a region is not one")
	}
	for _, u := range t.Starts {
		if len(u) != b.space.Len() || !within(u, 0, 1) {
			return errors.New("a start is not one")
		}
	}
	return t.First.valid(b)
}
