// SPDX-License-Identifier: Apache-2.0

// Package problem has objectives with known minima, for tests and measurements of optimisers.
//
// Guarantees: a [Function] has no state and always gives the same value; a [Drift] takes all its random numbers from the generators of its caller.
//
// Usage:
//
//	f := problem.Sphere([]float64{1, 2})
//	regret := f.At(x) - f.Least
//
//	d := problem.Drift{Motion: "walk", Shape: "quad", Dim: 1}
//	regret := d.Regret(player, 4000, 500, rng)
//
// Duties of the user: points have as many coordinates as the function. Failure modes: an unknown motion is a panic, because it is a mistake in the program. OTP has
// no counterpart. State: none. Tests compare with the reference values of the functions.
package problem
