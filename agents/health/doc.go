// SPDX-License-Identifier: Apache-2.0

// Package health judges how an agent is, from numbers that somebody else has measured.
//
// # Guarantees
//
//   - [Judge] is a pure function of the policy, the last verdict, the sample and the time.
//   - The status is that of the worst cause, and all causes are kept. Before the first judgement it is Unknown, and never again after.
//   - What gets worse is believed at once. What gets better is believed when it stayed below 0.8 of the threshold in [Patience] judgements
//     in a row, so that an agent at a threshold does not flap. What a kind's own check or the process's death says is taken as it is.
//   - Silence is no fault of an agent that has nothing to do.
//   - A verdict is never changed after it was given: a later one is a new value.
//
// # Usage
//
//	v := health.Judge(health.Policy{}, health.Verdict{}, health.Sample{Queue: 1200}, now)
//	fmt.Println(v.Status, v.Causes)
//
// An incarnation is judged from the zero Verdict on: what was wrong with the one before says nothing about it.
//
// # Statuses
//
// Degraded does its work badly; Overloaded does it well and gets too much of it; Unhealthy should get none; Dead has no process.
//
// # Duties of the user
//
// Judgements come at even intervals, of a second by default; Patience counts judgements and not time.
//
// # Failure modes
//
// [Policy.Validate] lists every mistake; Judge takes any policy. A figure that is not a number is no evidence.
//
// # State and testing
//
// The package keeps none. The tests compare with a naive model.
package health
