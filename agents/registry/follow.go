// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"maps"
	"math"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

// followAll asks the source about everybody, in commits of a bounded size.
func (o *owner) followAll(ctx *actors.Context[message]) error {
	if o.r.options.Source == nil {
		return nil
	}
	o.r.inbox.take(math.MaxInt, ctx.PID()) // everybody is asked about: from now on there is news again
	gone := maps.Clone(o.fed)
	n := 0
	for row := range o.r.options.Source.Rows() {
		delete(gone, row.ID)
		o.take(row)
		if n++; n%maxGroup == 0 {
			if err := o.publish(ctx); err != nil {
				return err
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		o.follow(id) // it may have come since
	}
	return o.publish(ctx)
}

// news asks the source about some of those of whom it has news.
func (o *owner) news(ctx *actors.Context[message]) error {
	n, more := o.followSome(ctx)
	if more {
		o.r.nudge(news{})
	}
	return o.later(ctx, n)
}

func (o *owner) followSome(ctx *actors.Context[message]) (n int, more bool) {
	ids, more := o.r.inbox.take(maxGroup, ctx.PID())
	for _, id := range ids {
		o.follow(id)
	}
	return len(ids), more
}

// follow asks the source about one agent.
func (o *owner) follow(id string) {
	if row, ok := o.r.options.Source.Row(id); ok {
		o.take(row)
	} else if old, ok := o.fed[id]; ok {
		o.draft.forget(old)
		delete(o.fed, id)
	}
}

// take enters what the source says of an agent.
func (o *owner) take(row *index.Row) {
	id := IDOf(row)
	if old, ok := o.fed[row.ID]; ok && old != id { // it lives in another namespace now
		o.draft.forget(old)
		delete(o.fed, row.ID)
	}
	if o.draft.follow(row) {
		o.fed[row.ID] = id
	}
}

// ended takes out the rows of a process that has ended.
func (o *owner) ended(ctx *actors.Context[message], m ended) error {
	o.watches.ended(ctx.PID(), &o.r.circle, m.PID)
	h, known := o.held[m.PID]
	if !known {
		return nil
	}
	delete(o.held, m.PID)
	why := m.Reason
	if first, ok := m.PID.Reason(); ok {
		why = first // of a process that ended before it was monitored the notice says only that it is not there
	}
	o.draft.died(h.id, m.PID, why)
	for _, id := range h.more {
		o.draft.died(id, m.PID, why)
	}
	return o.later(ctx, 1+len(h.more))
}

// settle publishes everything that is known by now.
func (o *owner) settle(ctx *actors.Context[message]) error {
	for more := o.r.options.Source != nil; more; {
		_, more = o.followSome(ctx)
		if err := o.publish(ctx); err != nil {
			return err
		}
	}
	return o.writeReports(ctx)
}
