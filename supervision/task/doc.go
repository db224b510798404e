// SPDX-License-Identifier: Apache-2.0

// Package task runs functions as supervised processes and brings their results back, as Elixir's Task.Supervisor does.
//
// Guarantees:
//   - A task is a process under its [Supervisor]: its crash is contained, it shows in the tree, and it is stopped with the supervisor, within
//     5 s or as [StopWithin] says. It is never restarted, unless [RestartAs] asks for it where nobody waits for a result.
//   - [Async] links a task to the process that starts it, [AsyncNoLink] does not, and [Supervisor.StartChild] starts one that nobody waits
//     for. All return when the task has been started; when they return an error there is no task, and will be none.
//   - [Await] ends in exactly one of: the result; *[ExitError] with the reason for which the task ended without one; a time-out or the end of
//     the context, which give the task up: its result is dropped when it comes. Only the owner, the process that started it, may ask.
//     [Yield] asks for a while and gives nothing up, [Then] makes the outcome a message, [Shutdown] ends the task.
//   - [Stream] yields results in the order of its input, runs at most n tasks at once, limits the time of each, and leaves nothing behind when
//     its loop is left, whichever way.
//   - What a killed task still comes to is void: it has no result.
//
// Usage:
//
//	tasks, err := task.Start(sys, "tasks", task.Spec{MaxChildren: 100})
//	t, err := task.Async(ctx, tasks, func(ctx *task.Context) (Page, error) { return fetch(ctx, url) })
//	page, err := task.Await(ctx, t)
//
//	for page, err := range task.Stream(ctx, tasks, slices.Values(urls), 10, fetch) { … }
//
// Inside a process ctx is its Context, or one derived from it; elsewhere any other, and then there is no owner, nobody to link to, and
// anybody may ask. In a tree, [Child] describes the supervisor.
//
// What blocks: Await, Yield, Shutdown and the loop over a Stream, each of them the calling process alone, whose messages wait meanwhile. An
// owner that has messages to handle takes Then.
//
// Duties of the user: a task that is to be stopped notices the end of its context, or waits in the runtime, which does; other waits last until
// it is killed, and its goroutine then goes on until the function returns. A task handles no messages. What a function returns, and what it
// was given, is shared and not copied.
//
// Failure modes: [ErrMaxChildren], [ErrRestarts] and supervision.Faults of starts; [*ExitError], actors.ErrTimeout, the cause of the
// context, [ErrNotOwner] and [ErrGivenUp] of waits; [*ItemError] of items of a stream. An owner that is linked and does not trap exits ends
// with a task that crashes, before or while it asks.
//
// OTP counterpart: the modules Task and Task.Supervisor of Elixir. Deviations: results are not messages, so none is left in the mailbox of an
// owner that did not ask, and a result can be asked for again; an error that a function returns is a crash like a panic; Shutdown and a
// stream that is left ask tasks to stop before they kill them; the errors of a stream's items are values, with or without a link, so that
// there is one kind of stream; a stream that is ahead of an item that is late stops reading its input after 16n items. As in Elixir a
// supervisor may not have heard of the end of a task yet when its owner has, so that one with MaxChildren may refuse another task for a moment;
// a stream is not refused for that.
//
// State: a task's process owns what its function does, and the Task that an owner holds belongs to the owner. Tests: inside testing/synctest or
// testkit/sim.
package task
