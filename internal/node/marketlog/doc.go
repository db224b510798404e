// SPDX-License-Identifier: Apache-2.0

// Package marketlog lets markets write to the journal of a node: package market declares what it needs, package events has it, and neither imports
// the other.
//
// # Guarantees
//
// Those of market.Journal and market.Snapshots: an append is whole, as durable as the journal's store, and market.ErrVersion if the stream has
// another version; what was appended before an append that was answered is settled.
//
// # Usage
//
//	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: marketlog.New(journal), Snapshots: marketlog.New(journal)})
//
// # Duties of the user
//
// A journal with a catalogue must take the types of markets: events that it refuses are an error to the market.
//
// # Failure modes
//
// The errors of events.Journal, as they are.
//
// # State and testing
//
// None of its own. It is tested with a store in memory.
package marketlog
