// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// benched is a space with n float variables that are kept as d says.
func benched(tb testing.TB, n int, d cognitive.Durability) (*cognitive.Space, []*cognitive.Variable[float64]) {
	tb.Helper()
	return benchedOn(tb, nil, n, d)
}

func benchedOn(tb testing.TB, bus *telemetry.Bus, n int, d cognitive.Durability) (*cognitive.Space, []*cognitive.Variable[float64]) {
	tb.Helper()
	ctx := context.Background()
	sys := actors.New(actors.Options{Events: bus})
	tb.Cleanup(func() { _ = sys.Close(ctx) })
	s, child, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "bench", Journal: &memory{}})
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}}); err != nil {
		tb.Fatal(err)
	}
	all := make([]*cognitive.Variable[float64], n)
	for i := range all {
		if all[i], err = s.AddFloat(ctx, fmt.Sprint("v", i), kind.Float{Min: 0, Max: 1}, cognitive.With(cognitive.Settings{Durability: d, DeadBand: -1})); err != nil {
			tb.Fatal(err)
		}
	}
	return s, all
}

func BenchmarkGet(b *testing.B) {
	_, vars := benched(b, 1000, cognitive.Buffered)
	v := vars[500]
	b.Run("idle", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = v.Get()
		}
	})
	bound := v.For(cognitive.Agent{Name: "ann", Roles: []string{"reader"}})
	b.Run("bound", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = bound.Get()
		}
	})
	b.Run("writer", func(b *testing.B) {
		var stop atomic.Bool
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() { // it ends when the benchmark has been told
				for i := w; !stop.Load(); i = (i + 8) % len(vars) {
					_, _ = vars[i].Propose(context.Background(), 0.5)
				}
			})
		}
		b.ReportAllocs()
		b.ResetTimer()
		for b.Loop() {
			_ = v.Get()
		}
		stop.Store(true)
		wg.Wait()
	})
}

func TestAReadAllocatesNothing(t *testing.T) {
	_, vars := benched(t, 3, cognitive.Buffered)
	bound := vars[1].For(cognitive.Agent{Name: "ann"})
	if n := testing.AllocsPerRun(100, func() { _ = vars[1].Get() + bound.Get() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// One benchmark operation is one commit; callers propose from many goroutines.
func BenchmarkCommit(b *testing.B) {
	for _, d := range []cognitive.Durability{cognitive.Durable, cognitive.Buffered, cognitive.Ephemeral} {
		b.Run(d.String(), func(b *testing.B) {
			_, vars := benched(b, 1000, d)
			var next atomic.Uint64
			b.ReportAllocs()
			b.SetParallelism(100)
			b.RunParallel(func(p *testing.PB) {
				ctx := context.Background()
				for p.Next() {
					i := next.Add(1)
					if _, err := vars[i%1000].Propose(ctx, float64(i%7)/7); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}

// From when a report was due to when everybody sees the commit that it made, with one step a report: reports come at a fixed rate whether or not earlier ones are done. The
// value tells which report made it.
func BenchmarkFeedback(b *testing.B) {
	const places = 1 << 24
	for _, rate := range []int{1000, 100_000} {
		b.Run(fmt.Sprintf("%d a second", rate), func(b *testing.B) {
			every := time.Second / time.Duration(rate)
			var begin time.Time
			var mu sync.Mutex
			took := make([]time.Duration, 0, b.N)
			bus := telemetry.NewBus()
			defer telemetry.Subscribe(bus, "bench", func(e cognitive.VariableCommitted) {
				if e.Commit.Cause == cognitive.ByAdapter {
					mu.Lock()
					took = append(took, time.Since(begin)-time.Duration(e.Commit.Value.Float()*places+0.5)*every)
					mu.Unlock()
				}
			})()
			s, vars := benchedOn(b, bus, 1000, cognitive.Buffered)
			for _, v := range vars {
				if err := s.Adapt(context.Background(), cognitive.Adaptation{Variable: v.Name(), Control: func(_ time.Time, _ kind.Value, f cognitive.Feedback) (kind.Value, string, bool) {
					return kind.OfFloat(f.Metrics[0].Value / places), "", true
				}}); err != nil {
					b.Fatal(err)
				}
			}
			begin = time.Now()
			b.ResetTimer()
			for i := range b.N {
				for time.Since(begin) < time.Duration(i)*every {
					runtime.Gosched()
				}
				v := vars[i%len(vars)]
				_ = s.Report(cognitive.Feedback{Variable: v.Name(), Version: v.Load().Version, Metrics: []adapt.Metric{{Name: "i", Value: float64(i)}}})
			}
			b.StopTimer()
			mu.Lock()
			defer mu.Unlock()
			if len(took) > 0 {
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2])/1e3, "p50-µs")
				b.ReportMetric(float64(took[len(took)*99/100])/1e3, "p99-µs")
				b.ReportMetric(float64(len(took))/float64(b.N), "commits/report")
			}
		})
	}
}

// What one more idle variable costs, with its process and its first commit.
func BenchmarkIdleVariable(b *testing.B) {
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	const n = 5000
	for b.Loop() {
		before := heap()
		_, vars := benched(b, n, cognitive.Ephemeral)
		b.ReportMetric(float64(heap()-before)/n, "B/variable")
		runtime.KeepAlive(vars)
	}
}
