// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand/v2"
	"slices"
)

const resamples = 2000

// paired is the 95 % interval of the ratio of two means, by resampling runs: run i of both has the same random numbers.
func paired(a, b []float64) (low, high float64) {
	rng := rand.New(rand.NewPCG(95, uint64(len(a))))
	ratios := make([]float64, resamples)
	for r := range ratios {
		x, y := 0.0, 0.0
		for range a {
			i := rng.IntN(len(a))
			x += a[i]
			y += b[i]
		}
		ratios[r] = x / y
	}
	slices.Sort(ratios)
	return ratios[resamples*25/1000], ratios[resamples*975/1000]
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}
