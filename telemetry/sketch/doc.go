// SPDX-License-Identifier: Apache-2.0

// Package sketch summarizes many numbers in little memory, so that quantiles can be asked for.
//
// # Guarantees
//
//   - A quantile is within [RelativeError] (0.8 %) of the value that has the nearest rank among all values added. Of up to
//     [Exact] values it is that value itself.
//   - Count, minimum and maximum are exact, and so is the sum up to the rounding of one float64.
//   - Sketches merge: what a merged sketch answers depends on the values alone, not on their order nor on how they were spread
//     over the sketches.
//   - Memory is bounded: at most [MaxBins] bins for each sign, made as the values need them.
//   - The package is pure: no clock, no goroutine, no lock.
//
// # Usage
//
//	var s sketch.Sketch
//	s.Add(0.012)
//	p99, ok := s.Quantile(0.99)
//
// # Duties of the user
//
// One goroutine at a time may use a Sketch. A Sketch must not be copied once values are in it.
//
// # Failure modes
//
// NaN and the infinities are refused ([Sketch.Add] reports false). Values of one sign whose magnitudes span more than a factor of
// 2^32 are counted, the smallest of them in one bin: quantiles that fall there are too large by what was cut off, all others are
// as exact as ever.
//
// # State and testing
//
// The user owns the Sketch. Compare with a sorted slice: see the tests.
package sketch
