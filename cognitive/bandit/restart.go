// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/detect"
	"mabeam.dev/cognitive/internal/frame"
)

// restart is Thompson sampling or KL-UCB that forgets all arms when the likelihood ratio test of one says that it has changed. A small share of
// plays goes to each arm in turn, for an arm that is not played cannot be seen to change.
type restart struct {
	tally
	kl         bool
	share      float64
	confidence float64
	watch      []*detect.GLR
	turn       int
	seen       uint64
}

func newRestart(s Spec) *restart {
	p := &restart{tally: newTally(s.Arms), kl: s.Method == RestartKLUCB, share: s.Epsilon, confidence: s.Confidence, watch: make([]*detect.GLR, s.Arms)}
	for i := range p.watch {
		p.watch[i] = p.fresh()
	}
	return p
}

func (p *restart) fresh() *detect.GLR {
	// A confidence for all arms together; the spec was validated, so there is no error.
	d, _ := detect.NewGLR(detect.GLRSpec{Confidence: 1 - (1-p.confidence)/float64(len(p.n))})
	return d
}

func (p *restart) choose(rng *rand.Rand) int {
	if p.share > 0 && rng.Float64() < p.share {
		p.turn = (p.turn + 1) % len(p.n)
		return p.turn
	}
	var best largest
	if p.kl {
		if arm := p.unknown(); arm >= 0 {
			return arm
		}
		for i := range p.n {
			best.offer(i, klUCB(p.mean(i), p.n[i], p.total), rng)
		}
		return best.arm
	}
	for i := range p.n {
		best.offer(i, posterior(p.n[i], p.sum[i], rng), rng)
	}
	return best.arm
}

func (p *restart) learn(arm int, reward, weight float64) {
	p.tally.learn(arm, reward, weight)
	d := p.watch[arm]
	d.Add(reward, weight)
	s := d.Split()
	if !d.Alarming(s) {
		return
	}
	p.seen++
	p.clear()
	for i := range p.watch {
		p.watch[i] = p.fresh()
	}
	p.tally.learn(arm, s.AfterSum/s.AfterWeight, s.AfterWeight)
	p.watch[arm].Believe(s.AfterWeight, s.AfterSum/s.AfterWeight)
}

func (p *restart) changes() uint64 { return p.seen }

func (p *restart) write(w *frame.Writer) {
	p.tally.write(w)
	for _, d := range p.watch {
		state, _ := d.MarshalBinary() // it has no error
		w.Blob(state)
	}
	w.Uint(uint64(p.turn))
	w.Uint(p.seen)
}

func (p *restart) read(r *frame.Reader) {
	p.tally.read(r)
	for _, d := range p.watch {
		readPart(r, d)
	}
	p.turn = int(r.Uint(uint64(len(p.n) - 1)))
	p.seen = r.Uint(math.MaxUint64)
}

// readPart restores a detector within a state.
func readPart(r *frame.Reader, d *detect.GLR) {
	if state := r.Blob(); r.OK() {
		if err := d.UnmarshalBinary(state); err != nil {
			r.Fail("its detector: %v", err)
		}
	}
}
