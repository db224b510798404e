// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"

	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
)

// history lets an output look at the queue's past.
type history struct {
	ctx     context.Context
	patient context.Context
	queue   *Queue
}

// past is an event of the queue's stream; Emit is set for a final one.
type past struct {
	plan.Emit
	final bool
}

func (h *history) outcomes(ctx context.Context, from uint64) func(yield func(past, error) bool) {
	o := h.queue.o
	return func(yield func(past, error) bool) {
		for e, err := range o.Journal.Read(ctx, o.Stream, events.Version(from)) {
			p := past{Emit: plan.Emit{Version: uint64(e.Version)}}
			if err == nil {
				err = p.read(e)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// read decodes the event only if it can be final: most are not.
func (p *past) read(e events.Event) error {
	switch e.Type {
	case plan.TypeDone, plan.TypeDied, plan.TypeCancelled:
	default:
		return nil
	}
	event, err := decode(e)
	if err == nil {
		p.Outcome, p.final = plan.OutcomeOf(event)
	}
	return err
}

// end gives the version of the last event.
func (h *history) end() (uint64, error) { return endOf(h.patient, h.queue) }
