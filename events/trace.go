// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"iter"
)

// MaxTrace is the largest number of events that one trace holds.
const MaxTrace = 1 << 16

// Querier answers queries: a [Store] or a [Journal].
type Querier interface {
	// Query gives a page; see [Store].
	Query(ctx context.Context, q Query) (Page, error)
}

// Select gives all events that a query selects, page after page; the query's limit is the size of a page. It ends after the first error. Events that are
// appended meanwhile are given, too, if the order is ascending.
func Select(ctx context.Context, from Querier, q Query) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			p, err := from.Query(ctx, q)
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range p.Events {
				if !yield(e, nil) {
					return
				}
			}
			if q.Cursor = p.Next; q.Cursor == "" {
				return
			}
		}
	}
}

// Trace is everything that belongs to one correlation, as a forest: each event below the one that caused it.
type Trace struct {
	// Correlation is what was asked for.
	Correlation ID
	// Events are its events in the order of their positions. The other fields hold indexes into it.
	Events []Event
	// Roots are the events without a cause.
	Roots []int
	// Orphans are the events whose cause is not among the events before them: it may be a message, an event of another correlation, or removed.
	Orphans []int
	// Children holds for each event those it caused.
	Children [][]int
	// Truncated tells that there are more than [MaxTrace] events, and the newest are missing.
	Truncated bool
}

// TraceOf reads the trace of a correlation.
func TraceOf(ctx context.Context, from Querier, correlation ID) (Trace, error) {
	if correlation.IsZero() {
		return Trace{}, &QueryError{Field: "correlation", Reason: "missing"}
	}
	var found []Event
	for e, err := range Select(ctx, from, Query{Correlation: correlation, Limit: MaxPage}) {
		if err != nil {
			return Trace{}, err
		}
		if len(found) == MaxTrace {
			t := grow(correlation, found)
			t.Truncated = true
			return t, nil
		}
		found = append(found, e)
	}
	return grow(correlation, found), nil
}

// NewTrace makes the trace of events that have been read already; they must be in the order of their positions.
func NewTrace(correlation ID, found []Event) Trace { return grow(correlation, found) }

// grow makes the forest. A cause must stand before its effect, so whatever the ids say there is no circle.
func grow(correlation ID, found []Event) Trace {
	t := Trace{Correlation: correlation, Events: found, Children: make([][]int, len(found))}
	at := make(map[ID]int, len(found))
	for i := range found {
		cause, known := at[found[i].Causation]
		switch {
		case found[i].Causation.IsZero():
			t.Roots = append(t.Roots, i)
		case known:
			t.Children[cause] = append(t.Children[cause], i)
		default:
			t.Orphans = append(t.Orphans, i)
		}
		at[found[i].ID] = i
	}
	return t
}

// Walk gives every event once with its depth, causes before effects: the roots with all below them, then the orphans with all below them.
func (t Trace) Walk() iter.Seq2[int, Event] {
	return func(yield func(int, Event) bool) {
		type place struct{ depth, at int }
		var open []place // a stack, because a chain may be as long as the trace
		push := func(depth int, of []int) {
			for i := len(of) - 1; i >= 0; i-- {
				open = append(open, place{depth, of[i]})
			}
		}
		push(0, t.Orphans)
		push(0, t.Roots)
		for len(open) > 0 {
			p := open[len(open)-1]
			open = open[:len(open)-1]
			if !yield(p.depth, t.Events[p.at]) {
				return
			}
			push(p.depth+1, t.Children[p.at])
		}
	}
}
