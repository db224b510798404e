// SPDX-License-Identifier: Apache-2.0

// Package optimize finds good points of a space by asking for trials and being told what came of them.
//
// # Guarantees
//
//   - Every point that is asked is in its space: inside its bounds, whole where it must be, with the first value where a dimension does not count.
//   - Answers may come in any order, late or never. NaN, infinite and enormous values are failures: they are kept, never the best, and do not stop a search.
//   - Each trial takes one answer; another is ErrAlreadyTold and changes nothing.
//   - The same options, seed and calls give the same trials. A state that was marshalled and restored goes on as the search itself would have, on the same
//     architecture.
//   - A proposal of a method that auto takes costs about the same after any number of trials.
//
// The package is pure: no clock, goroutine, lock or global random numbers. Lower values are better; negate what should be large.
//
// # Usage
//
//	space, err := optimize.NewSpace(
//		optimize.Dimension{Name: "rate", Min: 1e-4, Max: 1, Log: true},
//		optimize.Dimension{Name: "layers", Kind: optimize.Integer, Min: 1, Max: 8},
//	)
//	search, err := optimize.New(space, optimize.Options{Seed: 1, Limit: 100})
//	for !search.Done() {
//		trials, err := search.Ask(4)
//		...
//		err = search.Tell(trials[0].ID, optimize.Measurement{Value: loss})
//	}
//
// The method auto chooses: arms for a small space of options, tpe-multivariate where there are options or conditions, trust for up to 20 numbers and cma-es for
// more; asha where the options name resource levels; tracker where the best point drifts. The other methods are there to be compared with, and
// for who knows better.
//
// [Tracker] and [SPSA] follow a moving minimum without a growing memory, [PI] holds a set point, [Pruner] stops trials that will not be good.
//
// # Duties
//
// A Search belongs to one goroutine or process. Trials that will never be answered should be told as failed, or Done stays false. Do not change points.
//
// # Failure modes
//
// ErrInvalidSpace and ErrInvalidOptions name every mistake at once. ErrUnknownTrial and ErrAlreadyTold refuse an answer, ErrExhausted says that nothing is left to
// ask. ErrInvalidState refuses bytes that are no state of this search and leaves it as it was. [Space.Check] returns *PointError for values of others.
//
// OTP has no counterpart. State: each value is its own; the owner keeps it. Code that uses a search is tested with a seed and functions of package
// problem.
package optimize
