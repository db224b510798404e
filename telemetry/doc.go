// SPDX-License-Identifier: Apache-2.0

// Package telemetry carries typed events from the code where something happens to whoever counts, logs or records it.
//
// # Guarantees
//
//   - An emit that nobody listens to is one atomic load: the event is neither boxed nor allocated.
//   - An emit never blocks and never panics. It takes no lock of this package.
//   - In-place subscribers are exact: each sees every event of its type that is emitted after Subscribe has returned and
//     before its cancel function is called, on the emitter's goroutine, before Emit returns. Counters belong there.
//   - Queued subscribers are bounded: a full queue drops the new event and counts it, and the reader meets an [EventsLost]
//     exactly where the gap is. Logs, recorders and dashboards belong there.
//   - The events of one emitter reach a subscriber in the order of emission. Between emitters there is no order.
//   - A subscriber that panics loses that one event, is counted in [Bus.Stats], and disturbs nobody else.
//
// # Usage
//
//	bus := telemetry.NewBus()
//	cancel := telemetry.Subscribe(bus, "restarts", func(e ChildRestarted) { restarts.Add(1) })
//	defer cancel()
//	telemetry.Emit(bus, ChildRestarted{Supervisor: "/app", Child: "db"})
//
// A nil *Bus is a bus without subscribers, so emitters need no check of their own.
//
// # Duties of the user
//
// An event is a struct value that nobody changes after Emit. An in-place subscriber is called from many goroutines at once,
// must be quick, must not block, and must not emit the type that it listens to. Where building an event is itself costly, ask
// [Bus.Active] first. A queue must be read, by a process or goroutine that its maker waits for: this package starts none.
//
// # Failure modes
//
// [ErrClosed] from [Queue.Next] once a closed queue is empty. Losses and panics are figures of [Bus.Stats].
//
// # OTP counterpart
//
// The telemetry library and OTP's logger handlers: handlers run in the emitter there too. Deviations: a handler that fails is
// kept and counted instead of detached, events are typed, and queues are part of the package.
//
// # State and testing
//
// The bus owns an immutable table of subscribers, replaced as a whole. Tests subscribe in place and look at what they got: by
// the time Emit returns, every in-place subscriber has run.
package telemetry
