// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// cma is CMA-ES: generations from a normal distribution that learns shape and size, restarted with twice the population when it has converged. Integers keep
// a margin: the chance to leave the present one never falls below 1/(n lambda).
type cma struct {
	Core       *covariance       `json:"core"`
	Population int               `json:"population"`
	Run        int               `json:"run"`     // counts restarts; it is the tag of trials
	Raw        map[int][]float64 `json:"raw"`     // samples before rounding, by index of the trial, of this run
	Told       []int             `json:"told"`    // indexes of the generation that is being collected
	Bests      []float64         `json:"bests"`   // of the last generations
	Stretch    []float64         `json:"stretch"` // by dimension: what the margin has made of its scale
	first      int
}

const (
	cmaSigma   = 0.2
	cmaRetries = 100
	cmaTolX    = 1e-11
	cmaTolF    = 1e-12
)

func newCMA(s *Space, o Options) (method, error) {
	if !s.numeric() {
		return nil, wrongOption("method", "cma-es needs a space without categorical dimensions")
	}
	n := s.Len()
	lambda := o.Population
	if lambda == 0 {
		lambda = 4 + int(3*math.Log(float64(n)))
	}
	if lambda < 3 {
		return nil, wrongOption("population", "%d is below 3", lambda)
	}
	mean := make([]float64, n)
	for i := range mean {
		mean[i] = 0.5
	}
	c := &cma{Population: lambda, first: lambda}
	c.begin(mean)
	return c, nil
}

// begin starts a run around a mean.
func (c *cma) begin(mean []float64) {
	c.Core = newCovariance(mean, cmaSigma, c.Population)
	c.Raw, c.Told, c.Bests = map[int][]float64{}, nil, nil
	c.Stretch = make([]float64, len(mean))
	for i := range c.Stretch {
		c.Stretch[i] = 1
	}
}

func (c *cma) propose(b *book, rng *rand.Rand) (draft, bool) {
	n := len(c.Core.Mean)
	x, z := make([]float64, n), make([]float64, n)
	for try := range cmaRetries {
		for i := range z {
			z[i] = rng.NormFloat64()
		}
		inside := true
		for i, y := range c.Core.stretch(z) {
			x[i] = c.Core.Mean[i] + c.Core.Sigma*c.Stretch[i]*y
			inside = inside && x[i] >= 0 && x[i] <= 1
		}
		if inside || try == cmaRetries-1 {
			break
		}
	}
	for i := range x {
		x[i] = clamp(x[i], 0, 1)
	}
	c.Raw[len(b.all)] = slices.Clone(x)
	return draft{point: b.space.point(x), tag: c.Run}, true
}

func (c *cma) observe(b *book, i int, rng *rand.Rand) {
	if b.all[i].Tag != c.Run || c.Raw[i] == nil {
		return // of a run that is over
	}
	if c.Told = append(c.Told, i); len(c.Told) < c.Population {
		return
	}
	value := func(i int) float64 {
		if m := b.all[i].M; !m.Failed {
			return m.Value
		}
		return math.Inf(1)
	}
	slices.SortStableFunc(c.Told, func(i, j int) int { return cmp.Compare(value(i), value(j)) })
	var steps [][]float64
	for _, i := range c.Told {
		y := c.Raw[i]
		for j := range y {
			y[j] = (y[j] - c.Core.Mean[j]) / (c.Core.Sigma * c.Stretch[j])
		}
		steps = append(steps, y)
		delete(c.Raw, i)
	}
	best, worst := value(c.Told[0]), value(c.Told[len(c.Told)-1])
	c.Core.update(steps)
	c.Told = nil
	c.margin(b.space)
	if keep := 10 + 30*len(c.Core.Mean)/c.Population; len(c.Bests) >= keep {
		c.Bests = slices.Delete(c.Bests, 0, len(c.Bests)-keep+1)
	}
	c.Bests = append(c.Bests, math.Min(best, math.MaxFloat64))
	if c.converged(b.space, best, worst) {
		c.Run++
		c.Population = min(2*c.Population, 64*c.first)
		c.begin(cube(len(c.Core.Mean), rng))
	}
}

// margin keeps every neighbour of an integer in reach, as in Hamano and others (2022): where the chance of a neighbour has fallen below the least one, mean and scale
// of the dimension are changed so that it has just that chance.
func (c *cma) margin(s *Space) {
	n := len(c.Core.Mean)
	alpha := 1 / float64(n*c.Population)
	for i, d := range s.dims {
		if d.Kind != Integer {
			continue
		}
		m := clamp(c.Core.Mean[i], 0, 1)
		value := clamp(math.Round(s.value(i, m)), d.Min, d.Max)
		sd := c.Core.Sigma * c.Stretch[i] * math.Sqrt(math.Max(c.Core.C[i][i], 1e-300))
		low, high := s.coordinate(i, value-0.5), s.coordinate(i, value+0.5)
		switch {
		case value == d.Min:
			m = math.Max(m, high-sd*quantile(1-alpha))
		case value == d.Max:
			m = math.Min(m, low+sd*quantile(1-alpha))
		default:
			down, up := normal((low-m)/sd), normal((m-high)/sd)
			if down >= alpha/2 && up >= alpha/2 {
				continue
			}
			zl, zu := quantile(math.Max(down, alpha/2)), -quantile(math.Max(up, alpha/2))
			if !(zu-zl > 1e-9) {
				continue
			}
			wide := (high - low) / (zu - zl)
			c.Stretch[i] *= wide / sd
			m = low - wide*zl
		}
		c.Core.Mean[i] = clamp(m, 0, 1)
	}
}

// normal is the distribution function of the standard normal distribution, quantile its inverse.
func normal(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// converged says whether the run cannot get further.
func (c *cma) converged(s *Space, best, worst float64) bool {
	a := c.Core.decompose()
	least, most := slices.Min(a.d), slices.Max(a.d)
	if most/least > 1e7 || c.Core.Sigma*most < cmaTolX || c.Core.Sigma*least > 1e3 {
		return true
	}
	if len(c.Bests) < 10+30*len(c.Core.Mean)/c.Population {
		return false
	}
	span := slices.Max(c.Bests) - slices.Min(c.Bests)
	return span <= cmaTolF*math.Max(1, math.Abs(best)) && worst-best <= cmaTolF*math.Max(1, math.Abs(best))
}

func (c *cma) valid(b *book) error {
	n := b.space.Len()
	if c.Core == nil || c.Population < 3 || c.Population > 64*c.first || len(c.Stretch) != n || !within(c.Stretch, 1e-300, 1e300) || !within(c.Bests, -math.MaxFloat64, math.MaxFloat64) {
		return errors.New("a run is not one")
	}
	if c.Raw == nil {
		c.Raw = map[int][]float64{}
	}
	for i, x := range c.Raw {
		if i < 0 || i >= len(b.all) || len(x) != n || !within(x, 0, 1) {
			return errors.New("a sample is not one")
		}
	}
	if len(c.Told) >= c.Population {
		return errors.New("a generation is too large")
	}
	for _, i := range c.Told {
		if c.Raw[i] == nil || !b.all[i].Told {
			return errors.New("a generation is not one")
		}
	}
	c.Core.k = constantsFor(n, c.Population)
	return c.Core.valid(n)
}
