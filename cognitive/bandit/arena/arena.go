// SPDX-License-Identifier: Apache-2.0

package arena

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/bandit"
)

// Segment is the means of all arms from a step on.
type Segment struct {
	// From is the first step of the segment, and Means the probability of a reward of 1 of each arm.
	From  int
	Means []float64
}

// World is where a bandit plays: arms whose rewards are 0 or 1, with means that may change.
type World struct {
	// Segments are in order, the first from step 0; empty for a world of waves.
	Segments []Segment
	// Base, Amplitude and Omega are a wave, in radians a step; Phases has one number an arm.
	Base, Amplitude, Omega float64
	Phases                 []float64
}

// Stationary is the world that never changes.
func Stationary(means ...float64) World { return World{Segments: []Segment{{Means: means}}} }

// Arms returns how many there are.
func (w World) Arms() int {
	if len(w.Segments) > 0 {
		return len(w.Segments[0].Means)
	}
	return len(w.Phases)
}

// means returns those of a step in dst, and the largest; at is the segment of the step before.
func (w World) means(t int, at *int, dst []float64) float64 {
	if len(w.Segments) > 0 {
		for *at+1 < len(w.Segments) && w.Segments[*at+1].From <= t {
			*at++
		}
		copy(dst, w.Segments[*at].Means)
	} else {
		for i, phase := range w.Phases {
			dst[i] = w.Base + w.Amplitude*math.Sin(w.Omega*float64(t)+phase)
		}
	}
	best := dst[0]
	for _, m := range dst {
		best = max(best, m)
	}
	return best
}

// Play lets a bandit play some steps and returns its regret after each of the checkpoints, which rise: the sum of what the best arm of
// each step would have brought more, in expectation. The rewards of a seed are the same for every bandit: what arm pays is drawn by one
// number a step, apart from the bandit's own randomness.
func Play(w World, b *bandit.Bandit, seed uint64, checkpoints ...int) []float64 {
	world := rand.New(rand.NewPCG(seed, 0x5eed))
	own := rand.New(rand.NewPCG(seed, 0xba4d17))
	means := make([]float64, w.Arms())
	out := make([]float64, 0, len(checkpoints))
	at, regret := 0, 0.0
	for t := 0; len(out) < len(checkpoints); t++ {
		best := w.means(t, &at, means)
		arm := b.Select(own)
		reward := 0.0
		if world.Float64() < means[arm] {
			reward = 1
		}
		regret += best - means[arm]
		_ = b.Update(arm, reward, 1) // the arm is one, the reward a number
		for len(out) < len(checkpoints) && t+1 >= checkpoints[len(out)] {
			out = append(out, regret)
		}
	}
	return out
}
