// SPDX-License-Identifier: Apache-2.0

package topic

import "mabeam.dev/events"

// Gap is a range of positions, both ends included, of which a subscriber was not told. The zero Gap is none. What its patterns select in there is in the journal.
type Gap struct{ From, To events.Position }

// IsZero reports whether there is no gap.
func (g Gap) IsZero() bool { return g == Gap{} }

// and gives the gap over both.
func (g Gap) and(o Gap) Gap {
	switch {
	case g.IsZero():
		return o
	case o.IsZero():
		return g
	}
	return Gap{min(g.From, o.From), max(g.To, o.To)}
}

// queue is what waits for one subscriber: a gap, and the events behind it. It is bounded; the oldest event goes first, so there is one gap, and it is in front.
type queue struct {
	events []events.Event
	bytes  int
	gap    Gap
}

// add puts an event at the end and makes room for it. It reports how many events had to go.
func (q *queue) add(e events.Event, bound, bytes int) (dropped int) {
	q.events = append(q.events, e)
	q.bytes += e.Size()
	for len(q.events) > bound || len(q.events) > 1 && q.bytes > bytes {
		old := q.events[0]
		q.gap = q.gap.and(Gap{old.Position, old.Position})
		q.bytes -= old.Size()
		q.events[0] = events.Event{} // let go of the data
		q.events = q.events[1:]
		dropped++
	}
	return dropped
}

// skip notes a gap behind everything that waits: it swallows what waits, since there is one gap and it is in front.
func (q *queue) skip(g Gap) (dropped int) {
	if dropped = len(q.events); dropped > 0 {
		g = g.and(Gap{q.events[0].Position, q.events[0].Position})
	}
	q.gap = q.gap.and(g)
	q.events, q.bytes = nil, 0
	return dropped
}

func (q *queue) empty() bool { return len(q.events) == 0 && q.gap.IsZero() }

// take gives the gap and up to n events behind it, as copies.
func (q *queue) take(n int) (Gap, []events.Event) {
	n = min(n, len(q.events))
	var out []events.Event
	for _, e := range q.events[:n] {
		out = append(out, e.Clone())
		q.bytes -= e.Size()
	}
	clear(q.events[:n])
	if q.events = q.events[n:]; len(q.events) == 0 {
		q.events = nil
	}
	gap := q.gap
	q.gap = Gap{}
	return gap, out
}
