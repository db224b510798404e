// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"context"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

// substrate is what a live engine's system runs on, and how its driver waits and moves time.
type substrate interface {
	// quiet returns when nothing is going on.
	quiet(ctx context.Context) error
	// next fires the next timer; false when there is none.
	next() bool
	// skip lets time pass; no timer is armed.
	skip(d time.Duration)
}

// threads is the runtime as it is, on a clock that the driver moves.
type threads struct {
	sys   *actors.System
	clock *clock
}

func (t threads) quiet(ctx context.Context) error { return t.sys.WaitQuiet(ctx) }
func (t threads) next() bool                      { return t.clock.next() }
func (t threads) skip(d time.Duration)            { t.clock.advance(d) }

// simulated is the runtime one turn at a time.
type simulated struct{ sim *sim.Sim }

func (s simulated) quiet(context.Context) error {
	s.sim.Settle()
	return nil
}

func (s simulated) next() bool           { return s.sim.Next() }
func (s simulated) skip(d time.Duration) { s.sim.Skip(d) }
