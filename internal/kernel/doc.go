// SPDX-License-Identifier: Apache-2.0

// Package kernel runs processes on protoactor-go. It is the only importer of that module, and of its actor package alone.
//
// Guarantees:
//   - Every process is a protoactor actor with this package's [Mailbox] and this package's dispatcher; user messages reach the
//     behaviour through protoactor's invoker. Protoactor's own restarts, children, futures, timers and dead letters are never used.
//   - One message is in hand at a time. Between two processes everything arrives in the order sent, notices included; only exit
//     signals to a process that does not trap them, kills and inspections overtake.
//   - A process dies once, with one reason. Dying runs in a fixed order (see die.go), so that a name is free before anybody hears of
//     the death. Nothing that was queued is lost in silence: calls fail with the reason, the rest become dead letters.
//   - A killed process is fenced, not waited for: whatever its abandoned handler still does through the kernel has no effect.
//   - The hot paths (post, turn) allocate nothing beyond the ring's growth.
//
// Nothing here mentions a message type: messages are any, and what a process does is a [Body]. Supervision is unknown here.
//
// Ownership: a [Proc] is guarded by its own mutex, which is held for a few instructions and never across a callback, a send or a
// wait. Two process mutexes are taken together only to link, in the order of incarnation.
//
// Time and randomness come from the [Config]. The package works inside testing/synctest: every channel and worker belongs to one
// [System].
package kernel
