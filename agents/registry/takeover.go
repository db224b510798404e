// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

// found begins with empty tables: the first life of the registry, or one after everything was lost. Who registered themselves do so again;
// the source's agents are entered now. Those who watch are told what is different from what they knew last.
func (o *owner) found(ctx *actors.Context[message]) error {
	o.view, o.ready = new(index.View), true
	trail := o.watches.begin(ctx, &o.r.circle, true)
	o.watches.quiet = true
	if err := o.followAll(ctx); err != nil {
		return err
	}
	o.watches.quiet = false
	o.watches.catchUp(ctx.PID(), &o.r.circle, trail, o.view)
	return nil
}

// takeOver goes on with the tables of the owner before.
func (o *owner) takeOver(ctx *actors.Context[message]) error {
	view, _, err := o.tables.view.Lookup(struct{}{})
	if err != nil {
		return err
	}
	o.view, o.ready = view, true
	trail := o.watches.begin(ctx, &o.r.circle, false)
	o.watches.catchUp(ctx.PID(), &o.r.circle, trail, o.view)
	if err := o.reconcile(ctx); err != nil {
		return err
	}
	return o.followAll(ctx)
}

// reconcile brings the View up to the rows, which may be ahead by one commit that nobody was answered, and monitors everybody.
func (o *owner) reconcile(ctx *actors.Context[message]) error {
	rows, err := o.tables.rows.All()
	if err != nil {
		return err
	}
	var ahead []index.Write
	n := 0
	for id, rec := range rows {
		n++
		if row, ok := o.view.Get(id.Namespace, id.Name); !ok || row != rec.row {
			ahead = append(ahead, index.Put(rec.row))
		}
	}
	if n != o.view.Len() || len(ahead) > 0 {
		for row := range o.view.All() {
			if _, ok := o.tables.record(IDOf(row)); !ok {
				ahead = append(ahead, index.Remove(row.Namespace, row.ID))
			}
		}
	}
	if len(ahead) > 0 {
		slices.SortFunc(ahead, index.Write.Compare)
		next, changes := o.view.Apply(ahead...)
		if err := o.tables.view.Put(struct{}{}, next); err != nil {
			return err
		}
		o.view = next
		o.watches.tell(ctx.PID(), &o.r.circle, o.view, changes)
	}
	for row := range o.view.All() {
		id := IDOf(row)
		if rec, _ := o.tables.record(id); rec.fed != nil {
			o.fed[id.Name] = id
		} else if pid, ok := row.Handle.(actors.PID); ok {
			o.hold(ctx, pid, id)
		}
	}
	return nil
}
