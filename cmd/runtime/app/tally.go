// SPDX-License-Identifier: Apache-2.0

package app

import (
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// tally counts what a run shows at its end.
type tally struct {
	crashes, restarts, gaveUp, letters atomic.Int64
	cancels                            []func()
}

func newTally(bus *telemetry.Bus) *tally {
	t := &tally{}
	t.cancels = []func(){
		telemetry.Subscribe(bus, "tally", func(e supervision.ChildExited) {
			if e.Reason.Abnormal() {
				t.crashes.Add(1)
			}
		}),
		telemetry.Subscribe(bus, "tally", func(supervision.ChildRestarting) { t.restarts.Add(1) }),
		telemetry.Subscribe(bus, "tally", func(supervision.GaveUp) { t.gaveUp.Add(1) }),
		telemetry.Subscribe(bus, "tally", func(actors.DeadLetter) { t.letters.Add(1) }),
	}
	return t
}

func (t *tally) close() {
	for _, cancel := range t.cancels {
		cancel()
	}
}
