// SPDX-License-Identifier: Apache-2.0

// Package statem makes a process of a state machine, with the semantics of OTP's gen_statem.
//
// Guarantees:
//   - One event is in hand at a time, and each has a turn of the process of its own: a stop, a kill and a look inside come between any two.
//     The order of events is OTP's, without exception: inserted events; then postponed ones that a change of the state has brought back, oldest
//     first; then what stood in line before; then timeouts of 0 in the order in which they were started; then the mailbox.
//   - A postponed event is handled again after each change of the state, never before. Messages that are postponed stay in the mailbox's stash:
//     they count against its bound, keep sender and reply address, and become dead letters when the process ends first.
//   - A change of the state cancels the [StateTimeout], any event cancels the [EventTimeout], and a timeout that was cancelled or started anew
//     is not delivered, even if its time had come.
//   - When a state is entered its Enter is called before any event. Spawn returns when Init is over; the first state is entered after that and
//     before the first message.
//   - A callback blocks its process alone. An error (by Stop), a panic and a mistake (see Failure modes) are crashes of the process.
//
// Usage:
//
//	door := &statem.Machine[state, data, message]{
//		Init:   func(t *turn) result { return t.Next(locked) },
//		States: map[state]statem.State[state, data, message]{
//			locked: {Handle: func(t *turn, ev event) result {
//				return t.Next(open).After(statem.StateTimeout, 10*time.Second, lock{})
//			}},
//			open: {Handle: …},
//		},
//	}
//	ref, err := actors.Spawn(sys, "door", door.Behavior)
//
// Messages are sent with Tell and Call as to any process. A callback may answer at once (reply.Send), with the transition (Result.Reply), or
// postpone the message and answer in another state.
//
// Duties of the user: data and states are the machine's alone; what a callback returns is a value of [Turn]'s methods, used once. A machine
// does not call Stash, Unstash or Continue of its Context. A chain of inserted events that never ends starves the mailbox.
//
// Failure modes: a start fails as that of any process. A mistake of a callback (no result, a state without callback, an action where it is not
// allowed) is a crash whose cause is a [*TransitionError] with the sentinel that says which; replies that were asked for before the mistake
// have been sent.
//
// OTP counterpart: gen_statem of Erlang/OTP 25, both callback modes, with state enter calls always on where there is an Enter. Deviations:
// call, cast and info are one kind of event, because a message carries its typed reply address; data is changed in place; Terminate also runs in
// processes that do not trap exits; one event is one turn, so a stop can come between two inserted events; names of timeouts are strings, and their
// content is a message, never nil; a timeout of 0 that is started again with a time becomes a timer, where OTP 25 delivers its end as a
// plain message; there is no hibernation, no format_status (Show is its like) and no code change while running (a new machine is a Become).
//
// State: the process owns state, data, timeouts and what is in line; nobody else reaches them. [View] is what Inspect shows.
//
// Tests: run machines inside testing/synctest, where timeouts pass in virtual time.
package statem
