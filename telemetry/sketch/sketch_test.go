// SPDX-License-Identifier: Apache-2.0

package sketch

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEmptySketchAnswersNothing(t *testing.T) {
	var s Sketch
	_, ok := s.Quantile(0.5)
	assert.False(t, ok)
	assert.Zero(t, s.Count())
	assert.Zero(t, s.Sum())
	assert.Zero(t, s.Mean())
}

func TestWhatIsNoNumberIsRefused(t *testing.T) {
	var s Sketch
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		assert.False(t, s.Add(v), v)
	}
	assert.Zero(t, s.Count())
	require.True(t, s.Add(1))
	_, ok := s.Quantile(math.NaN())
	assert.False(t, ok)
}

func TestFewValuesAreAnsweredByNearestRank(t *testing.T) {
	for _, c := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{[]float64{7}, 0, 7},
		{[]float64{7}, 0.5, 7},
		{[]float64{7}, 1, 7},
		{[]float64{2, 1}, 0.5, 1},
		{[]float64{2, 1}, 0.51, 2},
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{5, 4, 3, 2, 1}, 0.4, 2},
		{[]float64{5, 4, 3, 2, 1}, 0.99, 5},
		{[]float64{5, 4, 3, 2, 1}, -1, 1},
		{[]float64{5, 4, 3, 2, 1}, 2, 5},
		{[]float64{-1, 0, 1}, 0.5, 0},
	} {
		var s Sketch
		for _, v := range c.values {
			s.Add(v)
		}
		got, ok := s.Quantile(c.q)
		assert.True(t, ok)
		assert.Equal(t, c.want, got, "%v of %v", c.q, c.values)
	}
}

func TestBinsHoldTheirValuesWithinTheError(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		v := math.Exp(r.Float64()*1200 - 600)
		assert.LessOrEqual(t, math.Abs(middleOf(indexOf(v))-v)/v, RelativeError)
	}
	for _, v := range []float64{math.SmallestNonzeroFloat64 * 1024, math.MaxFloat64, 1, 0.5, math.Nextafter(1, 0)} {
		assert.InEpsilon(t, v, middleOf(indexOf(v)), RelativeError)
	}
}

func TestValuesFarBelowTheLargestCollapseAndDisturbNoOthers(t *testing.T) {
	var up, down Sketch
	values := []float64{1e-30, 1e-20}
	for i := range 100 {
		values = append(values, 1e6+float64(i))
	}
	for i := range values {
		up.Add(values[i])
		down.Add(values[len(values)-1-i])
	}
	for _, s := range []*Sketch{&up, &down} {
		assert.LessOrEqual(t, len(s.positive.counts), MaxBins)
		first, _ := s.Quantile(0)
		assert.Equal(t, 1e-30, first)
		half, _ := s.Quantile(0.5)
		assert.InEpsilon(t, 1e6+48, half, RelativeError)
	}
	assert.Equal(t, up.positive, down.positive)
}

func TestResetKeepsMemoryAndForgetsValues(t *testing.T) {
	var s Sketch
	fill := func() {
		for i := range 1000 {
			s.Add(float64(i))
		}
	}
	fill()
	assert.Zero(t, testing.AllocsPerRun(10, func() { s.Reset(); fill() }))
	assert.EqualValues(t, 1000, s.Count())
	s.Reset()
	assert.Zero(t, s.Count())
	s.Add(3)
	v, _ := s.Quantile(0.5)
	assert.Equal(t, 3.0, v)
}

func TestSumLosesNothingToRounding(t *testing.T) {
	var s Sketch
	s.Add(1e16)
	for range 1000 {
		s.Add(1)
	}
	s.Add(-1e16)
	assert.Equal(t, 1000.0, s.Sum())
}

func BenchmarkAdd(b *testing.B) {
	var s Sketch
	v := 1.0
	b.ReportAllocs()
	for b.Loop() {
		v *= 1.001
		if v > 1000 {
			v = 1
		}
		s.Add(v)
	}
}
