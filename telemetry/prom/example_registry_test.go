// SPDX-License-Identifier: Apache-2.0

package prom_test

import (
	"fmt"
	"net/http/httptest"
	"strings"

	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/prom"
)

// ChildRestarted is an event of a supervisor.
type ChildRestarted struct{ Supervisor string }

// EventName names the event in the catalogue.
func (ChildRestarted) EventName() string { return "supervision.child_restarted" }

func Example() {
	bus := telemetry.NewBus()
	r := prom.New(bus, prom.Options{Node: "alpha"})
	defer r.Close()
	restarts, err := r.Counter(prom.Definition{
		Name: "restarts_total", Help: "Restarts of children.", Labels: []string{"supervisor"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	prom.On(restarts, func(e ChildRestarted) (prom.Values, float64, bool) {
		return prom.Values{e.Supervisor}, 1, true
	})
	telemetry.Emit(bus, ChildRestarted{"/app"})

	answer := httptest.NewRecorder()
	r.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(answer.Body.String()) {
		if strings.HasPrefix(line, "mabeam_restarts_total") {
			fmt.Print(line)
		}
	}
	// Output: mabeam_restarts_total{node="alpha",supervisor="/app"} 1
}
