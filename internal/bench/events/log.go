// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
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

// counted is version 2 of its type: version 1 was a bare text.
type counted struct {
	N int `json:"n"`
}

// upkeep measures migration and retention.
func (b *bench) upkeep(store *sqlite.Store) error {
	ctx := context.Background()
	n := max(b.log/4, 2*events.KeptTail)
	if err := fill(store, n, func(i int) events.New {
		return events.New{Type: "bench.counted", Data: fmt.Appendf(nil, `{"count":"%0*d"}`, payload-13, i)}
	}); err != nil {
		return err
	}
	c := events.NewCatalog()
	kind, err := events.Register[counted](c, events.Schema{Name: "bench.counted", Version: 2, Required: []string{"n"}, Upcasts: map[uint32]events.Upcast{
		1: func(data []byte) ([]byte, error) {
			var old struct {
				Count string `json:"count"`
			}
			if err := json.Unmarshal(data, &old); err != nil {
				return nil, err
			}
			return fmt.Appendf(nil, `{"n":%d}`, len(old.Count)), nil
		},
	}})
	if err != nil {
		return err
	}
	p, err := store.Query(ctx, events.Query{Limit: 1})
	if err != nil {
		return err
	}
	const reads = 100_000
	begin := time.Now()
	for range reads {
		if _, err := kind.Decode(p.Events[0]); err != nil {
			return err
		}
	}
	b.row("upcast and decode of one event", float64(time.Since(begin).Nanoseconds())/reads/1000, "us", benchtab.ValueAtMost(2))
	begin = time.Now()
	m, err := c.Migrate(ctx, store)
	if err != nil {
		return err
	}
	if m.Rewritten != n {
		return fmt.Errorf("rewrote %d events of %d", m.Rewritten, n)
	}
	b.row("migration in the background", float64(n)/time.Since(begin).Seconds(), "events/s", benchtab.ValueAtLeast(30_000))
	begin = time.Now()
	swept, err := events.Retention{Classes: []events.Class{{Name: "all", Prefixes: []string{""}, MaxEvents: 1, Forced: true}}}.Sweep(ctx, store, begin)
	if err != nil {
		return err
	}
	b.row("retention, removal", float64(swept.Events)/time.Since(begin).Seconds(), "events/s", benchtab.Goal{})
	return nil
}
