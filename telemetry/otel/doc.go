// SPDX-License-Identifier: Apache-2.0

// Package otel turns telemetry events into OpenTelemetry spans: one along a task's way, with one for each attempt in it.
//
// # Guarantees
//
//   - Only the API of OpenTelemetry is used. Without a provider nothing is recorded; which SDK and exporter there are is the program's choice.
//   - A span begins and ends with the events that say so, at their times, in place: when Emit returns it has begun or ended.
//   - Open spans are bounded ([Options.MaxOpen]): beyond it the one that was begun first is ended as unfinished and counted. So an end that never comes
//     costs no memory.
//   - Work that follows another one without being part of it, such as another attempt or a message that was told, is linked to it ([Start].Links,
//     [Spans.Received]).
//   - An end without a beginning, a second beginning of an open span and a parent that is not open are no errors: the first two are counted, the last makes
//     the span a root.
//   - No event can make an emitter panic or wait, as far as the provider keeps to the API's rules.
//
// # Usage
//
//	s := otel.New(bus, otel.Options{Provider: provider, Now: sys.Now})
//	defer s.Close()
//	otel.Begin(s, func(e work.TaskAccepted) (otel.Start, bool) { return otel.Start{Key: e.Task, Name: "task"}, true })
//	otel.Begin(s, func(e work.AttemptStarted) (otel.Start, bool) {
//		return otel.Start{Key: e.Task + "/attempt", Parent: e.Task, Name: "attempt", Attrs: []slog.Attr{slog.String("agent", e.Agent)}}, true
//	})
//	otel.End(s, func(e work.TaskEnded) (otel.Stop, bool) { return otel.Stop{Key: e.Task, Failed: e.Outcome != "done", Reason: e.Outcome}, true })
//
// Code that does the work begins spans of its own in the context of [Spans.In], with this API or that of OpenTelemetry. A message carries a [Trace] to whoever
// is to be linked to its sender:
//
//	ref.Tell(Order{Trace: otel.TraceOf(ctx)})
//	err := spans.Received(ctx, order.Trace, "order", handle)
//
// # Duties of the user
//
// Keys are unique among open spans. Extraction functions run on the emitter's goroutine and must be quick. Close ends what is open.
//
// # Failure modes
//
// None for the emitter; see [Stats].
//
// # State and testing
//
// Spans owns the open spans, under one lock that is held while the API is called. Tests give a provider that records; see the tests.
package otel
