// SPDX-License-Identifier: Apache-2.0

// Package standard is the catalogue of the events that a node itself writes to its journal.
//
// # Guarantees
//
// [Catalog] knows every type that the queues, the consumers and the store write, with its present version, severity, fields and a sentence: a journal with it refuses
// events of types and versions that nobody has registered, and tools can select by severity. Work's types are sealed: their one writer encodes the registered structs.
//
// # Usage
//
//	catalog := standard.Catalog()
//	placed := events.MustRegister[OrderPlaced](catalog, events.Schema{Name: "order.placed", Required: []string{"item"}})
//	journal := events.NewJournal(store, events.JournalOptions{Catalog: catalog})
//
// # Duties of the user
//
// Register own types before the first use, under names that begin with something else than [Prefixes].
//
// # Failure modes
//
// None of its own; those of a catalogue are in package events.
//
// # OTP
//
// There is no counterpart.
//
// # State
//
// None: each call makes a new catalogue.
//
// # Testing
//
// The tests hold the list against the types that agents/work/plan encodes.
package standard
