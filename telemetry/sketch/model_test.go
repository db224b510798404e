// SPDX-License-Identifier: Apache-2.0

package sketch

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var quantiles = []float64{0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1}

// numbers are within 32 octaves of each other, of both signs, with zeros and repetitions.
func numbers() *rapid.Generator[[]float64] {
	one := rapid.OneOf(
		rapid.Float64Range(0.001, 1e6), rapid.Float64Range(-1e6, -0.001), rapid.Just(0.0), rapid.SampledFrom([]float64{1, 2, 4, 1024}),
	)
	return rapid.SliceOfN(one, 1, 300)
}

func TestQuantilesAreWithinTheErrorOfASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := numbers().Draw(t, "values")
		var s Sketch
		for _, v := range values {
			s.Add(v)
		}
		agree(t, &s, values)
	})
}

func TestMergedSketchesAgreeWithOneOfAllValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []float64
		var merged Sketch
		parts := make([]Sketch, rapid.IntRange(1, 5).Draw(t, "parts"))
		for i := range parts {
			for _, v := range rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 0, 100).Draw(t, "values") {
				all = append(all, v)
				parts[i].Add(v)
			}
		}
		var one Sketch
		for _, v := range all {
			one.Add(v)
		}
		for _, i := range rapid.Permutation(indexes(len(parts))).Draw(t, "order") {
			merged.Merge(&parts[i])
		}
		for _, q := range quantiles {
			a, aok := one.Quantile(q)
			b, bok := merged.Quantile(q)
			if a != b || aok != bok {
				t.Fatalf("quantile %v: %v of one sketch, %v of the merged", q, a, b)
			}
		}
		if one.Count() != merged.Count() || one.Min() != merged.Min() || one.Max() != merged.Max() {
			t.Fatalf("one %v, merged %v", one, merged)
		}
		if math.Abs(one.Sum()-merged.Sum()) > 1e-6 {
			t.Fatalf("sum %v of one, %v of the merged", one.Sum(), merged.Sum())
		}
	})
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func agree(t *rapid.T, s *Sketch, values []float64) {
	sorted := slices.Sorted(slices.Values(values))
	if s.Count() != uint64(len(sorted)) || s.Min() != sorted[0] || s.Max() != sorted[len(sorted)-1] {
		t.Fatalf("count %d, min %v, max %v of %v", s.Count(), s.Min(), s.Max(), sorted)
	}
	for _, q := range quantiles {
		rank := max(int(math.Ceil(q*float64(len(sorted)))), 1)
		want := sorted[rank-1]
		got, ok := s.Quantile(q)
		switch {
		case !ok:
			t.Fatalf("no quantile %v", q)
		case len(sorted) <= Exact && got != want, math.Abs(got-want) > RelativeError*math.Abs(want)*(1+1e-12):
			t.Fatalf("quantile %v: expected %v, got %v (%d values)", q, want, got, len(sorted))
		}
	}
}
