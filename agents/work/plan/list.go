// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"slices"
)

// Selection chooses among the tasks that are held whole: those that are open, and the dead letters.
type Selection struct {
	States []State // States a task may be in; empty = any.
	Kind   string  // Kind of the task; empty = any.
	After  uint64  // After is the Seq behind which the list begins.
	Limit  int     // Limit of the list; 0 or less = none.
}

// Tasks lists the tasks of a selection in the order of their arrival. It looks at all that are held.
func (q *Queue) Tasks(s Selection) []View {
	var found []*record
	for _, r := range q.records {
		if r.seq > s.After && (s.Kind == "" || r.Kind == s.Kind) && (len(s.States) == 0 || slices.Contains(s.States, r.state)) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *record) int { return cmp.Compare(a.seq, b.seq) })
	if s.Limit > 0 && len(found) > s.Limit {
		found = found[:s.Limit]
	}
	views := make([]View, len(found))
	for i, r := range found {
		views[i] = q.view(r)
	}
	return views
}

// Paused returns why the queue is paused and since when, if it is.
func (q *Queue) Paused() (Paused, bool) { return q.pause, q.paused }
