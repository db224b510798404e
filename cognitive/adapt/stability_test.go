// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// Holds: COG-19
func TestAdaptingDoesNoHarm(t *testing.T) {
	t.Run("nothing to gain is left alone", nothingToGain)
	t.Run("a regression is taken back soon, and nothing else is", regression)
}

func nothingToGain(t *testing.T) {
	for seed := range seeds(24) {
		l := newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.5), seed, scoring(func(float64, int) float64 { return 3 }))
		l.run(1000) // to warm up
		before := len(l.commits)
		l.run(20_000)
		assert.LessOrEqual(t, len(l.commits)-before, 20, "seed %d: at most one commit in a thousand reports", seed)
	}
}

// The best place jumps away by four steps of the learning rate; what is lost by that is three deviations of the noise. Half of the agents explore, and each report is thought about.
func TestAJumpIsFollowedSoonAndNotOvershot(t *testing.T) {
	const jump = 0.4
	var settled []int
	for seed := range seeds(40) {
		best := 0.2
		lost := func(x float64) float64 { return 3 * (x - best) * (x - best) / jump / jump }
		l := newLab(t, adapt.Spec{Slice: true, Exploration: 0.5}, kind.OfFloat(best), seed, scoring(func(x float64, _ int) float64 { return -lost(x) }))
		l.every, l.share = 1, 0.5
		l.run(2000)
		best += jump
		from, at := l.t, math.MaxInt
		for l.t < from+3000 {
			l.run(1)
			x := l.value.Float()
			if math.Abs(x-best) > 0.4*jump {
				at = math.MaxInt
			} else if at == math.MaxInt {
				at = l.t - from
			}
			if x > best {
				require.LessOrEqual(t, lost(x), 0.1*lost(best-jump), "seed %d: overshoot", seed)
			}
		}
		settled = append(settled, at)
	}
	slices.Sort(settled)
	assert.LessOrEqual(t, settled[len(settled)*8/10], 300, "reports in eight runs of ten")
}

// A machine that has arrived does not go to and fro.
func TestWhatHasConvergedHardlyTurnsBack(t *testing.T) {
	turns, commits := 0, 0
	for seed := range seeds(24) {
		l := newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.6), seed, scoring(func(x float64, _ int) float64 { return -40 * (x - 0.7) * (x - 0.7) }))
		l.run(20_000)
		before := len(l.commits)
		l.run(5000)
		way := 0.0
		at := 0.6
		for i, c := range l.commits {
			step := c.to.Float() - at
			at = c.to.Float()
			if i >= before {
				commits++
				if way*step < 0 {
					turns++
				}
			}
			way = step
		}
		assert.InDelta(t, 0.7, l.value.Float(), 0.15, "seed %d", seed)
	}
	assert.LessOrEqual(t, float64(turns), 0.1*float64(commits)+1, "%d turns of %d commits", turns, commits)
}

// A change that the trial took for better turns out to be worse by one deviation.
func regression(t *testing.T) {
	runs := seeds(200)
	fast, early := uint64(0), uint64(0)
	for seed := range runs {
		for _, hurt := range []float64{0, 1} {
			promoted := -1
			var l *lab
			l = newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.5), seed, scoring(func(x float64, t int) float64 {
				if len(l.commits) > 0 && promoted < 0 {
					promoted = t
				}
				switch {
				case promoted >= 0:
					return -hurt
				case x != 0.5:
					return 2
				}
				return 0
			}))
			for promoted < 0 && l.t < 20_000 {
				l.run(1)
			}
			require.GreaterOrEqual(t, promoted, 0)
			l.run(200)
			if l.reverts() > 0 {
				if hurt > 0 {
					fast++
				} else {
					early++
				}
			}
		}
	}
	assert.GreaterOrEqual(t, fast, runs*95/100, "within 200 reports")
	assert.LessOrEqual(t, early, (runs+99)/100)
}

// pair is a group of two numbers.
var pair = kind.Structured{Fields: []kind.Field{{Name: "x", Kind: unit}, {Name: "y", Kind: unit}}}

func of(x, y float64) kind.Value {
	return kind.OfRecord(kind.Part{Name: "x", Value: kind.OfFloat(x)}, kind.Part{Name: "y", Value: kind.OfFloat(y)})
}

// valley is a score of two numbers that depend on each other: the best x is where y is.
func valley(v kind.Value, _ int, rng *rand.Rand) []adapt.Metric {
	x, y := v.Field("x").Float(), v.Field("y").Float()
	return one("score", -30*(x-y)*(x-y)-15*(x+y-1.4)*(x+y-1.4)+rng.NormFloat64())
}

// Two numbers that depend on each other are found together, and do not swing round the best place: no period stands out of what is reported.
func TestCoupledNumbersComeToRestTogether(t *testing.T) {
	const block, bins, segments = 50, 32, 6
	var spectrum [bins/2 + 1]float64
	good := 0
	runs := seeds(16)
	for seed := range runs {
		l := newLab(t, adapt.Spec{Kind: pair, Slice: true, Exploration: 0.2}, of(0.2, 0.4), seed, valley)
		l.run(40_000)
		if v := l.value; math.Hypot(v.Field("x").Float()-0.7, v.Field("y").Float()-0.7) < 0.2 {
			good++
		}
		for range segments {
			var series [bins]float64
			mean := 0.0
			for i := range series {
				sum := 0.0
				l.use = func(v kind.Value) { sum += valley(v, 0, l.rng)[0].Value }
				l.run(block)
				series[i] = sum / block
				mean += series[i] / bins
			}
			l.use = nil
			for k := 1; k <= bins/2; k++ {
				re, im := 0.0, 0.0
				for i, x := range series {
					re += (x - mean) * math.Cos(2*math.Pi*float64(k*i)/bins)
					im += (x - mean) * math.Sin(2*math.Pi*float64(k*i)/bins)
				}
				spectrum[k] += re*re + im*im
			}
		}
	}
	assert.GreaterOrEqual(t, good, int(runs*9/10), "near the best place")
	sorted := slices.Clone(spectrum[1:])
	slices.Sort(sorted)
	assert.LessOrEqual(t, sorted[len(sorted)-1], 3*sorted[len(sorted)/2])
}
