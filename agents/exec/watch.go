// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// lookEvery is how often the agent looks at what its program uses, and whether it has been heard of.
const lookEvery = time.Second

// lookNow asks the agent to look at its program.
type lookNow struct{ agents.Message }

// watch follows what a program uses and its signs of life.
type watch struct {
	messages uint64    // of the program, at the last look
	beat     time.Time // when there were more than at the look before; zero if none are promised
	at       time.Time // of the last look that measured
	used     program.Usage
	every    time.Duration // how often the program promises a sign of life
}

// begin looks for the first time, which gives no share of a CPU yet.
func (w *watch) begin(ctx *actors.Context[agents.Message], a *agent) {
	if a.port.Watched() && a.protocol.PingInterval >= 0 {
		w.every = a.protocol.PingInterval
		if w.every == 0 {
			w.every = protocol.DefaultPing
		}
	}
	w.look(ctx, a)
	ctx.Every(lookEvery, lookNow{})
}

// look notes what is seen.
func (w *watch) look(ctx *actors.Context[agents.Message], a *agent) {
	now := ctx.Now()
	o := agents.Observation{Every: w.every}
	if heard := a.port.Messages(); w.every > 0 && (heard > w.messages || w.beat.IsZero()) {
		w.messages, w.beat = heard, now
	}
	o.Beat = w.beat
	if used, err := a.port.Usage(); err == nil {
		o.Measured, o.Memory = true, used.Memory
		if since := now.Sub(w.at); !w.at.IsZero() && since > 0 {
			o.CPU = float64(used.CPU-w.used.CPU) / float64(since)
		}
		w.at, w.used = now, used
	}
	a.spec.Note(ctx, o)
}
