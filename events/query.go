// SPDX-License-Identifier: Apache-2.0

package events

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// MaxTypes is the largest number of types in one query.
	MaxTypes = 64
	// MaxPage is the largest number of events in one page of a query.
	MaxPage = 4096
	// DefaultPage is the number of events in a page of a query that sets no limit.
	DefaultPage = 256
)

// Query selects the events that meet every condition which is set, in the order of their positions. The zero Query selects everything.
type Query struct {
	Stream Stream // only events of this stream
	Agent  string // only events of this agent
	// Types selects the events of any of these types, at most [MaxTypes]; a severity is the set of its types, see [Catalog.AtLeast].
	Types []string
	// Correlation and Causation select by these ids, where they are not zero.
	Correlation, Causation ID
	// From and To are the first and the last position that may be selected; 0 leaves that side open.
	From, To Position
	// Since and Until select events stamped at or after Since and before Until, in microseconds; the zero time leaves that side open.
	Since, Until time.Time
	// Descending gives the newest first.
	Descending bool
	// Limit is the number of events in a page; 0 means [DefaultPage], at most [MaxPage].
	Limit int
	// Cursor continues behind an earlier page of the same query; empty begins. The limit may change between pages.
	Cursor Cursor
	// AllowScan permits a query that no index serves; without it such a query is refused with [ErrScan].
	AllowScan bool
	// Complete refuses the query with [*CompactedError] if an event that it may select was removed by retention. An ascending query asks from
	// its cursor or From on.
	Complete bool
}

// Page is the answer to a query.
type Page struct {
	// Events are the selected events in the order that was asked for.
	Events []Event
	// Next continues behind this page. It is empty if nothing more was there, when the page was read, that the query selects.
	Next Cursor
	// Through is, for an ascending query, the position up to which everything that the query selects has been given, with this page and those before.
	// It may lie behind the last event of the page: follow on with From = Through + 1 and without a cursor.
	Through Position
	// Head is the position of the last acknowledged event when the page was read.
	Head Position
}

// Validate checks the form of the query and returns every problem, joined, each a [*QueryError].
func (q Query) Validate() error {
	v := validation{wrap: func(field, reason string) error { return &QueryError{Field: field, Reason: reason} }}
	if q.Stream != "" {
		v.name("stream", string(q.Stream))
	}
	if q.Agent != "" {
		v.name("agent", q.Agent)
	}
	if n := len(q.Types); n > MaxTypes {
		v.add("types", fmt.Sprintf("%d types, at most %d", n, MaxTypes))
	}
	for i, t := range q.Types {
		at := fmt.Sprintf("types[%d]", i)
		v.name(at, t)
		if j := slices.Index(q.Types, t); j < i {
			v.add(at, fmt.Sprintf("same as types[%d]", j))
		}
	}
	if q.To != 0 && q.From > q.To {
		v.add("from", fmt.Sprintf("position %d is after to, %d", q.From, q.To))
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && q.Since.After(q.Until) {
		v.add("since", "is after until")
	}
	if q.Limit < 0 || q.Limit > MaxPage {
		v.add("limit", fmt.Sprintf("%d, at most %d", q.Limit, MaxPage))
	}
	if q.Cursor != "" {
		if _, err := q.Cursor.decode(q); err != nil {
			v.add("cursor", err.Error())
		}
	}
	return errors.Join(v.problems...)
}

// Size is the number of events in a page.
func (q Query) Size() int {
	if q.Limit <= 0 {
		return DefaultPage
	}
	return q.Limit
}

// Matches reports whether the query selects the event. Limit and cursor have no part in it.
func (q Query) Matches(e Event) bool {
	return (q.Stream == "" || e.Stream == q.Stream) &&
		(q.Agent == "" || e.Agent == q.Agent) &&
		(len(q.Types) == 0 || slices.Contains(q.Types, e.Type)) &&
		(q.Correlation.IsZero() || e.Correlation == q.Correlation) &&
		(q.Causation.IsZero() || e.Causation == q.Causation) &&
		e.Position >= q.From && (q.To == 0 || e.Position <= q.To) &&
		(q.Since.IsZero() || !e.At.Before(q.Since)) && (q.Until.IsZero() || e.At.Before(q.Until))
}

// Range gives the first and the last position that a page of the query may hold in a store with that head; the cursor is taken into account, the
// times are not. The range is empty if first > last. Back ends call it.
func (q Query) Range(head Position) (first, last Position) {
	first, last = max(q.From, 1), head
	if q.To != 0 {
		last = min(last, q.To)
	}
	if q.Cursor == "" {
		return first, last
	}
	at, err := q.Cursor.decode(q)
	switch {
	case err != nil:
		return 1, 0
	case q.Descending:
		return first, min(last, at-1)
	default:
		return max(first, at+1), last
	}
}

// Answer makes the page from the events found in the range, which must be those the query selects there, in its order, up to one more than its size.
// Back ends call it.
func (q Query) Answer(found []Event, last, head Position) Page {
	p := Page{Events: found, Head: head, Through: last}
	if n := q.Size(); len(found) > n {
		p.Events = found[:n:n]
		p.Through = found[n-1].Position
		p.Next = encodeCursor(q, p.Through)
	}
	if q.Descending {
		p.Through = 0
	}
	return p
}
