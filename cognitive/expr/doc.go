// SPDX-License-Identifier: Apache-2.0

// Package expr computes values from expressions that come as text: those of composites and constraints in configuration. The language is CEL.
//
// # Guarantees
//
// An expression is checked once, against the declared forms of its inputs and of its result; whatever compiles has a result of that form or an error. No
// expression reads a clock, a file, a network or anything but its inputs, and none runs without end: each evaluation has a cost limit. The same inputs
// give the same result.
//
// The package is pure, and the only one that knows the library behind it.
//
// # Usage
//
//	e, err := expr.Compile("rate * 2.0 + 1.0", expr.Spec{Inputs: []expr.Input{{Name: "rate", Type: kind.Number}}, Result: kind.Number})
//	v, err := e.Eval(kind.OfFloat(0.5))
//
// # Duties of the user
//
// CEL does not mix forms: 2.0 is a float and 2 is an integer, and double(n) makes one of the other. Names of inputs are identifiers.
//
// # Failure modes
//
// [CompileError] with line and column of every mistake; [ErrCost] when an evaluation costs too much; [EvalError] when it fails, as a division by 0
// does; kind.ErrNotFinite for a float that is none.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// An [Expr] is immutable, and may be used by any number of goroutines.
package expr
