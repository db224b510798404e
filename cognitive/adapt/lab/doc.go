// SPDX-License-Identifier: Apache-2.0

// Package lab is a world in which a machine of package adapt can be tried: agents that report what a value gives them.
//
// # Guarantees
//
// The same spec, seed and world give the same run. A lab carries every effect out at once, and refuses none.
//
// # Usage
//
//	l, err := lab.New(spec, kind.OfFloat(0.1), seed, lab.Scoring(func(x float64, t int) float64 { return -x * x }))
//	l.Run(10_000)
//	fmt.Println(l.Value, len(l.Commits))
//
// The laws of stability are measured by [Flat], [Jump], [Converged], [Regression], [Coupled], [Floor] and [Loads]: one run of one seed each.
//
// # Duties of the user
//
// Judge by many seeds. A world must be a function of the value, the number of the report and the generator alone, or of the lab itself.
//
// # Failure modes
//
// [New] returns the mistakes of a Spec. The measurements panic for none: their specs are constants.
//
// # State and testing
//
// A [Lab] is one run. OTP has no counterpart.
package lab
