// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"testing"

	"pgregory.net/rapid"

	"mabeam.dev/events"
)

// Whatever is added and taken: every event was given or lies in a gap that was given, in order, and never more wait than the bounds allow.
func TestAQueueIsBoundedAndAccountsForEveryEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound, bytes := rapid.IntRange(1, 5).Draw(t, "bound"), rapid.IntRange(100, 2000).Draw(t, "bytes")
		var q queue
		var added, told []events.Position
		var at events.Position // of the last gap or event that was given
		take := func(n int) {
			gap, list := q.take(n)
			if !gap.IsZero() {
				if gap.From <= at || gap.To < gap.From {
					t.Fatalf("gap %v behind %d", gap, at)
				}
				for _, p := range added {
					if p >= gap.From && p <= gap.To {
						told = append(told, p)
					}
				}
				at = gap.To
			}
			for _, e := range list {
				if e.Position <= at {
					t.Fatalf("position %d behind %d", e.Position, at)
				}
				at = e.Position
				told = append(told, e.Position)
			}
		}
		var next events.Position
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				next += events.Position(rapid.IntRange(1, 3).Draw(t, "step"))
				added = append(added, next)
				q.add(events.Event{Position: next, New: events.New{Data: make([]byte, rapid.IntRange(0, 700).Draw(t, "size"))}}, bound, bytes)
				size := 0
				for i := range q.events {
					size += q.events[i].Size()
				}
				if len(q.events) > bound || size != q.bytes || size > bytes && len(q.events) > 1 {
					t.Fatalf("%d events with %d bytes, counted %d", len(q.events), size, q.bytes)
				}
			},
			"take": func(t *rapid.T) { take(rapid.IntRange(1, 4).Draw(t, "n")) },
			"skip": func(t *rapid.T) {
				from := next + 1
				next += 2
				added = append(added, from)
				q.skip(Gap{from, next})
			},
		})
		for !q.empty() {
			take(3)
		}
		if len(told) != len(added) {
			t.Fatalf("told of %v, added were %v", told, added)
		}
		for i := range told {
			if told[i] != added[i] {
				t.Fatalf("told of %v, added were %v", told, added)
			}
		}
	})
}
