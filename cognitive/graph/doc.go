// SPDX-License-Identifier: Apache-2.0

// Package graph orders what is computed from what: which composites have to be computed again when something has changed, and in which order.
//
// # Guarantees
//
// A graph never has a cycle: [Graph.Add] and [Graph.Replace] refuse one with its whole path and change nothing. A [Run] gives each node that is downstream of a
// change at most once, and only after every input of it that is downstream too: so a diamond computes its bottom once, from two new values. A node whose
// value has not changed asks for nobody behind it. The order is that of heights, and of addition within a height: the same on every machine.
//
// The package is pure: no clock, goroutine, lock or randomness. It does not compute anything; it says what to compute next.
//
// # Usage
//
//	g := graph.New()
//	_ = g.Add("a")
//	_ = g.Add("sum", "a", "b")
//	for run := g.Changed("a"); ; {
//		name, ok := run.Next()
//		if !ok {
//			break
//		}
//		run.Done(name, compute(name)) // whether its value is another one
//	}
//
// # Duties of the user
//
// A graph has one owner. Between Next and Done nothing else is asked of a run, and a graph does not change while a run of it is used.
//
// # Failure modes
//
// [CycleError] with the path; [UnknownError] for an input that is not there; [DependedError] for the removal of an input; [ErrDuplicate].
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// The owner has the state. Tests of users compare with plain recomputation of everything.
package graph
