// SPDX-License-Identifier: Apache-2.0

// Package tune runs trials of a search on agents: an optimizer proposes points, agents measure them, and the best one is the decision.
//
// # Guarantees
//
// An agent has one trial at a time, and a trial one agent. A trial whose agent ends, or does not answer in time, is lost, and given once more to another one
// under the same number; if that is lost as well, the trial has failed. The optimizer is told of each trial once, in the order in which the session
// heard of them, and a session that is made again from its log proposes the same. What is no finite number is a failure, and no value. The session ends
// when the optimizer is done, the trials, the cost or the time are used up, or nothing has been better for a while; the reason is told.
//
// # Usage
//
//	m, err := tune.New(tune.Spec{Session: "s1", Question: "latency in ms", Electorate: all, Search: search})
//
// [Optimizer] is what a search is; package cognitive/optimize has many. [Candidates] and [Tournament] are those of this package: every
// candidate once, and rounds in which the better one of two goes on with twice the resource.
//
// # Duties of the user
//
// A [Search] gives the same optimizer for the same seed, and that proposes the same after the same answers. Lower values are better.
//
// # Failure modes
//
// [SpecError] for what cannot be, all mistakes joined. A session in which nothing was measured has no decision.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state, the optimizer included, belongs to its run; see package machine.
package tune
