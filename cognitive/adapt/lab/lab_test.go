// SPDX-License-Identifier: Apache-2.0

package lab_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/adapt/lab"
	"mabeam.dev/cognitive/kind"
)

func TestARunIsTheSameForTheSameSeed(t *testing.T) {
	run := func(seed uint64) []lab.Change {
		l, err := lab.New(adapt.Spec{Kind: lab.Pair, Objective: lab.Score, Slice: true}, lab.OfPair(0.2, 0.4), seed, lab.Valley)
		require.NoError(t, err)
		l.Run(5000)
		require.NotEmpty(t, l.Tried)
		require.Len(t, l.Why, len(l.Tried))
		return l.Commits
	}
	assert.Equal(t, run(1), run(1))
	assert.NotEqual(t, run(1), run(2))
}

func TestASpecThatCannotBeGivesNoLab(t *testing.T) {
	_, err := lab.New(adapt.Spec{Kind: lab.Unit}, kind.OfFloat(0), 1, nil)
	assert.Error(t, err)
}

func TestAPeakIsOverTheMedian(t *testing.T) {
	var s lab.Spectrum
	for i := range s {
		s[i] = float64(i + 1)
	}
	assert.Equal(t, 16.0/9, s.Peak())
}

func Example() {
	l, err := lab.New(adapt.Spec{Kind: lab.Unit, Objective: lab.Score, Slice: true}, kind.OfFloat(0.1), 1, lab.Scoring(func(x float64, _ int) float64 {
		return -40 * (x - 0.7) * (x - 0.7)
	}))
	if err != nil {
		panic(err)
	}
	l.Run(40_000)
	x := l.Value.Float()
	fmt.Println(x > 0.55 && x < 0.85, l.Reverts())
	// Output:
	// true 0
}
