// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/internal/frame"
)

const (
	// sharpness is by how much the posteriors of well known arms are narrower than Thompson's: looking after an arm that seems bad is left to a rule.
	sharpness = 2.0
	// unsure is the number of plays at which half of the way there is gone: what is known from a few plays may be wrong for long.
	unsure = 60
	// floor is the share of the plays that no consistent method can do without that is sure: an arm of divergence d from the best is played about
	// floor·ln(t)/d times in t steps, whatever its posterior says.
	floor = 0.1
	// few is the number of plays below which an arm is looked at every now and then, however bad it seems: it may only have been unlucky.
	few = 10
	// soon is the least number of steps between two plays of an arm because a rule says so.
	soon = 20
)

// sharp draws from a posterior that is the narrower the more is known; half of the way is gone at a number of plays.
func sharp(n, sum, half float64, rng *rand.Rand) float64 {
	if n > 0 {
		k := 1 + (sharpness-1)*n/(n+half)
		n, sum = k*n, k*sum
	}
	return posterior(n, sum, rng)
}

// divergence of one coin from another, in nats; both are fair enough not to be certain.
func divergence(p, q float64) float64 {
	return p*math.Log(p/q) + (1-p)*math.Log((1-p)/(1-q))
}

// steady is Thompson sampling for arms that are declared never to change: sharper where much is known, with a floor under its exploration, so that an
// arm that was unlucky is not forgotten.
type steady struct {
	tally
	last []float64 // by arm, the step of its last report
	step float64   // reports so far
}

func newSteady(s Spec) *steady {
	return &steady{tally: newTally(s.Arms), last: make([]float64, s.Arms)}
}

func (p *steady) choose(rng *rand.Rand) int {
	if arm := p.overdue(); arm >= 0 {
		return arm
	}
	var best largest
	for i := range p.n {
		best.offer(i, sharp(p.n[i], p.sum[i], unsure, rng), rng)
	}
	return best.arm
}

// overdue returns an arm that must be looked at, or -1.
func (p *steady) overdue() int {
	best, top := 0, -1.0
	for i, n := range p.n {
		if m := (p.sum[i] + 0.5) / (n + 1); n > 0 && m > top {
			best, top = i, m
		}
	}
	for i, n := range p.n {
		waited := p.step - p.last[i]
		if i == best || n <= 0 || waited <= soon {
			continue
		}
		if m := (p.sum[i] + 0.5) / (n + 1); m < top && (n < few || waited*floor > (p.step+1)*divergence(m, top)) {
			return i
		}
	}
	return -1
}

func (p *steady) learn(arm int, reward, weight float64) {
	p.step++
	p.last[arm] = p.step
	p.tally.learn(arm, reward, weight)
}

func (p *steady) write(w *frame.Writer) {
	p.tally.write(w)
	w.Float(p.step)
	w.Floats(p.last)
}

func (p *steady) read(r *frame.Reader) {
	p.tally.read(r)
	p.step = r.Between(0, math.MaxFloat64)
	if last := r.Floats(len(p.last)); r.OK() {
		p.last = last
	}
}
