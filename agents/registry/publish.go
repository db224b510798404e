// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/agents/index"
	"mabeam.dev/telemetry"
)

// publish makes a commit of the draft: rows, then the View by one pointer, then the answers, then those who watch. An owner that is killed on
// the way leaves rows ahead of the View, and nobody was answered; the next owner brings the two together.
func (o *owner) publish(ctx *actors.Context[message]) error {
	began := time.Time{}
	bus := ctx.Events()
	if bus.Active() {
		began = ctx.Now()
	}
	d := &o.draft
	var changes []index.Change
	if len(d.list) > 0 {
		var next *index.View
		next, changes = o.view.Apply(d.writes...)
		if err := o.store(ctx, next); err != nil {
			return err
		}
	}
	for i := range o.answers {
		a := &o.answers[i]
		a.one.Send(a.result)
		a.many.Send(a.all)
		o.r.pass("answered")
	}
	o.watches.tell(ctx.PID(), &o.r.circle, o.view, changes)
	o.announce(bus, began, ctx)
	clear(o.answers)
	o.answers, o.pending = o.answers[:0], 0
	d.reset(ctx.Now())
	return nil
}

// store writes the draft into the tables.
func (o *owner) store(ctx *actors.Context[message], next *index.View) error {
	for i := range o.draft.list {
		t := &o.draft.list[i]
		if err := o.storeRow(t); err != nil {
			return err
		}
		if err := o.storeGrave(t); err != nil {
			return err
		}
		o.r.pass("row stored")
		o.monitor(ctx, t)
	}
	if next == o.view {
		return nil
	}
	if err := o.tables.view.Put(struct{}{}, next); err != nil {
		return err
	}
	o.view = next
	o.r.pass("published")
	return nil
}

func (o *owner) storeRow(t *touch) error {
	switch {
	case t.there && (!t.had || t.rec != t.was):
		return o.tables.rows.Put(t.id, t.rec)
	case t.had && !t.there:
		return o.tables.rows.Delete(t.id)
	}
	return nil
}

func (o *owner) storeGrave(t *touch) error {
	switch {
	case t.unknown:
		return nil
	case t.buried:
		if err := o.tables.past.Put(t.id, t.grave); !errors.Is(err, table.ErrFull) {
			return err
		}
		return nil // it will begin anew
	}
	return o.tables.past.Delete(t.id)
}

// announce emits the events of a commit.
func (o *owner) announce(bus *telemetry.Bus, began time.Time, ctx *actors.Context[message]) {
	if !bus.Active() || began.IsZero() {
		return
	}
	now := ctx.Now()
	d := &o.draft
	refused := 0
	for i := range o.answers {
		if o.answers[i].result.Err != nil || o.answers[i].all.err != nil {
			refused++
		}
	}
	for i := range d.list {
		if t := &d.list[i]; t.there && !t.had {
			telemetry.Emit(bus, Registered{Agent: t.id, Kind: t.rec.row.Kind, Incarnation: t.rec.row.Incarnation, At: now})
		}
	}
	for _, row := range d.farewells {
		telemetry.Emit(bus, Removed{Agent: IDOf(row), Kind: row.Kind, Incarnation: row.Incarnation, Reason: row.Reason, At: now})
	}
	telemetry.Emit(bus, Committed{
		Registry: o.r.options.Name, Version: o.view.Version(), Agents: o.view.Len(), Writes: len(d.writes), Refused: refused,
		Watches: len(o.watches.all), Took: now.Sub(began), At: now,
	})
}

// holding is a process that is monitored, and the rows that it is in.
type holding struct {
	monitor actors.Monitor
	id      ID
	more    []ID
}

// monitor follows the handle of a row. The source tells of its agents' ends itself.
func (o *owner) monitor(ctx *actors.Context[message], t *touch) {
	var old, now actors.PID
	if t.had && t.was.fed == nil {
		old, _ = t.was.row.Handle.(actors.PID)
	}
	if t.there && t.rec.fed == nil {
		now, _ = t.rec.row.Handle.(actors.PID)
	}
	if old == now {
		return
	}
	if !old.IsZero() {
		o.release(old, t.id)
	}
	if !now.IsZero() {
		o.hold(ctx, now, t.id)
	}
}

func (o *owner) hold(ctx *actors.Context[message], pid actors.PID, id ID) {
	h, known := o.held[pid]
	if known {
		h.more = append(h.more, id)
	} else {
		h = holding{monitor: ctx.Monitor(pid, notice), id: id}
	}
	o.held[pid] = h
}

func notice(d actors.Down) message { return ended(d) }

func (o *owner) release(pid actors.PID, id ID) {
	h, known := o.held[pid]
	switch {
	case !known:
		return
	case h.id == id && len(h.more) == 0:
		h.monitor.Stop()
		delete(o.held, pid)
		return
	case h.id == id:
		h.id, h.more = h.more[0], h.more[1:]
	default:
		h.more = slices.DeleteFunc(slices.Clone(h.more), func(other ID) bool { return other == id })
	}
	o.held[pid] = h
}
