// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/internal/frame"
)

// tally is the sums of each arm that most methods need.
type tally struct {
	n, sum, squares []float64 // weight, rewards, squared rewards
	total           float64   // weight of all
	chosen          []uint64  // choices since all arms were level, to spread plays whose rewards are late
}

func newTally(arms int) tally {
	return tally{n: make([]float64, arms), sum: make([]float64, arms), squares: make([]float64, arms), chosen: make([]uint64, arms)}
}

// learn takes a reward in, or one that leaves a window out by its negative weight: what rounding leaves of sums is not below 0.
func (t *tally) learn(arm int, reward, weight float64) {
	t.n[arm] = max(t.n[arm]+weight, 0)
	t.sum[arm] = max(t.sum[arm]+weight*reward, 0)
	t.squares[arm] = max(t.squares[arm]+weight*reward*reward, 0)
	t.total = max(t.total+weight, 0)
}

// mean of an arm; the middle where nothing is known.
func (t *tally) mean(arm int) float64 {
	if t.n[arm] <= 0 {
		return 0.5
	}
	return min(max(t.sum[arm]/t.n[arm], 0), 1)
}

func (t *tally) estimate(arm int) Estimate { return Estimate{t.mean(arm), t.n[arm]} }

// unknown returns the arm without any reward that was chosen least, or -1: it has an infinite index.
func (t *tally) unknown() int {
	best := -1
	for i, n := range t.n {
		if n <= 0 && (best < 0 || t.chosen[i] < t.chosen[best]) {
			best = i
		}
	}
	if best >= 0 {
		t.chosen[best]++
	}
	return best
}

func (t *tally) fade(by float64) {
	for i := range t.n {
		t.n[i] *= by
		t.sum[i] *= by
		t.squares[i] *= by
	}
	t.total *= by
}

func (t *tally) clear() {
	clear(t.n)
	clear(t.sum)
	clear(t.squares)
	clear(t.chosen)
	t.total = 0
}

func (t *tally) write(w *frame.Writer) {
	w.Floats(t.n)
	w.Floats(t.sum)
	w.Floats(t.squares)
	for _, c := range t.chosen {
		w.Uint(c)
	}
	w.Float(t.total)
}

func (t *tally) read(r *frame.Reader) {
	arms := len(t.n)
	n, sum, squares := r.Floats(arms), r.Floats(arms), r.Floats(arms)
	for i := range t.chosen {
		t.chosen[i] = r.Uint(math.MaxUint64)
	}
	t.total = r.Between(0, math.MaxFloat64)
	if !r.OK() {
		return
	}
	t.n, t.sum, t.squares = n, sum, squares
	for i := range n {
		if n[i] < 0 || sum[i] < 0 || squares[i] < 0 || n[i] > math.MaxFloat64/4 || sum[i] > n[i]*(1+1e-9)+1e-9 {
			r.Fail("the sums of arm %d cannot be", i)
			return
		}
	}
}

// largest is the arm with the largest of the indices that it is offered; equal ones have equal chances.
type largest struct {
	arm   int
	index float64
	ties  int
}

func (l *largest) offer(arm int, index float64, rng *rand.Rand) {
	switch {
	case l.ties == 0 || index > l.index:
		l.arm, l.index, l.ties = arm, index, 1
	case index == l.index:
		l.ties++
		if rng.IntN(l.ties) == 0 {
			l.arm = arm
		}
	}
}
