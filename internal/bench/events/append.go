// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/internal/benchtab"
)

// payload is the size of an event's data in bytes.
const payload = 128

// number gives ids that rise like those of a journal.
func number(n int) (id events.ID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	return id
}

// fact is one event with every usual field, one of ten with the same correlation.
func fact(n int) events.New {
	return events.New{
		Type: fmt.Sprintf("bench.happened_%d", n%20), Agent: fmt.Sprintf("agent/%d", n%1000), Correlation: number(1<<40 + n/10),
		Causation: number(n), Data: data(n),
	}
}

func data(n int) []byte { return fmt.Appendf(make([]byte, 0, payload), `{"n":%*d}`, payload-6, n) }

// append measures durable appends through the journal's process.
func (b *bench) append(store *sqlite.Store, appenders, batch int, goal, p99 float64) error {
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(sys); err != nil {
		return err
	}
	begin := time.Now()
	took, err := appendAll(j, "bench", appenders, batch, b.appends)
	if err != nil {
		return err
	}
	rate := float64(b.appends) / time.Since(begin).Seconds()
	name := fmt.Sprintf("durable append, %d appenders", appenders)
	if batch > 1 {
		name = fmt.Sprintf("durable append, batches of %d", batch)
	}
	b.row(name, rate, "events/s", benchtab.ValueAtLeast(goal))
	limit := benchtab.Goal{}
	if p99 > 0 {
		limit = benchtab.ValueAtMost(p99)
	}
	b.row(name+", p50", millis(took, 50), "ms", benchtab.Goal{})
	b.row(name+", p99", millis(took, 99), "ms", limit)
	return nil
}

// millis gives a percentile of sorted times in milliseconds.
func millis(sorted []time.Duration, percent int) float64 {
	return sorted[len(sorted)*percent/100].Seconds() * 1000
}

// appendAll appends n events from many goroutines at once, and gives the sorted times that the appends took.
func appendAll(j *events.Journal, prefix string, appenders, batch, total int) ([]time.Duration, error) {
	ctx := context.Background()
	took := make([][]time.Duration, appenders)
	failed := make([]error, appenders)
	var wg sync.WaitGroup
	for w := range appenders {
		wg.Go(func() {
			s := events.Stream(fmt.Sprintf("%s/%d", prefix, w))
			for n := w * batch; n < total; n += appenders * batch {
				ev := make([]events.New, min(batch, total-n))
				for i := range ev {
					ev[i] = fact(n + i)
				}
				start := time.Now()
				if _, err := j.Append(ctx, s, events.Any, ev...); err != nil {
					failed[w] = err
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	all := slices.Concat(took...)
	slices.Sort(all)
	return all, errors.Join(failed...)
}

// fill writes n events without a journal.
func fill(store *sqlite.Store, n int, make1 func(n int) events.New) error {
	const batch = events.MaxEvents
	for i := 0; i < n; i += batch {
		ev := make([]events.New, min(batch, n-i))
		for k := range ev {
			ev[k] = make1(i + k)
			ev[k].ID = number(i + k)
		}
		out, err := store.AppendGroup(context.Background(), []events.Append{{Stream: events.Stream(fmt.Sprintf("log/%d", i/batch%100)), Events: ev}})
		if err == nil {
			err = out[0].Err
		}
		if err != nil {
			return err
		}
	}
	return nil
}
