// SPDX-License-Identifier: Apache-2.0

// Package detect tells changes from noise: in a stream of values, and between two streams that run side by side.
//
// # Guarantees
//
// Each detector takes one value at a time and remembers little: [PageHinkley] and [CUSUM] a few numbers, [GLR] buckets that grow with age, about
// six for each doubling of what was seen. A GLR is never wrong with more than the probability of its spec, for values from 0 to 1 that are
// independent. [SPRT] may be looked at after every value, as often as one likes: the probability that it ever speaks of a difference where there is
// none is its Alpha. [Welch] compares two samples once. Values that are no numbers are ignored.
//
// # Usage
//
//	d, err := detect.NewCUSUM(detect.CUSUMSpec{Mean: 120, Deviation: 15})
//	if d.Update(latency) { // changed
//
// # Duties of the user
//
// Give the mean and the deviation of the quiet stream to a CUSUM, or let it learn them. Values of a Page-Hinkley test should have a known scale.
// For streams that are not independent thresholds must be higher.
//
// # Failure modes
//
// [SpecError] for settings that cannot be, all mistakes joined. Bytes that are no state are refused and change nothing.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A detector has its state and one owner.
package detect
