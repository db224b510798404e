// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/internal/frame"
)

// exp3 plays by exponential weights, of which a share gamma is for all arms alike. Weights are kept as logarithms.
type exp3 struct {
	tally
	gamma float64
	logs  []float64
	p     []float64 // probability of each arm, made of logs
}

func newExp3(s Spec) *exp3 {
	k := float64(s.Arms)
	e := &exp3{tally: newTally(s.Arms), logs: make([]float64, s.Arms), p: make([]float64, s.Arms)}
	e.gamma = min(1, math.Sqrt(k*math.Log(k)/((math.E-1)*float64(s.Horizon))))
	e.weigh()
	return e
}

func (e *exp3) weigh() {
	top := e.logs[0]
	for _, l := range e.logs {
		top = max(top, l)
	}
	sum := 0.0
	for i := range e.logs {
		e.logs[i] -= top
		e.p[i] = math.Exp(e.logs[i])
		sum += e.p[i]
	}
	k := float64(len(e.p))
	for i := range e.p {
		e.p[i] = (1-e.gamma)*e.p[i]/sum + e.gamma/k
	}
}

func (e *exp3) choose(rng *rand.Rand) int {
	u := rng.Float64()
	for i, p := range e.p {
		if u -= p; u < 0 {
			return i
		}
	}
	return len(e.p) - 1
}

// learn weighs a reward by how unlikely its arm is now; for a reward that is late that is an approximation.
func (e *exp3) learn(arm int, reward, weight float64) {
	e.tally.learn(arm, reward, weight)
	if p := e.p[arm]; p > 0 {
		e.logs[arm] += min(e.gamma*weight*reward/(p*float64(len(e.p))), 700)
	}
	e.weigh()
}

func (e *exp3) write(w *frame.Writer) {
	e.tally.write(w)
	w.Floats(e.logs)
}

func (e *exp3) read(r *frame.Reader) {
	e.tally.read(r)
	logs := r.Floats(len(e.logs))
	if !r.OK() {
		return
	}
	e.logs = logs
	e.weigh()
}
