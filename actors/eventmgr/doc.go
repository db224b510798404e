// SPDX-License-Identifier: Apache-2.0

// Package eventmgr gives event managers: processes with handlers that are added, removed and swapped while they run, as OTP's gen_event.
//
// Guarantees:
//   - A manager handles one message at a time, in the order sent. Each event is handled by every handler that is there when it comes, one after
//     another: the handler that was added last gets it first.
//   - A handler that returns an error or panics is removed and reported by the event [HandlerCrashed]; its Terminate is called. The
//     manager and the other handlers go on, with the same event too.
//   - A handler may leave (Remove) or put another in its place (Turn.Swap), which takes its place in the order and gets what its Terminate
//     returned.
//   - A supervised handler belongs to the process that added it: it is removed when that process ends, and the process hears of its end, also when
//     the manager is killed.
//   - A manager outlives all processes that it is linked to but its parent. When it ends, unless it is killed, all handlers are terminated.
//
// Usage:
//
//	mgr, err := eventmgr.Spawn[alarm](sys, "alarms")
//	err = mgr.Add(ctx, "log", &logHandler{})
//	mgr.Notify(alarm{"disk full"})
//	level, err := eventmgr.Call(ctx, mgr, "log", (*logHandler).Level)
//
// Below a supervisor: supervision.Worker("alarms", eventmgr.Behavior[alarm]), and [Of] or [Named] to address it. A restarted manager has no
// handlers; their owners hear that they are gone, and add them again.
//
// What blocks: all but Notify wait for the manager. Inside a process pass its Context. A handler blocks the manager, and cannot ask it.
//
// Duties of the user: a handler belongs to its manager from Add on; what is in an event is shared by all handlers and must not be changed. A
// handler does not call runtime.Goexit, which ends the manager.
//
// Failure modes: [*HandlerError] with [ErrNoHandler], [ErrIDTaken], [ErrWrongHandler], [ErrNilHandler], or what a handler returned; the errors
// of actors.Call and actors.Spawn.
//
// OTP counterpart: gen_event of Erlang/OTP 25. Deviations: an id is taken once; events and notices are one type, so there is no handle_info:
// timers and monitors of handlers arrive as events; a supervised handler is held by two monitors and not by a link, so the end of a manager is a
// message and never ends the owner; an owner whose handler was swapped for one that fails to start is told so in every case; a handler is
// asked by a function of its own type; Delete and Swap hand nothing to Terminate; there is no hibernation and no code change while running.
//
// State: the manager's process owns the handlers, and each handler its own state. Inspect shows a [View] of each.
//
// Tests: run managers inside testing/synctest; SyncNotify returns when all handlers have handled the event.
package eventmgr
