// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"
)

// greedy plays the best mean, and any arm now and then.
type greedy struct {
	tally
	epsilon float64
}

func (g *greedy) choose(rng *rand.Rand) int {
	if g.epsilon > 0 && rng.Float64() < g.epsilon {
		return rng.IntN(len(g.n))
	}
	if arm := g.unknown(); arm >= 0 {
		return arm
	}
	var best largest
	for i := range g.n {
		best.offer(i, g.mean(i), rng)
	}
	return best.arm
}

// indexed plays the largest upper confidence bound.
type indexed struct {
	tally
	index func(p *indexed, arm int) float64
	rate  float64 // horizon over arms, of MOSS
}

func newIndexed(s Spec) *indexed {
	p := &indexed{tally: newTally(s.Arms), rate: float64(s.Horizon) / float64(s.Arms)}
	switch s.Method {
	case UCBTuned:
		p.index = func(p *indexed, i int) float64 {
			m := p.mean(i)
			return ucbTuned(m, p.squares[i]/p.n[i]-m*m, p.n[i], p.total)
		}
	case KLUCB:
		p.index = func(p *indexed, i int) float64 { return klUCB(p.mean(i), p.n[i], p.total) }
	case MOSS:
		p.index = func(p *indexed, i int) float64 { return moss(p.mean(i), p.n[i], p.rate) }
	default:
		p.index = func(p *indexed, i int) float64 { return ucb1(p.mean(i), p.n[i], p.total) }
	}
	return p
}

func (p *indexed) choose(rng *rand.Rand) int {
	if arm := p.unknown(); arm >= 0 {
		return arm
	}
	var best largest
	for i := range p.n {
		best.offer(i, p.index(p, i), rng)
	}
	return best.arm
}

// ucb1 is the index of UCB1 after t plays, n of them of the arm.
func ucb1(mean, n, t float64) float64 { return mean + math.Sqrt(2*logOf(t)/n) }

// ucbTuned is the index of UCB-tuned: the variance is at most a quarter, and at most the observed one with a bound of its own.
func ucbTuned(mean, variance, n, t float64) float64 {
	l := logOf(t)
	return mean + math.Sqrt(l/n*min(0.25, max(variance, 0)+math.Sqrt(2*l/n)))
}

// moss is the index of MOSS; rate is the horizon divided by the number of arms.
func moss(mean, n, rate float64) float64 { return mean + math.Sqrt(max(0, math.Log(rate/n))/n) }

// slidingUCB is the index over a window of which t plays are filled.
func slidingUCB(mean, n, t, xi float64) float64 { return mean + math.Sqrt(xi*logOf(t)/n) }

func logOf(t float64) float64 { return math.Log(max(t, 1)) }

// klUCB is the largest q for which n·kl(mean, q) <= ln t. Newton's method comes down from a point above the root: the divergence is convex in q.
func klUCB(p, n, t float64) float64 {
	d := logOf(t) / n
	switch {
	case d <= 0 || p >= 1:
		return p
	case p <= 0:
		return -math.Expm1(-d)
	}
	h := p*math.Log(p) + (1-p)*math.Log1p(-p)
	// Pinsker's inequality bounds the root, and so does leaving out the term of p.
	q := min(p+math.Sqrt(d/2), -math.Expm1((h-d)/(1-p)))
	for range 64 {
		f := h - p*math.Log(q) - (1-p)*math.Log1p(-q) - d
		slope := (q - p) / (q * (1 - q))
		if !(slope > 0) || math.IsInf(slope, 0) {
			break
		}
		next := q - f/slope
		if !(next > p) {
			next = p + (q-p)/2
		}
		if math.Abs(next-q) <= 1e-16*q || f <= 0 {
			q = min(next, 1)
			break
		}
		q = next
	}
	return q
}
