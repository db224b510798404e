// SPDX-License-Identifier: Apache-2.0

// Package coordlog lets coordination write to the journal of a node: package protocols declares what it needs, package events has it, and neither
// imports the other.
//
// # Guarantees
//
// Those of protocols.Journal and protocols.SpaceJournal: an append is whole, as durable as the journal's store, and protocols.ErrSpaceVersion if the
// stream has another version.
//
// # Usage
//
//	e, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Roster: roster, Journal: coordlog.New(journal)})
//
// # Duties of the user
//
// A journal with a catalogue must take the type of the records, [RecordType].
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
package coordlog
