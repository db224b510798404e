// SPDX-License-Identifier: Apache-2.0

// Package kind says what values a cognitive variable may have: ranges and grids of numbers, options, fields, teams.
//
// # Guarantees
//
// [Kind.Normal] either returns a value that is wholly inside its kind, in the one form in which it is stored, or an error and no value. Normal of
// what Normal returned is the same value. No NaN and no infinity is ever a value, and −0 is 0. Integers are exact over all of int64: no step and no
// range overflows. The joins of [Merge] are commutative, associative and idempotent, so that replicas that have heard the same writes are equal.
//
// The package is pure: no clock, goroutine, lock or randomness.
//
// # Usage
//
//	k := kind.Float{Min: 0, Max: 2, Step: 0.01}
//	if err := k.Validate(); err != nil { ... }
//	v, err := k.Normal(kind.OfFloat(0.7))
//
// # Duties of the user
//
// A description is validated before it is used. Slices in descriptions and values are not changed once they are handed over.
// A [Custom] rule of merging keeps the laws of a [Joiner]: [Lawful] tries them. No two writes have clock and node in common.
//
// # Failure modes
//
// [DefinitionError] for a description that allows nothing, all problems joined; [TypeError], [ErrNotFinite], [RangeError] and
// [UnknownChoiceError] for a value. A float that misses a grid point by no more than a billionth of a step is that point: decimal fractions have no
// exact binary form.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// Kinds and values are immutable values. Test code that uses them with the kinds themselves.
package kind
