// SPDX-License-Identifier: Apache-2.0

// Package dynamic supervises children that come and go at run time, each with a spec of its own, as Elixir's DynamicSupervisor does.
//
// Guarantees:
//   - Children are started by [Supervisor.StartChild], one at a time and at once, or by a [Template] that many of them share. A child is
//     restarted for itself alone, as its own spec says; no child knows of another.
//   - A child is known by its process. While it is between two attempts to restart it, its former process names it. There is no id to be
//     taken, and nothing can be restarted by hand: a child that has ended for good, chose not to start, or was terminated is forgotten.
//   - [Spec].MaxChildren limits the children at once, restarting ones included; a start beyond it is refused with [ErrMaxChildren] and runs
//     nothing.
//   - When the supervisor ends, all children are stopped at once, each within the shutdown time of its spec, counted from the same moment.
//     Nobody is killed late because of a sibling.
//   - Starting and stopping one child costs the same among ten and among a million. An idle child costs one record that points to its spec:
//     no timer, no goroutine, and with a Template no closure and no spec of its own.
//   - What a child was started with is forgotten with it; the args of a temporary one as soon as it is up, as nothing starts it again.
//
// Usage:
//
//	conns, err := dynamic.Start(sys, "conns", dynamic.Spec{MaxChildren: 1000})
//	conn, err := dynamic.NewTemplate("conn", newConn, func(c *supervision.Child) { c.Restart = supervision.Temporary })
//	ref, err := conn.Start(ctx, conns, socket) // newConn(socket) makes the behaviour
//
// In a tree, [Child] describes such a supervisor as the child of another. supervision.Tree shows it like any other.
//
// What blocks: a start until the child's Init is over, TerminateChild until the child has ended. The supervisor does nothing else
// meanwhile, so a child's Init must not call its own supervisor.
//
// Failure modes: supervision.Faults for an invalid spec, all mistakes at once; [ErrMaxChildren]; [ErrNotFound] for a process that is no
// child; [ErrNotDynamic] where another kind of supervisor is asked; *supervision.StartError for a child that failed to start, of which
// nothing is left; *actors.CallError when the supervisor ends before it answers. When children have to be restarted more often than
// [Spec].Intensity allows, the supervisor stops them all and ends with Shutdown.
//
// OTP counterpart: the module DynamicSupervisor of Elixir. Deviations: where Elixir puts extra arguments, which the supervisor has in common,
// before those of the child, a Template holds what is common; a fault in a spec is refused with all other faults at once; a start function
// that returns neither a process nor an error is a failed start here, and there only if it is no pid; the restart window is exact
// and inclusive.
//
// State: the supervisor's process owns it and package supervision/plan decides. Tests: inside testing/synctest, as for any supervisor.
package dynamic
