// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"math"
	"math/rand/v2"
	"slices"
)

// parzen is a mixture of kernels in the unit cube: one for each point, and one that is wide enough for the whole cube, so that no lucky cluster closes the rest.
// Each dimension of a kernel is a normal distribution cut to [0,1], or for a categorical dimension a table.
type parzen struct {
	dims    []int // of the space
	space   *Space
	weights []float64   // of the kernels, sum 1; the last one is the wide one
	means   [][]float64 // by kernel and dims
	sigmas  [][]float64 // by kernel and dims
	scale   [][]float64 // logarithm of the factor that makes the integral 1
}

// newParzen makes a mixture over some dimensions; points are oldest first.
func newParzen(s *Space, dims []int, points [][]float64, joint bool) *parzen {
	n := len(points)
	p := &parzen{dims: dims, space: s, weights: ages(n)}
	for k := range n + 1 {
		means, sigmas := make([]float64, len(dims)), make([]float64, len(dims))
		for j, d := range dims {
			means[j], sigmas[j] = 0.5, 1
			if k < n {
				means[j] = points[k][d]
				sigmas[j] = 0.2 * math.Pow(float64(n), -1/float64(len(dims)+4))
			}
		}
		p.means, p.sigmas = append(p.means, means), append(p.sigmas, sigmas)
	}
	for j, d := range dims {
		if !joint && s.dims[d].Kind != Categorical {
			p.neighbours(j)
		}
		for k := range n {
			p.sigmas[k][j] = clamp(p.sigmas[k][j], math.Max(1/math.Min(100, float64(n+1)), s.width(d)/2), 1)
		}
	}
	for k, m := range p.means {
		row := make([]float64, len(dims))
		for j, d := range dims {
			if s.dims[d].Kind != Categorical {
				row[j] = -math.Log(p.sigmas[k][j]) - math.Log(normal((1-m[j])/p.sigmas[k][j])-normal(-m[j]/p.sigmas[k][j]))
			}
		}
		p.scale = append(p.scale, row)
	}
	return p
}

// ages weighs points: the last 25 alike, older ones less.
func ages(n int) []float64 {
	w := make([]float64, n+1)
	sum := 0.0
	for i := range w {
		w[i] = 1
		if i < n-25 {
			w[i] = 1/float64(n) + (1-1/float64(n))*float64(i)/float64(n-25)
		}
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// neighbours makes each kernel as wide as the distance to the farther of the points beside it.
func (p *parzen) neighbours(j int) {
	order := make([]int, len(p.means))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := p.means[a][j], p.means[b][j]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	last := len(p.means) - 1
	for at, k := range order {
		if k == last {
			continue
		}
		wide := 0.0
		if at > 0 {
			wide = p.means[k][j] - p.means[order[at-1]][j]
		}
		if at < last {
			wide = math.Max(wide, p.means[order[at+1]][j]-p.means[k][j])
		}
		p.sigmas[k][j] = wide
	}
}

// draw puts a sample into u.
func (p *parzen) draw(u []float64, rng *rand.Rand) {
	k, left := 0, rng.Float64()
	for k = range p.weights {
		if left -= p.weights[k]; left < 0 {
			break
		}
	}
	for j, d := range p.dims {
		m, sd := p.means[k][j], p.sigmas[k][j]
		if options := len(p.space.dims[d].Options); options > 0 {
			at := rng.IntN(options)
			if k < len(p.weights)-1 && rng.Float64() > p.spread() {
				at = min(int(m*float64(options)), options-1)
			}
			u[d] = (float64(at) + 0.5) / float64(options)
			continue
		}
		lo, hi := normal(-m/sd), normal((1-m)/sd)
		u[d] = clamp(m+sd*quantile(lo+(hi-lo)*rng.Float64()), 0, 1)
	}
}

// spread is the chance that a kernel of a categorical dimension takes any option instead of its own.
func (p *parzen) spread() float64 { return 1 / float64(len(p.weights)) }

// density returns the logarithm of the density at u.
func (p *parzen) density(u []float64) float64 {
	most, sum := math.Inf(-1), 0.0
	for k, w := range p.weights {
		v := math.Log(w)
		for j, d := range p.dims {
			if options := len(p.space.dims[d].Options); options > 0 {
				same := min(int(p.means[k][j]*float64(options)), options-1) == min(int(u[d]*float64(options)), options-1)
				chance := 1 / float64(options)
				if k < len(p.weights)-1 {
					chance *= p.spread()
					if same {
						chance += 1 - p.spread()
					}
				}
				v += math.Log(chance)
				continue
			}
			z := (u[d] - p.means[k][j]) / p.sigmas[k][j]
			v += p.scale[k][j] - z*z/2
		}
		// A running sum of exponentials that does not overflow.
		if v > most {
			sum, most = sum*math.Exp(most-v)+1, v
		} else {
			sum += math.Exp(v - most)
		}
	}
	return most + math.Log(sum)
}
