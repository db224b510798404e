// SPDX-License-Identifier: Apache-2.0

package telemetry_test

import (
	"fmt"

	"mabeam.dev/telemetry"
)

// ChildRestarted is an event of a supervisor.
type ChildRestarted struct{ Supervisor, Child string }

// EventName names the event in the catalogue.
func (ChildRestarted) EventName() string { return "supervision.child_restarted" }

func Example() {
	bus := telemetry.NewBus()
	telemetry.Emit(bus, ChildRestarted{"/app", "db"}) // nobody listens: one atomic load

	restarts := map[string]int{}
	cancel := telemetry.Subscribe(bus, "restarts", func(e ChildRestarted) { restarts[e.Child]++ })
	defer cancel()
	telemetry.Emit(bus, ChildRestarted{"/app", "db"})
	telemetry.Emit(bus, ChildRestarted{"/app", "db"})
	fmt.Println(restarts["db"])
	// Output: 2
}
