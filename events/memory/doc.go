// SPDX-License-Identifier: Apache-2.0

// Package memory is an event store without a disk, for tests and for processes that need no durability.
//
// # Guarantees
//
// Appends, reads, queries, snapshots and upkeep follow the laws of [events.Store] to the letter; the shared suite and a model test hold this. An
// acknowledged append is visible to every read that starts later. Nothing survives the end of the process, and nothing is ever written to a file.
// A read takes a view of the store when it starts: it neither blocks appends nor sees later ones.
//
// # Usage
//
//	store := memory.New(memory.Options{})
//	defer store.Close()
//
// # Duties of the user
//
// All events stay in memory until the store is dropped, so give it no stream that grows for ever.
//
// # Failure modes
//
// [events.ErrClosed] after Close, and the refusals of single appends that [events.Judge] decides. There is no other error.
//
// # State
//
// One mutex guards all state. It is never held during a callback, a send or a wait, so the store may be used inside a testing/synctest bubble.
//
// # Testing
//
// Hand the store to code that takes an [events.Store]. Options.Now sets the clock.
package memory
