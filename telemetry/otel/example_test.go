// SPDX-License-Identifier: Apache-2.0

package otel_test

import (
	"fmt"

	"go.opentelemetry.io/otel/trace/noop"

	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/otel"
)

// TaskAccepted and TaskEnded are events of a queue.
type (
	TaskAccepted struct{ Task string }
	TaskEnded    struct{ Task, Outcome string }
)

// EventName names the event in the catalogue.
func (TaskAccepted) EventName() string { return "work.task_accepted" }

// EventName names the event in the catalogue.
func (TaskEnded) EventName() string { return "work.task_ended" }

func Example() {
	bus := telemetry.NewBus()
	s := otel.New(bus, otel.Options{Provider: noop.NewTracerProvider()}) // a program gives its SDK's
	defer s.Close()
	otel.Begin(s, func(e TaskAccepted) (otel.Start, bool) { return otel.Start{Key: e.Task, Name: "task"}, true })
	otel.End(s, func(e TaskEnded) (otel.Stop, bool) {
		return otel.Stop{Key: e.Task, Failed: e.Outcome != "done", Reason: e.Outcome}, true
	})
	telemetry.Emit(bus, TaskAccepted{"t1"})
	telemetry.Emit(bus, TaskAccepted{"t2"})
	telemetry.Emit(bus, TaskEnded{"t1", "done"})
	fmt.Println(s.Stats().Begun, s.Stats().Open)
	// Output: 2 1
}
