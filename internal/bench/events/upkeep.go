// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/benchtab"
)

// counted is version 2 of its type: version 1 was a bare text.
type counted struct {
	N int `json:"n"`
}

// oldCounted is an event as the release before wrote it.
func oldCounted(i int) events.New {
	return events.New{Type: "bench.counted", Data: fmt.Appendf(nil, `{"count":"%0*d"}`, payload-13, i)}
}

// countedCatalog knows the type.
func countedCatalog() (*events.Catalog, events.Kind[counted], error) {
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
	return c, kind, err
}

// upkeep measures migration and retention.
func (b *bench) upkeep(store *sqlite.Store) error {
	ctx := context.Background()
	n := max(b.log/4, 2*events.KeptTail)
	if err := fill(store, n, oldCounted); err != nil {
		return err
	}
	c, kind, err := countedCatalog()
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

// beside measures what a migration in the background costs the appends in front: the same load in turns without and with it.
func (b *bench) beside(store *sqlite.Store) error {
	const appenders, rounds = 64, 5
	each := max(b.appends/10, 2000)
	c, _, err := countedCatalog()
	if err != nil {
		return err
	}
	old := max(b.log/2, 10*each) // more than is migrated meanwhile
	if err := fill(store, old, oldCounted); err != nil {
		return err
	}
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(sys); err != nil {
		return err
	}
	var p99 [2][]float64
	for round := range 2 * rounds {
		with := round % 2
		var upkeep actors.Ref[events.UpkeepMessage]
		if with == 1 {
			upkeep, err = actors.Spawn(sys, "upkeep", func() actors.Behavior[events.UpkeepMessage] {
				return events.NewUpkeep(j, events.UpkeepOptions{Catalog: c})
			})
			if err != nil {
				return err
			}
		}
		took, err := appendAll(j, fmt.Sprintf("round/%d", round), appenders, 1, each)
		if err != nil {
			return err
		}
		p99[with] = append(p99[with], millis(took, 99))
		if with == 1 {
			upkeep.PID().Stop()
			if _, err := upkeep.PID().Await(context.Background()); err != nil {
				return err
			}
		}
	}
	if marks, err := store.Bookmarks(context.Background()); err != nil || len(marks) != 1 || marks[0].Position >= events.Position(old) {
		return errors.Join(err, fmt.Errorf("the migration was over before the measure: %v of %d", marks, old))
	}
	slices.Sort(p99[0])
	slices.Sort(p99[1])
	b.table.Add(benchtab.Row{
		Measure: "append p99 beside a migration, 64 appenders", Value: p99[1][rounds/2], Unit: "ms",
		Baseline: p99[0][rounds/2], BaselineName: "without it", Goal: benchtab.RatioAtMost(1.10),
	})
	return nil
}
