// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
	"iter"
	"slices"

	"mabeam.dev/events"
)

// key names one list of an index.
type key struct {
	index events.Index
	text  string
	id    events.ID
}

// keysOf gives the lists that an event stands in.
func keysOf(e *events.Event) []key {
	keys := []key{{index: events.ByStream, text: string(e.Stream)}, {index: events.ByType, text: e.Type}}
	if e.Agent != "" {
		keys = append(keys, key{index: events.ByAgent, text: e.Agent})
	}
	if !e.Correlation.IsZero() {
		keys = append(keys, key{index: events.ByCorrelation, id: e.Correlation})
	}
	return keys
}

// Query gives a page of selected events; see events.Store.
func (s *Store) Query(ctx context.Context, q events.Query) (events.Page, error) {
	x, err := q.Explain()
	if err != nil {
		return events.Page{}, err
	}
	if ctx.Err() != nil {
		return events.Page{}, context.Cause(ctx)
	}
	s.mu.Lock()
	closed, log, head := s.mu.closed, s.mu.log, s.mu.head
	lists, removed := s.listsLocked(q, x.Index), s.removedLocked(q)
	s.mu.Unlock()
	if closed {
		return events.Page{}, events.ErrClosed
	}
	first, last := q.Range(head)
	start := first
	if q.Descending && q.Cursor != "" { // what was given before cannot be missing
		start = max(q.From, 1)
	}
	if q.Complete && removed >= start {
		return events.Page{}, &events.CompactedError{Stream: q.Stream, First: removed + 1}
	}
	var found []events.Event
	for i := range walk(lists, log, first, last, q.Descending) {
		if ctx.Err() != nil {
			return events.Page{}, context.Cause(ctx)
		}
		if q.Matches(log[i]) {
			if found = append(found, log[i].Clone()); len(found) > q.Size() {
				break
			}
		}
	}
	return q.Answer(found, last, head), nil
}

// removedLocked gives the last removed position that may have been selected.
func (s *Store) removedLocked(q events.Query) events.Position {
	switch {
	case q.Stream != "":
		if st := s.mu.streams[q.Stream]; st != nil {
			return st.removed
		}
		return 0
	case len(q.Types) > 0:
		var last events.Position
		for _, t := range q.Types {
			last = max(last, s.mu.types[t])
		}
		return last
	default:
		return s.mu.removed
	}
}

// listsLocked gives the lists of positions that the query walks together; nil stands for the log itself.
func (s *Store) listsLocked(q events.Query, index events.Index) [][]events.Position {
	switch index {
	case events.ByCorrelation:
		return [][]events.Position{s.mu.index[key{index: index, id: q.Correlation}]}
	case events.ByStream:
		return [][]events.Position{s.mu.index[key{index: index, text: string(q.Stream)}]}
	case events.ByAgent:
		return [][]events.Position{s.mu.index[key{index: index, text: q.Agent}]}
	case events.ByType:
		lists := make([][]events.Position, 0, len(q.Types))
		for _, t := range q.Types {
			lists = append(lists, s.mu.index[key{index: index, text: t}])
		}
		return lists
	default:
		return nil
	}
}

// walk gives the places in the log of the positions from first to last in the order that is asked for: those of the lists, or all if there are none.
func walk(lists [][]events.Position, log []events.Event, first, last events.Position, down bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		var all []int
		if lists == nil {
			for i := place(log, first); i < len(log) && log[i].Position <= last; i++ {
				all = append(all, i)
			}
		}
		for _, list := range lists {
			from, _ := slices.BinarySearch(list, first)
			to, _ := slices.BinarySearch(list, last+1)
			for _, pos := range list[from:max(from, to)] {
				all = append(all, place(log, pos))
			}
		}
		if len(lists) > 1 {
			slices.Sort(all)
		}
		if down {
			slices.Reverse(all)
		}
		for _, i := range all {
			if !yield(i) {
				return
			}
		}
	}
}
