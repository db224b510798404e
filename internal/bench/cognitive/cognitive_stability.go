// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"

	"mabeam.dev/cognitive/adapt/lab"
	"mabeam.dev/internal/benchtab"
)

// stability measures the laws of adaptation in simulated worlds: what an adapter does that has nothing to gain, after a jump, when it has arrived, after a regression, and under a floor.
func (b *bench) stability() error {
	n := b.runs
	seeds := fmt.Sprintf(", seeds %d to %d", firstSeed, firstSeed+n-1)
	each := func(measure func(seed uint64) float64) []float64 {
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = measure(firstSeed + uint64(i))
		}
		return xs
	}
	// atMost and atLeast hold the end of the 95 % interval of a mean against a goal.
	ones := slices.Repeat([]float64{1}, n)
	atMost := func(measure string, xs []float64, unit string, limit float64) {
		_, high := paired(xs, ones)
		b.row(measure+seeds, mean(xs), unit, benchtab.Goal{})
		b.row(measure+seeds+", upper end of 95 %", high, unit, benchtab.ValueAtMost(limit))
	}

	for _, how := range []struct {
		name  string
		slice bool
	}{{"", true}, {", candidates run for all", false}} {
		atMost("commits in 1,000 reports where nothing is better"+how.name, each(func(seed uint64) float64 { return float64(lab.Flat(seed, how.slice)) / 20 }), "commits", 1)
	}

	for _, share := range []float64{0.1, 0.25, 0.5} {
		var settled []float64
		over := each(func(seed uint64) float64 {
			at, overshoot := lab.Jump(seed, share)
			settled = append(settled, float64(at))
			return 100 * overshoot
		})
		slices.Sort(settled)
		name := fmt.Sprintf("jump of three deviations, %v of the agents explore", share)
		goal := benchtab.Goal{}
		if share == 0.5 {
			goal = benchtab.ValueAtMost(300)
		}
		b.row(name+", settled, median"+seeds, settled[n/2], "reports", goal)
		b.row(name+", settled, ninth decile"+seeds, settled[n*9/10], "reports", benchtab.Goal{})
		b.row(name+", overshoot, greatest"+seeds, slices.Max(over), "% of the cost", benchtab.ValueAtMost(10))
	}

	turns, commits := 0, 0
	far := 0.0
	for seed := range uint64(n) {
		t, c, off := lab.Converged(firstSeed + seed)
		turns, commits, far = turns+t, commits+c, max(far, off)
	}
	b.row("commits that turn back in 5,000 reports when it has arrived"+seeds, 100*float64(turns)/float64(max(commits, 1)), "% of commits", benchtab.ValueAtMost(10))
	b.row("commits in these reports"+seeds, float64(commits)/float64(n), "commits", benchtab.Goal{})
	b.row("farthest from the best place then"+seeds, 100*far, "% of the range", benchtab.Goal{})

	var sum lab.Spectrum
	off := each(func(seed uint64) float64 { return lab.Coupled(seed, &sum) })
	b.row("two coupled variables, peak of the spectrum over its median"+seeds, sum.Peak(), "x", benchtab.ValueAtMost(3))
	b.row("two coupled variables, distance from the best place"+seeds, 100*mean(off), "% of the range", benchtab.Goal{})

	share := func(worse float64) []float64 {
		return each(func(seed uint64) float64 {
			if lab.Regression(seed, worse) {
				return 100
			}
			return 0
		})
	}
	taken := share(1)
	low, _ := paired(taken, ones)
	b.row("regressions of a deviation taken back within 200 reports"+seeds, mean(taken), "%", benchtab.Goal{})
	b.row("regressions of a deviation taken back within 200 reports"+seeds+", lower end of 95 %", low, "%", benchtab.ValueAtLeast(95))
	atMost("changes taken back that did no harm", share(0), "%", 1)

	var cost []float64
	atMost("steps below the floor of quality while cost falls", each(func(seed uint64) float64 {
		broken, steps, _, last := lab.Floor(seed)
		cost = append(cost, last)
		return 100 * float64(broken) / float64(steps)
	}), "%", 1)
	b.row("cost then, from 9, of 6 at best"+seeds, mean(cost), "units", benchtab.Goal{})

	var first []float64
	second := each(func(seed uint64) float64 {
		_, x, y, _ := lab.Loads(seed)
		first = append(first, x)
		return y
	})
	atMost("greatest load over the mean one, five servers", first, "x", 1.2)
	atMost("the same after their capacities changed", second, "x", 1.2)
	return nil
}
