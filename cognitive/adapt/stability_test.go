// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/cognitive/adapt/lab"
)

// Holds: COG-19
func TestAdaptingDoesNoHarm(t *testing.T) {
	t.Run("nothing to gain is left alone", func(t *testing.T) {
		for seed := range seeds(16) {
			for _, slice := range []bool{true, false} {
				assert.LessOrEqual(t, lab.Flat(seed, slice), 20, "seed %d, slice %v: at most one commit in a thousand reports", seed, slice)
			}
		}
	})
	t.Run("a regression is taken back within 200 reports, and nothing else is", func(t *testing.T) {
		runs := seeds(200)
		fast, early := uint64(0), uint64(0)
		for seed := range runs {
			if lab.Regression(seed, 1) {
				fast++
			}
			if lab.Regression(seed, 0) {
				early++
			}
		}
		assert.GreaterOrEqual(t, fast, runs*95/100)
		assert.LessOrEqual(t, early, (runs+99)/100)
	})
}

func TestAJumpIsFollowedSoonAndNotOvershot(t *testing.T) {
	var settled []int
	for seed := range seeds(40) {
		at, overshoot := lab.Jump(seed, 0.5)
		settled = append(settled, at)
		assert.LessOrEqual(t, overshoot, 0.1, "seed %d", seed)
	}
	slices.Sort(settled)
	assert.LessOrEqual(t, settled[len(settled)*8/10], 300, "reports in eight runs of ten")
}

// A machine that has arrived does not go to and fro.
func TestWhatHasConvergedHardlyTurnsBack(t *testing.T) {
	turns, commits := 0, 0
	for seed := range seeds(24) {
		n, all, off := lab.Converged(seed)
		turns, commits = turns+n, commits+all
		assert.LessOrEqual(t, off, 0.15, "seed %d", seed)
	}
	assert.LessOrEqual(t, float64(turns), 0.1*float64(commits)+1, "%d turns of %d commits", turns, commits)
}

// Two numbers that depend on each other are found together, and do not swing round the best place: no period stands out of what is reported.
func TestCoupledNumbersComeToRestTogether(t *testing.T) {
	var sum lab.Spectrum
	runs := seeds(16)
	good := uint64(0)
	for seed := range runs {
		if lab.Coupled(seed, &sum) < 0.2 {
			good++
		}
	}
	assert.GreaterOrEqual(t, good, runs*9/10, "near the best place")
	assert.LessOrEqual(t, sum.Peak(), 3.0)
}
