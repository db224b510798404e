// SPDX-License-Identifier: Apache-2.0

// Package table keeps state that many processes read and one writes: tables in memory, as Erlang's ets has them.
//
// Guarantees:
//   - Anybody reads a protected or public table without its owner: without a message, without a lock, and without waiting for writers. A
//     look-up sees a value as some write made it, never a mixture.
//   - Only the owner writes to a protected or private table, in its present incarnation. What a process that has been killed still writes
//     changes nothing and is told [actors.ErrFenced]; what a past owner writes, [ErrNotOwner]. The check is part of the write: none slips
//     through between it and the kill, or the transfer.
//   - A table ends with its owner, or passes to its heir if that one lives, before anybody hears of the owner's death. Readers notice nothing of
//     a transfer. The name of a table that is gone is free; its readers get [ErrNoTable].
//   - Operations on one key are atomic: Put, PutNew, Update, UpdateCounter, CompareAndSwap, Take, Delete, DeletePair, and those of several
//     processes on a public table have one order for each key. PutMany and DeleteWhere are atomic on an ordered table; on a set and a bag they
//     are one key after the other.
//   - A loop over a table sees each pair that stays as it is exactly once, no key twice, and may write to the table. A loop over an ordered
//     table, and every snapshot, is of one moment.
//   - No function of the user's runs under a lock: neither the order of keys, nor what decides about an update or a match.
//
// Usage:
//
//	prices, err := table.NewSet[string, int](ctx, "prices", table.Options{}) // in the owner
//	err = prices.Put("apple", 3)
//
//	prices, err := table.OpenSet[string, int](ctx, "prices") // anywhere
//	price, found, err := prices.Lookup("apple")
//
// There are three kinds: [Set] (one value for a key), [Bag] (several distinct values for a key) and [Ordered] (one value, sorted keys: ranges,
// neighbours, snapshots that cost nothing). To let state outlive the process that works on it, a small process makes itself a [Receiver] and
// the table's heir, and gives the table to the worker's next incarnation.
//
// Duties of the user: keys and values are shared and not copied, so neither they nor what they refer to may change after the write; the slice
// that a bag's look-up returns is not to be changed. The order of an ordered table must be strict and stay the same. Functions that decide
// about an update or a match may run more than once. A table costs a few kilobytes, so it is nothing to have one of for each small thing.
//
// Failure modes: every refusal is an [*OpError] with the operation and the table's name around [ErrNoTable], [ErrNotOwner], [ErrPrivate],
// [ErrNotPublic], [ErrPublic], [ErrWrongType], [ErrFull], [ErrSelf], [ErrOtherSystem], [ErrBounds], [actors.ErrFenced] or [actors.ErrNoProc]; a
// name that is taken is a [*NameTakenError].
//
// OTP counterpart: ets. Deviations: values are shared, not copied. Kind and types belong to the Go type of a handle, and a handle is good for
// one ownership, so that a past owner cannot write by accident. A public table is written one key at a time. A batch of writes to a set or
// bag is not atomic. A snapshot of a set or bag is a copy, which the owner makes. There are match functions instead of match
// specifications. What a process writes after its end is refused in a public table as well. A table is still there in its
// owner's Terminate. In a simulated system, sets and bags are gone through in the order of insertion.
//
// State: a table belongs to one process; its contents are in one map or tree that is published through an atomic pointer. The right to write
// is guarded by one lock for each writing process, held for a few instructions.
//
// Tests: tables need processes and nothing else, and work inside testing/synctest and in a simulation.
package table
