// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

// reports are the figures that wait to be written, the last ones of each agent.
type reports struct {
	last map[ID]Figures
	ids  []ID // in the order of the first
	due  bool // the timer runs
}

func (o *owner) report(ctx *actors.Context[message], f Figures) {
	r := &o.reports
	if r.last == nil {
		r.last = map[ID]Figures{}
	}
	if before, ok := r.last[f.ID]; ok {
		f = f.over(before)
	} else {
		r.ids = append(r.ids, f.ID)
	}
	r.last[f.ID] = f
	if !r.due {
		r.due = true
		ctx.After(o.r.options.Coalesce, reportsDue{})
	}
}

// over returns the figures with those that they lack from earlier ones of the same incarnation.
func (f Figures) over(before Figures) Figures {
	if f.Incarnation != before.Incarnation {
		return f
	}
	if _, ok := f.Usage.Get(); !ok {
		f.Usage = before.Usage
	}
	if _, ok := f.Performance.Get(); !ok {
		f.Performance = before.Performance
	}
	return f
}

// writeReports writes those that are worth it, in commits of a bounded size.
func (o *owner) writeReports(ctx *actors.Context[message]) error {
	ids := o.reports.ids
	last := o.reports.last
	o.reports = reports{}
	for i, id := range ids {
		o.draft.measure(last[id])
		if (i+1)%maxGroup == 0 {
			if err := o.publish(ctx); err != nil {
				return err
			}
		}
	}
	return o.publish(ctx)
}

// measure takes figures into the draft if they say something new.
func (d *draft) measure(f Figures) {
	rec, known := d.record(f.ID)
	if !known || rec.fed != nil || f.Incarnation != 0 && f.Incarnation != rec.row.Incarnation {
		return
	}
	next := *rec.row
	next.Version++
	set(&next.Usage, f.Usage)
	set(&next.Performance, f.Performance)
	if !index.Moved(rec.row, &next, tolerance) || next.Validate() != nil {
		return
	}
	rec.row = &next
	d.put(f.ID, rec)
}
