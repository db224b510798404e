// SPDX-License-Identifier: Apache-2.0

// Package performance keeps how well one agent works: response times, success rate and throughput of the last minutes, and all that it
// ever did.
//
// # Guarantees
//
//   - An attempt counts in every window from the moment it is recorded, and in the totals for ever.
//   - Percentiles are those of package telemetry/sketch: within 0.8 %, exact for few attempts.
//   - The figures do not depend on the order in which attempts of one moment are recorded. A clock that steps back moves nothing into the
//     past.
//   - Memory is bounded; a History without attempts holds next to nothing.
//   - The package is pure: the time is an argument.
//
// # Usage
//
//	var h performance.History
//	h.Record(now, 12*time.Millisecond, true)
//	f := h.Figures(now, window.Minute)
//	fmt.Println(f.P99, f.SuccessRate())
//
// # Duties of the user
//
// One goroutine at a time uses a History, which is not copied once it holds something. Attempts that never began are not recorded: they say
// nothing about the agent.
//
// # Failure modes
//
// None: a negative time counts as none at all.
//
// # State and testing
//
// The user owns the History. The tests compare with a naive list of all attempts.
package performance
