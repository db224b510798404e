// SPDX-License-Identifier: Apache-2.0

package recorder_test

import (
	"fmt"

	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/recorder"
)

// ChildRestarted is an event of a supervisor.
type ChildRestarted struct{ Path string }

// EventName names the event in the catalogue.
func (ChildRestarted) EventName() string { return "supervision.child_restarted" }

func Example() {
	rec := recorder.New(recorder.Options{Subject: func(e telemetry.Event) (recorder.Subject, bool) {
		r, ok := e.(ChildRestarted)
		return recorder.Subject{Path: r.Path}, ok
	}})
	bus := telemetry.NewBus()
	defer rec.Attach(bus)()
	telemetry.Emit(bus, ChildRestarted{"/app/db"})
	telemetry.Emit(bus, ChildRestarted{"/app/web"})
	for _, e := range rec.LastOf("/app/db", 10) {
		fmt.Println(e.Seq, e.Name, e.Subject.Path)
	}
	// Output: 1 supervision.child_restarted /app/db
}
