// SPDX-License-Identifier: Apache-2.0

// Package varlog lets cognitive variables write to the journal of a node: package cognitive declares what it needs, package events has it, and neither
// imports the other.
//
// # Guarantees
//
// Those of cognitive.Journal: an append is as durable as the journal's store, and cognitive.ErrVersion if the
// stream has another version.
//
// # Usage
//
//	space, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "tuning", Journal: varlog.New(journal)})
//
// # Duties of the user
//
// A journal with a catalogue must take the types of the records, which begin with [Prefix].
//
// # Failure modes
//
// The errors of events.Journal, as they are.
//
// # OTP
//
// None: gen_server has no journal.
//
// # State and testing
//
// None of its own. It is tested with a store in memory.
package varlog
