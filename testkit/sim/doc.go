// SPDX-License-Identifier: Apache-2.0

// Package sim runs a whole system of processes in a deterministic simulation: one turn at a time, in an order drawn from a seed, on a
// virtual clock.
//
// Guarantees:
//   - The same seed, body and build give the same trace, byte for byte, on any machine and however often it is run.
//   - One message is handled in a turn. Who runs next is drawn from all that can run. Everything that blocks in the runtime (calls, starts,
//     stops, waits for room or for a death, Sleep) lets others run meanwhile, so handlers need no special code.
//   - Time stands still while anybody can run, and then moves to the next timer; timers of one time fire in the order in which they were
//     armed. An hour of virtual time costs what is done in it.
//   - When nobody can run, no timer is armed and somebody waits, the run fails with a [DeadlockError] that says who waits for whom.
//   - Everything that the body starts has ended when [Run] returns, except for a run that fails with [ErrStuck]. What waits for something
//     that never comes and does not end when it is killed fails the run, and its goroutine is ended.
//   - What breaks outside the processes fails the run and nothing else: a body that panics or ends its goroutine, and a timer's function that
//     panics or blocks.
//
// A body is a function that uses the runtime as any other code does:
//
//	result := sim.Run(seed, func(s *sim.Sim) {
//		ref := actors.MustSpawn(s.System(), "counter", counter)
//		ref.Tell(increment{})
//		s.Settle()            // until nobody can run
//		s.Advance(time.Hour)  // virtual
//	})
//
// [Explore] runs a body under many seeds, and on a failure prints the seed, the few of its decisions that are needed to fail and the one
// command that runs it again. [Sim.Fault] breaks things on purpose, as the seed says. [Sim.Note] adds values to the trace.
//
// Duties of the code under simulation: no bare goroutines (Context.Go and Do are fine), no waiting but through the runtime (System.Sleep in
// place of receiving from ctx.Done), time from the system's clock, random numbers from Context.Rand or System.Rand, no order that comes from
// iterating a map. What breaks the first two fails with [ErrStuck] or leads to different hashes, which Explore looks for; a deadline of the
// operating system's clock fails with [ErrForeignDeadline].
//
// The state of a run belongs to the goroutine that has the baton; a [Sim] belongs to the body.
package sim
