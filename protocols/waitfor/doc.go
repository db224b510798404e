// SPDX-License-Identifier: Apache-2.0

// Package waitfor finds out who can never go on, because all who could help wait themselves: the wait-for graph of whatever can be waited for.
//
// # Guarantees
//
// Somebody is reported when, and only when, no order of events among the known lets it go on, if who waits gives nothing back, and who does not wait gives
// everything back some time. A [Wait] may need several at once ([Wait.All]), or enough of what several have ([Wait.Some]), so that a cycle alone is no
// deadlock: there is one only if nobody outside of it can help. The answer depends on the waits and their order alone.
//
// # Usage
//
//	waits := func(who string) []waitfor.Wait { ... } // what somebody waits for now
//	cycle := waitfor.Cycle("ann", waits)             // nil if ann goes on some time
//
// # Duties of the user
//
// Cycle looks from one on. When only what that one waits for and who waits for that one has changed since nobody was stuck, that is enough; otherwise
// [Any] looks from everybody on. Waits that somebody unknown can end, such as that for a latch, are left out.
//
// # Failure modes
//
// None. The work is bounded by the waits that can be reached.
//
// # OTP
//
// No counterpart: the module global finds no deadlocks.
//
// # State and testing
//
// There is no state. Code that uses it needs no double.
package waitfor
