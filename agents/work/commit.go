// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/telemetry"
)

const (
	// inFlight is how many batches the journal holds at once: while one is on its way to the disk the next waits behind it, so the disk never waits for the queue.
	inFlight = 2
	// appendEvents and appendBytes cut a batch into appends that the journal takes.
	appendEvents = events.MaxEvents / 2
	appendBytes  = events.MaxAppend / 4
	// busyPause is the wait after the journal had no room.
	busyPause = 5 * time.Millisecond
	// fullPause is the wait after the disk had none.
	fullPause = time.Second
)

// batch is what a number of steps decided, together with what is to be done once it is durable.
type batch struct {
	out     plan.Output
	then    []func()        // performed behind the effects
	version uint64          // version of the last event
	appends []events.Append // nil once the journal has them
}

func (b *batch) empty() bool {
	return len(b.out.Events) == 0 && len(b.out.Effects) == 0 && len(b.then) == 0
}

func (b *batch) reset() {
	b.out.Reset()
	clear(b.then)
	b.then, b.appends, b.version = b.then[:0], nil, 0
}

// send makes a batch of what has been decided, unless the journal has enough to do; then it grows until an answer comes.
func (a *queue) send(ctx *actors.Context[Message]) error {
	if a.next.empty() || len(a.flying) >= inFlight {
		return nil
	}
	b := a.next
	b.version = a.plan.Version()
	if err := a.encode(b); err != nil {
		return err
	}
	a.next = a.take()
	a.flying = append(a.flying, b)
	a.dispatchBatch(ctx, b)
	a.perform(ctx)
	return nil
}

// take gives an empty batch.
func (a *queue) take() *batch {
	if n := len(a.spare); n > 0 {
		b := a.spare[n-1]
		a.spare = a.spare[:n-1]
		return b
	}
	return &batch{}
}

// encode makes the appends of a batch. Each expects the stream where the one before leaves it: nobody else writes to it.
func (a *queue) encode(b *batch) error {
	stream := a.handle.o.Stream
	at := b.version - uint64(len(b.out.Events))
	size := 0
	var current []events.New
	cut := func() {
		if len(current) > 0 {
			b.appends = append(b.appends, events.Append{Stream: stream, Expect: events.Exact(events.Version(at)), Events: current})
			at += uint64(len(current))
			current, size = nil, 0
		}
	}
	for i, e := range b.out.Events {
		r, err := plan.Encode(e)
		if err != nil {
			return &JournalError{Queue: a.handle.o.Name, Operation: "append", Err: err}
		}
		if len(current) >= appendEvents || size+len(r.Data) > appendBytes {
			cut()
		}
		if current == nil {
			current = make([]events.New, 0, min(appendEvents, len(b.out.Events)-i))
		}
		n := events.New{Type: r.Type, Schema: uint32(r.Version), Data: r.Data}
		a.handle.label(&n, e)
		current = append(current, n)
		size += len(r.Data) + 256
	}
	cut()
	return nil
}

// dispatchBatch hands a batch to the journal, if it has events and the journal is not out of room.
func (a *queue) dispatchBatch(ctx *actors.Context[Message], b *batch) {
	if a.refused || len(b.appends) == 0 {
		return
	}
	a.asked++
	events.Submit(ctx, a.handle.o.Journal, b.appends, func(out []events.Outcome, err error) Message { return appended{out, err} })
}

// landed is the journal's answer to the oldest batch that was sent.
func (a *queue) landed(ctx *actors.Context[Message], m appended) error {
	a.asked--
	err := m.err
	for _, o := range m.outcomes {
		if err == nil {
			err = o.Err
		}
	}
	switch {
	case errors.Is(err, events.ErrBusy):
		a.refuse(busyPause)
	case errors.Is(err, events.ErrNoSpace):
		a.refuse(fullPause)
		telemetry.Emit(a.bus, JournalFull{Queue: a.handle.o.Name, Err: err})
	case a.refused && errors.Is(err, events.ErrVersion):
		// This batch was sent behind one that was not taken, so it did not find the stream where it must begin.
	case err != nil:
		return &JournalError{Queue: a.handle.o.Name, Operation: "append", Err: err}
	}
	if a.refused {
		if a.asked == 0 {
			ctx.After(a.pause, again{})
		}
		return nil
	}
	b := a.oldestWithEvents()
	b.appends = nil
	a.durable = b.version
	a.perform(ctx)
	a.trim(ctx)
	a.keepSnapshot(ctx)
	a.serveOutlets(ctx)
	return a.send(ctx)
}

// refuse holds the batches back. Nothing of them was taken, so they can be sent again as they are; no effect of them has been performed.
func (a *queue) refuse(pause time.Duration) { a.refused, a.pause = true, max(a.pause, pause) }

// resend sends what the journal or the disk had no room for.
func (a *queue) resend(ctx *actors.Context[Message]) {
	a.refused, a.pause = false, 0
	for _, b := range a.flying {
		a.dispatchBatch(ctx, b)
	}
}

func (a *queue) oldestWithEvents() *batch {
	for _, b := range a.flying {
		if len(b.appends) > 0 {
			return b
		}
	}
	return nil // not reached: every answer belongs to a batch in flight
}

// perform does the effects of the batches that are durable, in order.
func (a *queue) perform(ctx *actors.Context[Message]) {
	for len(a.flying) > 0 && len(a.flying[0].appends) == 0 {
		b := a.flying[0]
		a.flying = a.flying[1:]
		a.tell(b)
		a.notify(b)
		for _, e := range b.out.Effects {
			a.effect(ctx, e)
		}
		for _, then := range b.then {
			then()
		}
		a.told = b.version
		b.reset()
		if len(a.spare) < inFlight {
			a.spare = append(a.spare, b)
		}
	}
}
