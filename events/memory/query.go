// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
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
	closed, log := s.mu.closed, s.mu.log
	lists := s.listsLocked(q, x.Index)
	s.mu.Unlock()
	if closed {
		return events.Page{}, events.ErrClosed
	}
	head := events.Position(len(log))
	first, last := q.Range(head)
	var found []events.Event
	for pos := range walk(lists, head, first, last, q.Descending) {
		if ctx.Err() != nil {
			return events.Page{}, context.Cause(ctx)
		}
		if e := log[pos-1]; q.Matches(e) {
			if found = append(found, e.Clone()); len(found) > q.Size() {
				break
			}
		}
	}
	return q.Answer(found, last, head), nil
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

// walk gives the positions from first to last in the order that is asked for: those of the lists, or of the log if there are none.
func walk(lists [][]events.Position, head, first, last events.Position, down bool) func(yield func(events.Position) bool) {
	return func(yield func(events.Position) bool) {
		if lists == nil {
			for i := range max(last+1, first) - first {
				pos := first + i
				if down {
					pos = last - i
				}
				if pos <= head && !yield(pos) {
					return
				}
			}
			return
		}
		var all []events.Position
		for _, list := range lists {
			from, _ := slices.BinarySearch(list, first)
			to, _ := slices.BinarySearch(list, last+1)
			all = append(all, list[from:max(from, to)]...)
		}
		if len(lists) > 1 {
			slices.Sort(all)
		}
		if down {
			slices.Reverse(all)
		}
		for _, pos := range all {
			if !yield(pos) {
				return
			}
		}
	}
}
