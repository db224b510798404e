// SPDX-License-Identifier: Apache-2.0

// Package partition supervises a number of equal processes and routes to them by key, as Elixir's PartitionSupervisor does: where one process
// would be the bottleneck, each takes a part of the keys.
//
// Guarantees:
//   - There are [Spec].Partitions children, numbered from 0, all made by one function that is told the number. They start in their order and
//     stop in the reverse one, and are restarted as Strategy and their spec say.
//   - One key leads to one partition for as long as their number stays: an integer to its amount modulo the number, a text or bytes to a
//     hash modulo the number, a process to its incarnation modulo the number. The same in every run and on every machine.
//   - A [Ref] finds the partition anew at each send, without asking a process and without a lock: it survives restarts and a Resize. Nothing
//     panics where there is no partition: a Tell becomes a dead letter, a Call gives actors.ErrNoProc.
//   - [Supervisor.Resize] changes the number, within the first one, while all go on. Partitions that are left out get no new message before
//     they are stopped; those that come in get none before all of them are up.
//
// Usage:
//
//	pool, err := partition.Start(sys, "pool", partition.Spec{Partitions: 4, Child: partition.Worker(newCache)})
//	cache := partition.Ref[get](pool, partition.Text("user-17")) // newCache(2) made it
//	v, err := actors.Call(ctx, cache, ...)
//
// A process that does not hold the handle uses [Named]. In a tree, [Child] describes such a supervisor as the child of another. Children may
// be supervisors; dynamic ones (supervision/dynamic) then spread the starts of many children over several supervisors.
//
// What blocks: Start until all partitions are up, Resize until all that come in are up and all that go are down.
//
// Duties of the user: messages for one key keep their order only while the number of partitions stays; the state of a partition is its own,
// and nobody moves it at a Resize. The default number is that of the processors, so a simulation that is to be the same on every machine
// gives the number.
//
// Failure modes: [ErrNoName], [ErrNoChild], [*CountError] from Start, joined, before anything starts; *actors.StartError when a
// partition fails to start, of which then none is left; [ErrNotPartitioned] and actors.ErrWrongType where another process is asked;
// actors.ErrNoProc, with the name, where there is none.
//
// OTP counterpart: the module PartitionSupervisor of Elixir. Deviations: the hash of keys that are no integers is FNV-1a and not that of
// the Erlang term; a partition that Resize has left out is no longer listed; a Resize is not exclusive, and of several at once the last
// one to be asked holds; no automatic shutdown can be asked for, where Elixir refuses it.
//
// State: the number of partitions and who runs under which one belong to the supervisor's process, which publishes them. Tests: inside
// testing/synctest, as for any supervisor.
package partition
