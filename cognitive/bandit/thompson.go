// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/internal/frame"
)

// thompson plays an arm as often as it is the best one under Beta posteriors. Rewards between 0 and 1 count as parts of a success.
type thompson struct {
	tally
	discount float64
}

func (p *thompson) choose(rng *rand.Rand) int {
	var best largest
	for i := range p.n {
		best.offer(i, posterior(p.n[i], p.sum[i], rng), rng)
	}
	return best.arm
}

func (p *thompson) learn(arm int, reward, weight float64) {
	if p.discount < 1 {
		p.fade(p.discount)
	}
	p.tally.learn(arm, reward, weight)
}

// normal is Thompson sampling for normal rewards of unknown mean and variance; it needs two rewards of each arm before it samples.
type normal struct{ tally }

func (p *normal) choose(rng *rand.Rand) int {
	if arm := p.unknown(); arm >= 0 {
		return arm
	}
	var best largest
	for i := range p.n {
		best.offer(i, p.draw(i, rng), rng)
	}
	return best.arm
}

// draw is one of the posterior under the prior that knows nothing: a Student t around the mean. One report, or equal ones, say nothing of the
// variance, so a hundredth of the range's square is added as if seen.
func (p *normal) draw(i int, rng *rand.Rand) float64 {
	n, m := p.n[i], p.mean(i)
	spread := max(p.squares[i]-n*m*m, 0) + 0.01
	degrees := max(n-1, 1)
	variance := spread / 2 / gamma(degrees/2, rng)
	return m + rng.NormFloat64()*math.Sqrt(min(variance, 1e6)/n)
}

// discounted is UCB1 with counts that fade.
type discounted struct {
	tally
	by, xi float64
}

func (p *discounted) choose(rng *rand.Rand) int {
	if arm := p.unknown(); arm >= 0 {
		return arm
	}
	var best largest
	l := logOf(p.total)
	for i := range p.n {
		best.offer(i, p.mean(i)+2*math.Sqrt(p.xi*l/p.n[i]), rng)
	}
	return best.arm
}

func (p *discounted) learn(arm int, reward, weight float64) {
	p.fade(p.by)
	p.tally.learn(arm, reward, weight)
}

// sliding is UCB1 over the last plays.
type sliding struct {
	tally
	xi   float64
	ring []play
	next int
}

type play struct {
	arm            int
	reward, weight float64
}

func newSliding(s Spec) *sliding {
	return &sliding{tally: newTally(s.Arms), xi: s.Exploration, ring: make([]play, 0, s.Window)}
}

func (p *sliding) choose(rng *rand.Rand) int {
	if arm := p.unknown(); arm >= 0 {
		return arm
	}
	var best largest
	for i := range p.n {
		best.offer(i, slidingUCB(p.mean(i), p.n[i], p.total, p.xi), rng)
	}
	return best.arm
}

func (p *sliding) learn(arm int, reward, weight float64) {
	p.tally.learn(arm, reward, weight)
	if len(p.ring) < cap(p.ring) {
		p.ring = append(p.ring, play{arm, reward, weight})
		return
	}
	old := p.ring[p.next]
	p.ring[p.next] = play{arm, reward, weight}
	p.next = (p.next + 1) % len(p.ring)
	p.n[old.arm] -= old.weight
	p.sum[old.arm] -= old.weight * old.reward
	p.squares[old.arm] -= old.weight * old.reward * old.reward
	p.total -= old.weight
	if p.next == 0 || p.n[old.arm] < 1e-9 { // once a window the sums are made anew, so that rounding does not add up
		p.count()
	}
}

// count makes the sums of what is in the window.
func (p *sliding) count() {
	clear(p.n)
	clear(p.sum)
	clear(p.squares)
	p.total = 0
	for _, x := range p.ring {
		p.tally.learn(x.arm, x.reward, x.weight)
	}
}

func (p *sliding) write(w *frame.Writer) {
	p.tally.write(w)
	w.Uint(uint64(len(p.ring)))
	w.Uint(uint64(p.next))
	for _, x := range p.ring {
		w.Uint(uint64(x.arm))
		w.Float(x.reward)
		w.Float(x.weight)
	}
}

func (p *sliding) read(r *frame.Reader) {
	p.tally.read(r)
	n := r.Count(cap(p.ring), 17)
	p.next = int(r.Uint(uint64(max(n-1, 0))))
	for range n {
		p.ring = append(p.ring, play{int(r.Uint(uint64(len(p.n) - 1))), r.Between(0, 1), r.Between(0, 1e12)})
	}
}
