// SPDX-License-Identifier: Apache-2.0

// Package plan holds the decisions of a supervisor as a state machine without clock, goroutine or mailbox.
//
// # Guarantees
//
//   - A [State] takes one [Event] at a time with [State.Step] and answers with an ordered batch of [Action] values. The same events give the same actions.
//   - A batch holds at most one effect ([Start], [Stop] or [StopAll]), and holds it last. The next Step must bring the result of that effect; [State.Busy] tells
//     that one is awaited. A batch without an effect means that the event is handled completely.
//   - Nothing blocks and nothing panics because of a child; a result that was not asked for is a mistake of the executor and panics.
//   - Children start one after another in their order and stop one after another in the reverse order. Only a [SimpleOneForOne] or Dynamic supervisor
//     stops all at once.
//   - A restart that fails is never repeated inside Step: [PostRetry] asks for a [RetryDue] notice behind everything that waits in the mailbox.
//   - A restart that has to wait, as its [Backoff] says, asks for a [WaitOver] notice with [Wait]. The child is restarting until then, and its group is stopped.
//   - An exit, a restart and every management call on one child cost constant time, whatever the number of children (group restarts cost their group).
//
// # Usage
//
// The executor owns a mailbox. It takes one entry, calls Step, performs the actions, and takes nothing else from the mailbox until the state is no longer busy:
//
//	for ev := range mailbox {
//		for actions := s.Step(ev); ; actions = s.Step(result) {
//			result = perform(actions) // effect result, or nothing
//			if !s.Busy() {
//				break
//			}
//		}
//	}
//
// The life of a state is [Begin], which ends in [Ready] or [Exit]; then any number of notices and calls; then [Exit], after which no event is accepted.
//
// # Duties of the executor
//
// References of processes ([Ref]) are comparable, never nil and never reused. The time in [ChildExited], [RetryDue] and [Started] is monotonic, the
// chance in the first two random. A [Stop] is answered when the
// child is dead, not when it promises to die. Actions live until the next Step.
//
// # Failure modes
//
// An invalid [Spec] is refused by [New] and by the [Replace] call with [Faults], all of them at once, in the order in which OTP would meet them. A supervisor whose
// child fails to start in Begin exits with a [StartFailed] payload. Refused calls carry one of the sentinel errors or [AlreadyStartedError], [StartError].
//
// # OTP counterpart and deviations
//
// The counterpart is the module supervisor of Erlang/OTP 25. Deviations: the restart window is exact and inclusive where OTP compares whole seconds; a
// SimpleOneForOne child whose restart says ignore is removed where OTP 25 keeps a broken entry; stopping a restarting SimpleOneForOne child leaves the counts right;
// [Replace] refuses to turn a SimpleOneForOne supervisor into another kind or the other way round. [Backoff] is an addition and does nothing where it is not set.
//
// # Ownership and testing
//
// A State belongs to whoever calls Step and is not safe for concurrent use. Code that executes plans is tested by the scripts of testkit/conform.
package plan
