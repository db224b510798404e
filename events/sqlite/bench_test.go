// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// payload is the size of an event's data in the benchmarks.
const payload = 128

// BenchmarkAppend measures durable appends through the journal's process: an operation is one event, acknowledged after fsync.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ appenders, batch int }{{1, 1}, {64, 1}, {512, 1}, {1, 256}} {
		name := fmt.Sprintf("appenders=%d", c.appenders)
		if c.batch > 1 {
			name += fmt.Sprintf("/batch=%d", c.batch)
		}
		b.Run(name, func(b *testing.B) { benchAppend(b, c.appenders, c.batch) })
	}
}

func benchAppend(b *testing.B, appenders, batch int) {
	store, err := sqlite.Open(filepath.Join(b.TempDir(), "events.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	j := events.NewJournal(store, events.JournalOptions{})
	if _, err := j.Start(sys); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var wg sync.WaitGroup
	took := make([][]time.Duration, appenders)
	failed := make(chan error, appenders)
	b.ResetTimer()
	for w := range appenders {
		wg.Go(func() {
			s := events.Stream(fmt.Sprintf("bench/%d", w))
			for n := w; n*batch < b.N; n += appenders {
				ev := make([]events.New, min(batch, b.N-n*batch))
				for i := range ev {
					ev[i] = events.New{Type: "bench.appended", Data: make([]byte, payload)}
				}
				start := time.Now()
				if _, err := j.Append(b.Context(), s, events.Any, ev...); err != nil {
					failed <- err
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkReplay measures reading a store from its first event; an operation is one event.
func BenchmarkReplay(b *testing.B) {
	store, err := sqlite.Open(filepath.Join(b.TempDir(), "events.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	const n = 20_000
	for i := 0; i < n; i += 500 {
		ev := make([]events.New, 500)
		for k := range ev {
			ev[k] = events.New{ID: events.MakeID(time.UnixMilli(int64(i)), [10]byte{0, byte(k >> 8), 0, byte(k)}), Type: "bench.appended", Data: make([]byte, payload)}
		}
		if _, err := store.AppendGroup(b.Context(), []events.Append{{Stream: "bench", Events: ev}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for read := 0; read < b.N; {
		for _, err := range store.ReadAll(b.Context(), 0) {
			if err != nil {
				b.Fatal(err)
			}
			if read++; read >= b.N {
				break
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
