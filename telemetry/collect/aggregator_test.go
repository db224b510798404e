// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/sketch"
	"mabeam.dev/telemetry/window"
)

func TestEventIsInItsSeriesWhenEmitReturns(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{Snapshot: -1})
		collect.Measure(agg, "task.seconds", func(e taskEnded) (string, float64, bool) { return e.Queue, e.Took, e.Took >= 0 })
		telemetry.Emit(w.bus, taskEnded{"q", 9}) // nobody listens yet
		w.start(agg.Child())
		collect.Tally(agg, "tasks", func(e taskEnded) (string, float64, bool) { return "", 1, true }) // while it runs
		for _, took := range []float64{1, 2, 3, -1} {
			telemetry.Emit(w.bus, taskEnded{"q", took})
		}
		r := agg.Read("task.seconds")
		require.Len(t, r, 1)
		assert.Equal(t, "q", r[0].Key)
		assert.EqualValues(t, 3, r[0].Windows[window.Short].Count)
		assert.Equal(t, 2.0, r[0].Windows[window.Short].P50)
		assert.Equal(t, 4.0, agg.Read("tasks")[0].Total)
		assert.Equal(t, 4.0, agg.Read("event.test.task_ended")[0].Total)
		assert.Equal(t, []string{"task.seconds", "tasks"}, agg.Names())
		assert.Empty(t, agg.Read("nothing"))
	})
}

func TestSubscriptionsEndWithTheProcessAndComeBackWithTheNext(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{Snapshot: -1})
		collect.Tally(agg, "tasks", func(taskEnded) (string, float64, bool) { return "", 1, true })
		assert.False(t, w.bus.Active())
		top := w.start(agg.Child())
		telemetry.Emit(w.bus, taskEnded{})
		first := top.Child("aggregator")
		first.Kill()
		synctest.Wait()
		assert.NotEqual(t, first, top.Child("aggregator"))
		telemetry.Emit(w.bus, taskEnded{})
		assert.Equal(t, 2.0, agg.Read("tasks")[0].Total)
		require.NoError(t, top.TerminateChild(w.Context(), "aggregator"))
		assert.False(t, w.bus.Active(), "nobody listens while it is down")
	})
}

func TestGaugesAndTotalsAreReadAtEveryTick(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{Snapshot: -1})
		var level, total atomic.Int64
		level.Store(5)
		total.Store(100)
		agg.Gauge("level", func(report func(string, float64)) { report("", float64(level.Load())) })
		agg.Total("total", func(report func(string, float64)) { report("", float64(total.Load())) })
		w.start(agg.Child())
		level.Store(7)
		total.Store(130)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, 7.0, agg.Read("level")[0].Last)
		total.Store(20) // whoever counts has begun anew
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, 50.0, agg.Read("total")[0].Total)
		assert.Equal(t, 25.0, agg.Read("total")[0].Growth(window.Short))
	})
}

func TestSeriesAreBoundedAndOfOneKind(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{MaxKeys: 3})
		for i := range 10 {
			assert.True(t, agg.Count("c", fmt.Sprint(i), 1))
		}
		var keys []string
		sum := 0.0
		for _, r := range agg.Read("c") {
			keys = append(keys, r.Key)
			sum += r.Total
		}
		assert.Equal(t, []string{"0", "1", "2", collect.Other}, keys)
		assert.Equal(t, 10.0, sum)
		assert.False(t, agg.Record("c", "0", 1), "a counter takes no values")
		assert.False(t, agg.Count("c", "0", -1))
		assert.False(t, agg.Record("v", "", math.NaN()))
		s := agg.Stats()
		assert.EqualValues(t, []uint64{3, 7}, []uint64{s.Refused, s.Beyond})
	})
}

func TestSystemSnapshotComesEveryFiveSeconds(t *testing.T) {
	bubble(t, func(w *world) {
		var got []collect.SystemSnapshot
		defer telemetry.Subscribe(w.bus, "test", func(e collect.SystemSnapshot) { got = append(got, e) })()
		w.start(collect.NewAggregator(w.sys, collect.Options{}).Child())
		time.Sleep(11 * time.Second)
		synctest.Wait()
		require.Len(t, got, 2)
		assert.Equal(t, 2, got[0].Processes)
		assert.Positive(t, got[0].Goroutines)
		assert.Positive(t, got[0].HeapBytes)
		assert.Equal(t, 5*time.Second, got[1].At.Sub(got[0].At))
	})
}

func TestAgentHasAtMost32MetricsEachWithAggregatesAndPercentiles(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{})
		for i := range 100 {
			require.True(t, agg.RecordAgent("a", "latency", float64(100-i)))
		}
		for i := range 40 {
			assert.Equal(t, i < 31, agg.RecordAgent("a", fmt.Sprintf("m%02d", i), 1), i)
		}
		m := agg.AgentMetrics("a")
		require.Len(t, m, 32)
		latency := m[0]
		assert.Equal(t, "latency", latency.Metric)
		assert.Equal(t, collect.Aggregate{Count: 100, Sum: 5050, Min: 1, Max: 100, Last: 1, At: w.sys.Now()}, latency.Total)
		assert.Equal(t, 50.5, latency.Total.Mean())
		assert.InEpsilon(t, 99, latency.Windows[window.Minute].P99, sketch.RelativeError)
		assert.EqualValues(t, 9, agg.Stats().AgentsRefused)
		assert.False(t, agg.RecordAgent("a", "latency", math.Inf(1)))
		agg.ForgetAgent("a")
		agg.ForgetAgent("a")
		assert.Empty(t, agg.AgentMetrics("a"))
		assert.Zero(t, agg.Stats().Agents)
	})
}

func TestAgentsThatReportMostHaveWindowsAndTheIdleAreForgotten(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{MaxFull: 2, MaxAgents: 4, Idle: time.Minute, Snapshot: -1})
		w.start(agg.Child())
		for i, id := range []string{"a", "b", "c", "d", "e"} {
			for range 1 + i*10 {
				assert.Equal(t, id != "e", agg.RecordAgent(id, "n", 1))
			}
		}
		full := func() (out []string) {
			for _, id := range agg.Agents() {
				if agg.AgentMetrics(id)[0].Full {
					out = append(out, id)
				}
			}
			return out
		}
		assert.Equal(t, []string{"a", "b"}, full(), "the first come have them until there is a ranking")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for _, id := range []string{"a", "b", "c", "d"} {
			agg.RecordAgent(id, "n", 1)
		}
		assert.Equal(t, []string{"c", "d"}, full())
		assert.Equal(t, 2, agg.Stats().Full)
		assert.Len(t, agg.Read("agent.n"), 2)
		time.Sleep(50 * time.Second)
		agg.RecordAgent("a", "n", 1)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"a"}, agg.Agents())
		assert.EqualValues(t, 3, agg.AgentMetrics("a")[0].Total.Count)
		assert.Equal(t, 1, agg.Stats().Full)
	})
}

func TestConcurrentAgentsAreCountedExactly(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{MaxFull: 3})
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for i := range 2000 {
					agg.RecordAgent(fmt.Sprint((g+i)%10), "n", 1)
					if i%500 == 0 {
						agg.ForgetAgent("gone")
						agg.RecordAgent("gone", "n", 1)
					}
				}
			})
		}
		wg.Wait()
		sum := uint64(0)
		for _, id := range agg.Agents() {
			if id != "gone" {
				sum += agg.AgentMetrics(id)[0].Total.Count
			}
		}
		assert.EqualValues(t, 16_000, sum)
		assert.Equal(t, 11, agg.Stats().Agents)
	})
}

func TestViewShowsOnlyWhatIsKnown(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{Snapshot: -1})
		agg.Record("seconds", "a", 2)
		agg.Count("steps", "a", 30)
		agg.RecordAgent("x1", "latency", 5)
		agg.RecordAgent("y1", "latency", 6)
		top := w.start(agg.Child())
		look := func(m alert.Measure) []alert.Sample { return agg.View(w.sys.Now()).Samples(m) }
		start := w.sys.Now()
		assert.Equal(t, []alert.Sample{{Key: "a", Value: 2, At: start}}, look(alert.Measure{Series: "seconds", Stat: alert.P99}))
		assert.Equal(t, []alert.Sample{{Key: "a", Value: 30, At: start}}, look(alert.Measure{Series: "steps", Stat: alert.Rate}))
		assert.Equal(t, []alert.Sample{{Key: "x1", Value: 5, At: start}}, look(alert.Measure{Series: "agent.latency", Scope: "x*"}))
		assert.Equal(t, []alert.Sample{{Value: 0, At: start}}, look(alert.Measure{Series: "event.never", Stat: alert.Rate}))
		assert.Empty(t, look(alert.Measure{Series: "nothing"}))
		time.Sleep(20*time.Second + time.Millisecond)
		synctest.Wait()
		assert.Empty(t, look(alert.Measure{Series: "seconds", Stat: alert.P99}), "a percentile of nothing")
		assert.Equal(t, []alert.Sample{{Key: "a", At: start.Add(20 * time.Second)}}, look(alert.Measure{Series: "seconds", Stat: alert.Rate}))
		require.NoError(t, top.TerminateChild(w.Context(), "aggregator"))
		time.Sleep(20 * time.Second)
		assert.Equal(t, start.Add(20*time.Second), look(alert.Measure{Series: "steps", Stat: alert.Rate})[0].At, "nothing is known since it is down")
	})
}

func BenchmarkRecordAgent(b *testing.B) {
	synctestFree := collect.NewAggregator(newSystem(b), collect.Options{})
	b.ReportAllocs()
	for b.Loop() {
		synctestFree.RecordAgent("a", "latency", 1.5)
	}
}
