// SPDX-License-Identifier: Apache-2.0

// Package soak stands a tree of processes under faults and overload for a long time and keeps the books: no message is lost or handled twice,
// and nothing grows.
//
// Guarantees of a run that ends without an error, checked whenever the load pauses and everything has come to rest:
//   - Every message that was sent is accounted for exactly: sent = handled + dead letters + refused. Who counts is somebody else each time: the
//     sender what it sends and what is refused to it, the receiver what it handles, a subscriber of the bus the dead letters.
//   - A message is handled when Receive has begun with it. It is so exactly once; one that was in hand when its process crashed is handled by
//     crash, one in hand when its process was killed is handled void. Handled = in order + by crash + void.
//   - A message is refused when its sender was told so, by an error of TryTell or TellContext. What Tell cannot deliver, and what is drained from
//     the mailbox of a process that ends, is a dead letter. What DropOldest throws out is one too.
//   - Every call has exactly one outcome: a reply, the end of the callee, its time-out, a refusal. A reply means that the message was handled, a
//     refusal that it was not and never will be. A call that was queued when its callee ended is no dead letter: its caller is told.
//   - What one sender tells one incarnation is handled in the order in which it was sent.
//   - The tree is complete: every process that crashed, was killed or stopped has been started again.
//   - No handler and no goroutine of a process is left; goroutines and heap are where they were when the run was warm.
//
// Usage:
//
//	report, err := soak.Run(ctx, soak.Plan{Processes: 10_000, Length: 10 * time.Minute})
//	fmt.Print(report)
//
// or `make soak`, which does just that.
//
// Duties of the user: nothing else runs in the operating-system process, whose goroutines and heap are counted. The time is real: a run is no
// part of a simulation, and two runs of one seed differ in their order.
//
// Failure modes: an error that joins every law that was broken, with the figures; the context's cause if everything does not come to rest.
//
// State: counters are atomic; the round that the run is in belongs to the goroutine of Run.
package soak
