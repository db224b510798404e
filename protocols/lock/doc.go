// SPDX-License-Identifier: Apache-2.0

// Package lock decides who holds what: locks, read-write locks and semaphores by name, with fencing tokens, leases, fair queues and a detector of
// deadlocks. It is a pure step machine: requests and time in, effects out.
//
// # Guarantees
//
// Grants of one name to write never overlap with any other grant of it. Every grant has a [Token] greater than that of every grant before, also
// across restarts of the store ([Space.Rebuilt]); claims that an owner makes again with [Request.Reentrant] share one. Who waits for a lock to
// write, or for permits, is served in the order of arrival, moved by classes: a class is worth a fixed time of waiting, so everybody is
// served in the end. Read-write locks are phase-fair: a writer that waits stops new readers, and after it all readers that wait
// pass as one batch. A semaphore serves its first even if a later, smaller request would fit.
//
// A request whose grant would need an owner to give back first who waits for this one's owner, directly or through others, is refused with a
// [*DeadlockError] that shows the cycle. There is no false alarm and none is missed, among locks of one space, if owners that wait give nothing
// back. Cycles through permits, or through what is no lock, are seen by who has the larger graph ([Space.Waits], [Space.Refuse]); of other spaces nobody
// sees any, and only [Request.Wait] helps.
//
// Same steps, same effects: there is no clock, randomness or order of maps. A refused step changes nothing but the time.
//
// What a token cannot do by itself: a paused owner may believe that it holds what is not its any more. A guarded resource therefore keeps a
// [Guard], which refuses older tokens.
//
// # Usage
//
//	s := lock.New(lock.Options{})
//	effects := s.Acquire(now, lock.Request{ID: "1", Name: "ledger", Owner: "ann", TTL: 10 * time.Second})
//	effects, err := s.Release(now, "ann", "1", "ledger", effects[0].Token)
//
// # Duties
//
// One owner calls one method at a time with times that do not fall, has every effect carried out, calls [Space.Tick] at [Space.Next], and
// [Space.Down] when an owner ends. A holder counts its lease from before it asked, and stops a tenth earlier.
//
// # Failure modes
//
// Requests end with [*RequestError], [ErrUpgrade], [ErrHeld], [ErrTimeout], [ErrQueueFull], [ErrCancelled], [ErrConflict] and [*DeadlockError]; claims with
// [ErrSessionLost]; work on a claim that is not the caller's with [ErrNotHolder] and [*StaleTokenError].
//
// # OTP
//
// The counterpart is the module global, whose locks have no tokens, no queue and no detector.
//
// # State and testing
//
// All state is in the [Space], and [Space.Encode] writes it. Code that uses it needs no double.
package lock
