// SPDX-License-Identifier: Apache-2.0

// Package supervision starts, watches, restarts and stops processes as Erlang/OTP's supervisor does.
//
// Guarantees:
//   - Children start one after another in the order of the [Spec]; a start begins when the Init before it has returned. They stop one
//     after another in reverse order, each dead before the next is asked. Only [SimpleOneForOne] stops all at once, under one deadline, and
//     a Dynamic supervisor all at once, each child in its own time (see package supervision/dynamic).
//   - What is restarted, with which siblings, how often, and what every management call answers, is decided by package
//     supervision/plan alone. Its traces equal those of Erlang/OTP 25 byte for byte (see testkit/conform).
//   - While a supervisor starts or stops a child it takes nothing from its mailbox; a restart that failed is tried again behind what
//     waits there. Calls are served one at a time.
//   - With a [Backoff] the restarts of a child wait, each longer than the one before. The child is restarting meanwhile: its group is stopped,
//     every other child and every call goes on, TerminateChild ends the wait. Without one, which is the default, nothing differs from OTP.
//     So it is with [Limit], a bound of a child's own that leaves it down in place of ending the supervisor, and with [Schedule], planned
//     restarts.
//   - A child that does not stop within its shutdown time is killed: fenced and replaced, never waited for.
//   - When a supervisor ends its children have ended. When it is killed, or the start of a child ends the goroutine with runtime.Goexit,
//     they are told through their links.
//
// Usage:
//
//	sup, err := supervision.Start(sys, "app", supervision.Spec{
//		Strategy: supervision.RestForOne,
//		Children: []supervision.Child{
//			supervision.Worker("db", newDB),
//			supervision.Worker("web", newWeb),
//		},
//	})
//
// Duties of the user: a [StartFunc] starts its process with actors.SpawnLink on the spawner that it is given, and does nothing that
// lasts. Returning neither a process nor an error is a failed start ([ErrNoProcess]). A child's Init must not call its own supervisor,
// which waits for that Init; such a call ends with the system's call time-out.
//
// Failure modes: an invalid spec is refused with [Faults], all of them at once; a child that fails to start makes Start fail with an
// *actors.StartError whose reason is Shutdown(*[StartFailed]); management calls return the sentinel errors below with the operation and
// the child (branch with errors.Is), [*AlreadyStartedError] and [*StartError]; a call to a supervisor that ends is an *actors.CallError.
//
// OTP counterpart: the module supervisor. Deviations: the restart window is exact and inclusive, where OTP compares whole seconds; a
// killed child is fenced (see package actors); the two defects of OTP's simple_one_for_one that FORMAT.md of testkit/conform names are
// not copied.
//
// State: a supervisor process owns its plan. Tests: inside testing/synctest; a shutdown time then costs nothing.
package supervision
