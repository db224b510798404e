// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/benchtab"
)

// reading measures replay and queries on one long log.
func (b *bench) reading(store *sqlite.Store) error {
	begin := time.Now()
	if err := fill(store, b.log, fact); err != nil {
		return err
	}
	b.row(fmt.Sprintf("log of %d events, written in groups of %d", b.log, events.MaxEvents), float64(b.log)/time.Since(begin).Seconds(), "events/s", benchtab.Goal{})
	b.row("log, bytes of an event", float64(store.Stats().FileBytes)/float64(b.log), "bytes", benchtab.Goal{})
	begin = time.Now()
	n := 0
	for _, err := range store.ReadAll(context.Background(), 0) {
		if err != nil {
			return err
		}
		n++
	}
	if n != b.log {
		return fmt.Errorf("read %d events of %d", n, b.log)
	}
	b.row("replay", float64(n)/time.Since(begin).Seconds(), "events/s", benchtab.ValueAtLeast(300_000))
	for _, q := range []struct {
		name  string
		query func(n int) events.Query
		found int
		goal  float64
	}{
		{"query by correlation, 10 events", func(n int) events.Query { return events.Query{Correlation: number(1<<40 + n/10)} }, min(10, b.log), 5},
		{"query by agent, 100 events", func(n int) events.Query { return events.Query{Agent: fmt.Sprintf("agent/%d", n%1000), Limit: 100} }, min(100, b.log/1000), 1},
		{"query by type, newest 100 of three types", func(n int) events.Query {
			return events.Query{Types: []string{"bench.happened_1", "bench.happened_5", "bench.happened_7"}, Descending: true, Limit: 100}
		}, min(100, b.log*3/20), 0},
		{"query by time, 100 events from a moment on", func(n int) events.Query {
			return events.Query{Since: begin.Add(-time.Since(begin) / 2), Limit: 100}
		}, -1, 0},
	} {
		if err := b.ask(store, q.name, q.query, q.found, q.goal); err != nil {
			return err
		}
	}
	return nil
}

// ask measures one kind of query at many places of the log.
func (b *bench) ask(store *sqlite.Store, name string, query func(n int) events.Query, found int, goal float64) error {
	const times = 200
	var took []time.Duration
	for i := range times {
		q := query(i * 7919 * 104729 % b.log)
		start := time.Now()
		p, err := store.Query(context.Background(), q)
		if err != nil {
			return err
		}
		took = append(took, time.Since(start))
		if found >= 0 && len(p.Events) < found {
			return fmt.Errorf("%s: %d events of %d", name, len(p.Events), found)
		}
	}
	slices.Sort(took)
	limit := benchtab.Goal{}
	if goal > 0 {
		limit = benchtab.ValueAtMost(goal)
	}
	b.row(name+", p50", took[times/2].Seconds()*1000, "ms", benchtab.Goal{})
	b.row(name+", p99", took[times*99/100].Seconds()*1000, "ms", limit)
	return nil
}
