// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// tally counts what a run shows at its end.
type tally struct {
	crashes, restarts, gaveUp, letters atomic.Int64
	last                               atomic.Pointer[string] // what crashed last, and why
	cancels                            []func()
}

func newTally(bus *telemetry.Bus) *tally {
	t := &tally{}
	t.cancels = []func(){
		telemetry.Subscribe(bus, "tally", func(e supervision.ChildExited) {
			if e.Reason.Abnormal() {
				t.crashes.Add(1)
			}
			t.note(e.Supervisor, e.ID, e.Reason)
		}),
		telemetry.Subscribe(bus, "tally", func(e supervision.ChildStartFailed) { t.note(e.Supervisor, e.ID, e.Reason) }),
		telemetry.Subscribe(bus, "tally", func(supervision.ChildRestarting) { t.restarts.Add(1) }),
		telemetry.Subscribe(bus, "tally", func(supervision.GaveUp) { t.gaveUp.Add(1) }),
		telemetry.Subscribe(bus, "tally", func(actors.DeadLetter) { t.letters.Add(1) }),
	}
	return t
}

// note keeps a crash; the ends of the supervisors above it only follow from it.
func (t *tally) note(supervisor, child string, why actors.Reason) {
	if why.Kind() == exit.Crash {
		text := fmt.Sprintf("the last crash was of %s/%s: %s", supervisor, child, why)
		t.last.Store(&text)
	}
}

// lastCrash tells what crashed last; nil if nothing did.
func (t *tally) lastCrash() error {
	if text := t.last.Load(); text != nil {
		return errors.New(*text)
	}
	return nil
}

func (t *tally) close() {
	for _, cancel := range t.cancels {
		cancel()
	}
}
