// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry"
)

const (
	// readEvents and readBytes bound one turn of reading the journal.
	readEvents = 2048
	readBytes  = 4 << 20
	// syncEvery is the longest time that a line waits for its flush.
	syncEvery = time.Second
	// outputPause is the wait after an output that failed.
	outputPause = time.Second
)

// sinkActor is one incarnation of a sink. It owns the output.
type sinkActor struct {
	sink    *Sink
	output  output
	look    *history
	last    uint64 // every outcome up to this version is written
	goal    uint64 // version to be reached by reading the journal
	reading bool   // a more is on its way
	failing bool   // the last write failed
	owed    []delivery
	flushes []sync
	dirty   bool
	buf     []byte
}

// Init opens the output.
func (a *sinkActor) Init(ctx *actors.Context[sinkMessage]) error {
	a.look = &history{ctx: ctx, queue: a.sink.queue}
	patient, stop := ctx.WithTimeout(longestInit)
	defer stop()
	a.look.patient = patient
	last, err := a.output.open(a.look)
	if err != nil {
		return errors.Join(err, a.output.close())
	}
	a.last = last
	if a.sink.began.Swap(true) {
		// The queue sends a first delivery when it starts. It may have nothing more to send to this incarnation.
		end, err := a.look.end()
		if err != nil {
			return errors.Join(&JournalError{Queue: a.sink.queue.o.Name, Operation: "read", Err: err}, a.output.close())
		}
		if end > a.last {
			a.goal = end
			a.readSoon(ctx)
		}
	}
	return nil
}

// Terminate makes durable what was written.
func (a *sinkActor) Terminate(*actors.Context[sinkMessage], actors.Reason) error {
	return errors.Join(a.output.sync(), a.output.close())
}

// Receive takes one message.
func (a *sinkActor) Receive(ctx *actors.Context[sinkMessage], msg sinkMessage) error {
	switch m := msg.(type) {
	case delivery:
		if err := a.output.intact(); err != nil {
			return err
		}
		a.take(ctx, m)
	case sync:
		a.flushes = append(a.flushes, m)
		return a.flush(ctx)
	case more:
		a.reading = false
		if err := a.output.intact(); err != nil {
			return err
		}
		if err := a.read(ctx); err != nil {
			return err
		}
	case syncDue:
		return a.flush(ctx)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// take writes a delivery, or reads the journal when it does not follow on what is written.
func (a *sinkActor) take(ctx *actors.Context[sinkMessage], d delivery) {
	if a.goal > a.last || d.from > a.last || !a.put(ctx, d.items, d.upto) {
		a.goal = max(a.goal, d.upto)
		d.items = nil
		a.owed = append(a.owed, d)
		a.readSoon(ctx)
		return
	}
	d.reply.Send(a.last)
}

// put writes the outcomes that are new, and reports whether it could.
func (a *sinkActor) put(ctx *actors.Context[sinkMessage], items []plan.Emit, upto uint64) bool {
	a.buf = a.buf[:0]
	count := 0
	for _, item := range items {
		if item.Version <= a.last {
			continue
		}
		line, err := lines.AppendOutcome(a.buf, item.Version, item.Outcome)
		if err != nil {
			a.failed(ctx, err)
			return false
		}
		a.buf = line
		count++
	}
	if count > 0 {
		if err := a.output.write(a.buf); err != nil {
			a.failed(ctx, err)
			return false
		}
		a.soil(ctx)
	}
	if cap(a.buf) > readBytes {
		a.buf = nil // memory given back after a burst
	}
	a.last = max(a.last, upto)
	a.sink.written.Store(a.last)
	a.failing = false
	return true
}

func (a *sinkActor) failed(ctx *actors.Context[sinkMessage], err error) {
	a.failing = true
	telemetry.Emit(ctx.Events(), SinkFailed{Queue: a.sink.queue.o.Name, Sink: a.sink.name, Err: err})
}

// readSoon goes on with the journal: at once, or after a pause when the output has just failed.
func (a *sinkActor) readSoon(ctx *actors.Context[sinkMessage]) {
	switch {
	case a.reading:
		return
	case a.failing:
		ctx.After(outputPause, more{})
	default:
		ctx.Self().Tell(more{})
	}
	a.reading = true
}

// read writes what the journal has behind the last line, a bounded part in each turn.
func (a *sinkActor) read(ctx *actors.Context[sinkMessage]) error {
	var items []plan.Emit
	upto, size, count := a.last, 0, 0
	if a.goal > a.last {
		for item, err := range a.look.outcomes(ctx, a.last+1) {
			if err != nil {
				return &JournalError{Queue: a.sink.queue.o.Name, Operation: "read", Err: err}
			}
			if item.final {
				items = append(items, item.Emit)
				size += len(item.Outcome.Output) + 256
			}
			upto = item.Version
			if count++; upto >= a.goal || count >= readEvents || size >= readBytes {
				break
			}
		}
	}
	if !a.put(ctx, items, upto) || a.last < a.goal {
		a.readSoon(ctx)
		return nil
	}
	for _, d := range a.owed {
		d.reply.Send(a.last)
	}
	a.owed = nil
	return a.flush(ctx)
}

// soil remembers that something is to be flushed.
func (a *sinkActor) soil(ctx *actors.Context[sinkMessage]) {
	if !a.dirty {
		a.dirty = true
		ctx.After(syncEvery, syncDue{})
	}
}

// flush makes the lines durable and tells who asked. While the sink is behind, those who asked wait. An output that was
// taken away meanwhile is a crash, as before each write: a new incarnation writes again what is missing.
func (a *sinkActor) flush(ctx *actors.Context[sinkMessage]) error {
	if !a.dirty && len(a.flushes) == 0 {
		return nil
	}
	if err := a.output.intact(); err != nil {
		return err
	}
	if a.dirty {
		a.dirty = false
		if err := a.output.sync(); err != nil {
			a.failed(ctx, err)
			a.soil(ctx)
			return nil
		}
	}
	if a.goal > a.last {
		return nil
	}
	for _, f := range a.flushes {
		f.reply.Send(struct{}{})
	}
	a.flushes = nil
	return nil
}
