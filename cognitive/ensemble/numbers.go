// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"math"
	"slices"
)

// Mean returns the mean of finite numbers; there must be one.
func Mean(xs []float64) (float64, error) {
	if err := checkNumbers(xs); err != nil {
		return 0, err
	}
	mean := 0.0
	for i, x := range xs { // step by step, so that nothing overflows
		mean += x/float64(i+1) - mean/float64(i+1)
	}
	return mean, nil
}

// Median returns the middle number, or the mean of the two in the middle. Less than half of the members, whatever they say, cannot bring it out of
// the range of the others.
func Median(xs []float64) (float64, error) {
	if err := checkNumbers(xs); err != nil {
		return 0, err
	}
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	return s[(n-1)/2]/2 + s[n/2]/2, nil
}

// TrimmedMean returns the mean without a share of the smallest and of the largest numbers, each rounded down; the share is below a half.
func TrimmedMean(xs []float64, share float64) (float64, error) {
	if !(share >= 0 && share < 0.5) {
		return 0, &SpecError{"share", fmt.Sprintf("%v is not from 0 to below a half", share)}
	}
	if err := checkNumbers(xs); err != nil {
		return 0, err
	}
	s := slices.Sorted(slices.Values(xs))
	cut := int(share * float64(len(s)))
	return Mean(s[cut : len(s)-cut])
}

// InverseVariance returns the mean weighted by one over the variances, and its variance: the best of independent unbiased numbers.
func InverseVariance(xs, variances []float64) (mean, variance float64, err error) {
	if err := checkNumbers(xs); err != nil {
		return 0, 0, err
	}
	if len(variances) != len(xs) {
		return 0, 0, &SpecError{"variances", fmt.Sprintf("%d for %d numbers", len(variances), len(xs))}
	}
	least := math.Inf(1)
	for i, v := range variances {
		if !(v > 0) || math.IsInf(v, 0) {
			return 0, 0, &SpecError{"variances", fmt.Sprintf("that of number %d is %v", i, v)}
		}
		least = min(least, v)
	}
	total := 0.0
	for i, x := range xs {
		w := least / variances[i]
		total += w
		mean += (x - mean) * (w / total)
	}
	return mean, least / total, nil
}

func checkNumbers(xs []float64) error {
	if len(xs) == 0 {
		return &SpecError{"numbers", "there are none"}
	}
	for i, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return &SpecError{"numbers", fmt.Sprintf("number %d is %v", i, x)}
		}
	}
	return nil
}
