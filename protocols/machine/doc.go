// SPDX-License-Identifier: Apache-2.0

// Package machine is the contract between a coordination protocol, which is a pure step function, and whatever runs it: a session's process, a
// simulation, or the replay of a journal.
//
// # Guarantees
//
// A machine reads no clock, no random source and no global: time is in the events, random bits come as the seed of [Opened]. The same events in
// the same order give the same effects, so a log of events is all that is needed to make a machine's state again; [Encode] and [Decode] keep one.
// What a machine does not know, or what comes at the wrong time, changes nothing and gives a [Note]; Step does not panic.
//
// Effects are carried out in the order of the list. Nothing behind a [Persist] happens before its record is stored as the session's durability asks:
// that is how "stored before sent" is said.
//
// # Usage
//
//	run := machine.Of(protocol, initial)
//	for _, effect := range run.Step(machine.Opened{At: now, Seed: seed}) { ... }
//
// # Duties of the user
//
// Who runs a machine gives it events one at a time with times that do not go back, and carries out every effect. Signatures are checked before
// a message becomes an event; what only a checked message may do is of type [Verified], which nobody but the checker makes.
//
// # Failure modes
//
// [ErrMalformed] for an encoded event that Encode has not written.
//
// # OTP
//
// The counterpart is a gen_statem whose actions are data: here they are returned and not carried out, so that a test can read them.
//
// # State and testing
//
// A [Run] owns a machine's state and belongs to one goroutine. Test machines with tables and scripts of events.
package machine
