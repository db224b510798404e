// SPDX-License-Identifier: Apache-2.0

// Package alloc allocates tasks, agents and goods: exactly, or with a bound that says how far from the best it can be.
//
// # Guarantees
//
// [Assign] gives every task an agent at the least total cost, and [Reassign] does so where changing costs something. [Choose] buys the most value
// that a budget buys, by branch and bound over all options: it never stops at the first task that does not fit, its bound is true whenever it ends,
// and it says Optimal only where that is proven. [Front] has every total worth having. [Stable] matches two sides that have preferences, so that
// no two would rather leave for each other, and [Divide] shares goods so that nobody envies by more than one of them. All is computed in
// whole numbers; the same input gives the same output.
//
// # Usage
//
//	agents, total, err := alloc.Assign(cost)
//	best, err := alloc.Choose(tasks, budget, 0)
//
// # Duties of the user
//
// Costs and values are in the same unit throughout. Choose is exact for any problem, but a hard one takes its whole allowance of work: check
// Optimal.
//
// # Failure modes
//
// [ErrInfeasible] where no allocation exists, [InputError] with the place for what is malformed or too large to be summed exactly.
//
// # State and testing
//
// Functions only.
package alloc
