// SPDX-License-Identifier: Apache-2.0

// Package protocols lets agents coordinate: spaces of locks, semaphores, barriers, latches, elections and counters, run by supervised processes
// whose decisions are pure; and sessions of an [Engine], in which agents come to one outcome.
//
// # Guarantees
//
// A [Space] does what is asked one step at a time, keeps each step before anybody hears of it, and does nothing twice: a caller whose request was under way
// when the process crashed asks the next incarnation under the same id, stands where it stood in the queue, and is told what became of it. The state is in
// a table that a second process inherits, or in a [SpaceJournal].
//
// Processes own what they claim: the end of one frees it at once, whatever ends it. Every grant and every term carries a token that is greater than all
// before, also across crashes: a [Fence] refuses what comes with an older one. A grant can end without its holder knowing, if it paused; nothing but the
// token helps then. What a caller gives up, because its context ended, is taken back for sure, a little later.
//
// A request that could never be granted, because all who could help wait themselves, is refused with a [*lock.DeadlockError] that shows the cycle: across locks,
// read-write locks, semaphores, phasers and full double barriers of a space. What somebody unknown can end is never taken for a deadlock: the wait for
// a latch, a cyclic barrier, an office, or more permits than there are.
//
// A session has one outcome, and no waiter is told it before it is as durable as was asked. Its process is made again from its log; nobody who has answered is
// asked twice, and what was answered late, twice or by a stranger changes nothing. Where some may lie (selector.High) a group of package byzantine counts
// the ballots, or ratifies what another protocol came to: Result.Certificate proves the outcome, and Result.Liars names who was convicted.
//
// # Usage
//
//	space, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space"})
//	grant, err := space.Lock("ledger").Acquire(ctx, protocols.Claim{TTL: 10 * time.Second})
//	err = fence.Do(grant.Token(), write)
//	err = grant.Release(ctx)
//
// In a process, pass its Context: then it owns what is granted. Other code names itself by [AsOwner].
//
// A [Coordinator] is one way to both: what an [Order] describes is created, waited for, cancelled, looked at and counted alike, and each operation is an event
// that names the agent. An engine with [EngineOptions].Adaptive chooses protocols by what it has measured, among those that are as safe.
//
// # Duties of the user
//
// The space's child starts before those who use it. What is guarded checks tokens. A process that calls a space waits meanwhile and takes no messages;
// what must not wait uses a goroutine of the process ([actors.Context.Go]), or [Election.Stand] and [Observe]. Across spaces, deadlocks are not seen, and end
// by [SpaceOptions].MaxWait.
//
// # Failure modes
//
// The errors of the packages below, with the operation and the name; [*KindError] for a name that is something else; [ErrSpaceDown] when the process of the
// space is away longer than a request may wait; the cause of the context. A space whose table is lost with its supervisor begins empty, with greater
// tokens; one whose journal belongs to an earlier program begins with what nobody owned.
//
// # OTP
//
// The counterpart of locks is the module global. The rest has none.
//
// # State
//
// An engine's sessions belong to its handle, and outlive its processes; a program that starts makes them again from the journal, or from a snapshot and what came
// behind it, if the journal is a [Snapshots] too.
//
// A space's process owns its state; the holder beside it owns the log while there is no process. What callers gave up, who observes, and the names of
// owners are with the handle.
//
// # Testing
//
// Test decisions in the pure packages below. Spaces run in testing/synctest bubbles and in testkit/sim.
package protocols
