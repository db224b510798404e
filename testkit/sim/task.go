// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"

	"mabeam.dev/internal/kernel"
)

// task is one goroutine's work: a turn of a process, a goroutine in its name, or the driver, which is the body of the simulation.
type task struct {
	key     uint64       // incarnation of its process; 0 is the driver
	order   uint64       // order of creation, among equal keys
	proc    *kernel.Proc // nil for the driver and for goroutines of nobody
	run     func()
	resume  chan struct{} // sent to by whoever hands it the baton while it is parked; made when it first parks
	blocked kernel.Blocked
	ended   <-chan struct{} // closed when the context of what it waits in has ended; asked for once, because it is looked at at each step
	until   horizon
}

// horizon says how far time may move while the driver waits.
type horizon uint8

const (
	noHorizon horizon = iota // as far as it takes
	noTime                   // not at all: Settle
	toTarget                 // to the scheduler's target: Advance
)

// due reports whether a parked task can go on.
func (t *task) due() bool {
	if t.until != noHorizon {
		return false // the scheduler says when
	}
	if t.blocked.Due() {
		return true
	}
	select {
	case <-t.ended:
		return true
	default:
		return false
	}
}

// before is the order in which runnable tasks are offered to a choice.
func (t *task) before(o *task) bool {
	if t.key != o.key {
		return t.key < o.key
	}
	return t.order < o.order
}

// label names the task for people.
func (t *task) label() string {
	switch {
	case t.proc != nil:
		return t.proc.String()
	case t.key == 0:
		return "driver"
	}
	return "goroutine"
}

// foreign reports whether a context ends at a time of another clock than the system's.
func foreign(ctx context.Context) bool {
	at, ok := ctx.Deadline()
	return ok && at.Sub(Birth) > farAway
}
