// SPDX-License-Identifier: Apache-2.0

// Package selector chooses the protocol of a coordination session.
//
// # Guarantees
//
// [Selector.Select] is a total function: for every profile it gives exactly one selection or a typed error, the same each time, without
// allocating on its way to a selection. The type of a session picks the protocol that does the work; high fault tolerance asks in addition for a
// decision that is safe among liars, and is never lowered silently. The table of rows is data: [Rows] prints it, and [Selector.Explain] tells which row a profile matched and why.
//
// [Selector.Adapt] chooses by measured history instead, among candidates that are as safe as the static choice. It is a function of the history and
// a seed, so that replaying gives the same choice.
//
// # Usage
//
//	chosen, err := selector.Selector{}.Select(selector.Profile{N: 7})
//
// # Duties of the user
//
// Check the participants and the rule before; the profile has only their number.
//
// # Failure modes
//
// [ProfileError] for values that nobody knows, all joined; [ParticipantsError], [FaultToleranceError], [LimitsError], [UnknownProtocolError].
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// There is none; a [History] is a value of its owner.
package selector
