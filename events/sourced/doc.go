// SPDX-License-Identifier: Apache-2.0

// Package sourced runs a pure machine as a process whose state is what its events say: each command is decided, its events are stored, then applied, then the caller
// is answered.
//
// # Guarantees
//
// Order: commands are dealt with one at a time, in the order in which they arrive. Delivery: an answered command is as durable as its journal is. A command has an id; repeated with the
// same id it is not done again but gets the same answer, also after a crash, if it stored events. A refused command, or one whose events the store refuses, leaves the state as it was. Blocking: the process
// never blocks on the journal; commands wait meanwhile, up to a bound. After a crash the next incarnation reads a snapshot and the events behind it, while commands wait.
//
// When the journal dies before it has answered, the same events are sent again with the same ids until it answers, so that none is stored twice. When somebody else has written
// to the stream, the process is fenced: it ends in order with [ErrFenced] and never writes again.
//
// # Usage
//
//	account, err := sourced.New(machine{}, sourced.Options[state, command, event]{Journal: journal, Stream: "accounts/7", Codec: codec, SnapshotEvery: 100})
//	child := supervision.Worker(account.Name(), account.Behavior, account.ProcessOptions()...)
//	done, err := account.Do(ctx, id, deposit{5})
//
// What must be sent to others at least once goes through an outbox: a durable consumer of the stream, made by [Entity.Outbox], whose bookmark is the mark of what was sent and
// for which the event's id is the key.
//
// # Duties of the user
//
// Decide and Apply are pure: no clock, no randomness, no sharing of memory with the state they were given. Choose a command's id before the first attempt. One
// entity writes to a stream. Give it [supervision.Transient] where another node may take the stream over, else it is restarted after being fenced.
//
// # Failure modes
//
// [ErrBusy] when too many commands wait. [*QuarantinedError] when events cannot be read, decoded or applied: the process lives on and refuses commands, and is never restarted in a
// circle. The store's own errors for one command. Whatever Decide returns, as it is.
//
// # OTP
//
// There is no counterpart in OTP. It is a gen_server whose state is a log.
//
// # State
//
// The process owns the state; the journal owns the events. Snapshots are a cache.
//
// # Testing
//
// Test the machine without processes, as the functions that it is. [Entity.Verify] compares a snapshot with a replay.
package sourced
