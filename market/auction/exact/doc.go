// SPDX-License-Identifier: Apache-2.0

// Package exact answers the problems of combinatorial auctions with the exact winner determination.
//
// # Guarantees
//
// An answer is Proven only with a proof of the solver, and the same problem and options give the same answer everywhere. An answer
// that is not proven has no payments: these would charge too much.
//
// # Usage
//
//	solve := exact.Solver(wdp.Options{})
//	answer, err := solve(m.Problem())
//	_, err = m.Step(auction.Decide{At: now, Answer: &answer})
//
// # Duties of the user
//
// A process asks a task of its own, which ends the solve by Options.Stop, or by that of the problem; the auction goes on meanwhile.
//
// # Failure modes
//
// The errors of the problem, of packages cert and pay. Payments that were not found within the limits are also auction.ErrNotProven: the problem
// may be asked again with its Doubled raised.
//
// # State and testing
//
// None outlives a call.
package exact
