// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// at is a lab whose spec is a constant.
func at(s adapt.Spec, start kind.Value, seed uint64, w World) *Lab {
	l, err := New(s, start, seed, w)
	if err != nil {
		panic(err) // the specs of this file are constants
	}
	return l
}

// byScore adapts numbers beside the present ones.
func byScore(k kind.Kind) adapt.Spec { return adapt.Spec{Kind: k, Objective: Score, Slice: true} }

// Flat counts the commits, after a thousand reports to warm up (five thousand without a slice), of twenty thousand reports of which nothing is better than anything else. Candidates run
// beside the present value, or (slice false) in its place.
func Flat(seed uint64, slice bool) (commits int) {
	s := byScore(Unit)
	s.Slice = slice
	l := at(s, kind.OfFloat(0.5), seed, Scoring(func(float64, int) float64 { return 3 }))
	l.Run(1000)
	if !slice {
		l.Run(4000)
	}
	before := len(l.Commits)
	l.Run(20_000)
	return len(l.Commits) - before
}

// Jump has the best place jump away by four steps of the learning rate, which costs three deviations of the noise. A share of the agents explores, and each report is thought about. Settled is
// how many reports later the value is, and stays, within four tenths of the jump, where 16 % of the cost are left; a million if it never is. Overshoot is the greatest cost beyond the best place, as a
// share of that of the jump.
func Jump(seed uint64, share float64) (settled int, overshoot float64) {
	const jump, never = 0.4, 1_000_000
	best := 0.2
	cost := func(x float64) float64 { return 3 * (x - best) * (x - best) / jump / jump }
	s := byScore(Unit)
	s.Exploration = 0.5
	l := at(s, kind.OfFloat(best), seed, Scoring(func(x float64, _ int) float64 { return -cost(x) }))
	l.Every, l.Share = 1, share
	l.Run(2000)
	best += jump
	from := l.T
	settled = never
	for l.T < from+3000 {
		l.Run(1)
		x := l.Value.Float()
		if math.Abs(x-best) > 0.4*jump {
			settled = never
		} else if settled == never {
			settled = l.T - from
		}
		if x > best {
			overshoot = max(overshoot, cost(x)/3)
		}
	}
	return settled, overshoot
}

// Converged counts changes of direction, and all changes, in five thousand reports after twenty thousand in which the best place was found; off is how far from it the value is at the end.
func Converged(seed uint64) (turns, commits int, off float64) {
	l := at(byScore(Unit), kind.OfFloat(0.15), seed, Scoring(func(x float64, _ int) float64 { return -40 * (x - 0.7) * (x - 0.7) }))
	l.Run(20_000)
	before := len(l.Commits)
	l.Run(5000)
	turns, commits = l.Turns(0.15, before)
	return turns, commits, math.Abs(l.Value.Float() - 0.7)
}

// Regression tells whether a change was taken back within two hundred reports that made things worse by so many deviations, though its trial had taken it for better.
func Regression(seed uint64, worse float64) (reverted bool) {
	promoted := -1
	var l *Lab
	l = at(byScore(Unit), kind.OfFloat(0.5), seed, Scoring(func(x float64, t int) float64 {
		if len(l.Commits) > 0 && promoted < 0 {
			promoted = t
		}
		switch {
		case promoted >= 0:
			return -worse
		case x != 0.5:
			return 2
		}
		return 0
	}))
	for promoted < 0 && l.T < 20_000 {
		l.Run(1)
	}
	l.Run(200)
	return l.Reverts() > 0
}

// Spectrum is the sum of the periodograms of what was reported.
type Spectrum [16]float64

// Peak is the greatest part over the median one.
func (s Spectrum) Peak() float64 {
	most, below := 0.0, 0
	median := 0.0
	for _, x := range s {
		most = max(most, x)
		below = 0
		for _, y := range s {
			if y < x {
				below++
			}
		}
		if below == len(s)/2 {
			median = x
		}
	}
	return most / median
}

// Coupled adapts a group of two numbers that depend on each other, and adds the spectrum of what is then reported to sum. Off is how far the numbers are from the best place.
func Coupled(seed uint64, sum *Spectrum) (off float64) {
	const block, bins, segments = 50, 2 * len(sum), 6
	s := byScore(Pair)
	s.Exploration = 0.2
	l := at(s, OfPair(0.2, 0.4), seed, Valley)
	l.Run(40_000)
	off = math.Hypot(l.Value.Field("x").Float()-0.7, l.Value.Field("y").Float()-0.7)
	total := 0.0
	l.World = func(v kind.Value, t int, rng *rand.Rand) []adapt.Metric {
		m := Valley(v, t, rng)
		total += m[0].Value
		return m
	}
	for range segments {
		var series [bins]float64
		mean := 0.0
		for i := range series {
			total = 0
			l.Run(block)
			series[i] = total / block
			mean += series[i] / float64(bins)
		}
		for k := range sum {
			re, im := 0.0, 0.0
			for i, x := range series {
				angle := 2 * math.Pi * float64((k+1)*i) / float64(bins)
				re += (x - mean) * math.Cos(angle)
				im += (x - mean) * math.Sin(angle)
			}
			sum[k] += re*re + im*im
		}
	}
	return off
}

// Floor minimises cost under a floor of quality. Broken is how many of the steps were of a value whose quality is below the floor, Kept whether one of these was made that of all; cost is that
// of the last value, which begins at 9 and could be 6.
func Floor(seed uint64) (broken, steps int, kept bool, cost float64) {
	l := at(adapt.Spec{Kind: Unit, Strategy: adapt.CostOptimization, Goals: adapt.Goals{Floor: 0.8}, Slice: true}, kind.OfFloat(0.9), seed, Tradeoff)
	l.Use = func(v kind.Value) {
		steps++
		if v.Float() < 0.6-1e-9 { // where quality is 0.8
			broken++
		}
	}
	l.Run(60_000)
	for _, c := range l.Commits {
		kept = kept || c.To.Float() < 0.6-1e-9
	}
	return broken, steps, kept, 10 * l.Value.Float()
}

// Loads balances five servers with unequal capacities, which change at half-time, and returns the imbalance at the beginning and at the end of either half; commits are those
// of the twenty thousand reports after that.
func Loads(seed uint64) (begin, first, second float64, commits int) {
	s := &Servers{[]float64{1, 2, 4, 1, 3}}
	l := at(adapt.Spec{Kind: s.Kind(), Strategy: adapt.LoadBalancing, Goals: adapt.Goals{Loads: s.Metrics()}}, s.Equal(), seed, s.World)
	begin = Imbalance(s.Loads(l.Value))
	l.Run(10_000)
	first = Imbalance(s.Loads(l.Value))
	s.Capacity = []float64{4, 1, 2, 2, 2}
	l.Run(10_000)
	second = Imbalance(s.Loads(l.Value))
	before := len(l.Commits)
	l.Run(20_000)
	return begin, first, second, len(l.Commits) - before
}
