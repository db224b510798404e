// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/prom"
	"mabeam.dev/telemetry/recorder"
)

// post is what the counted process takes; a reply address makes it answer.
type post struct{ reply actors.Reply[int] }

// burst is how many messages are told before the process is asked whether it has handled them.
const burst = 1000

// office is a system with a process to tell things to.
type office struct {
	sys *actors.System
	ref actors.Ref[post]
}

func (o office) burst() {
	for range burst {
		o.ref.Tell(post{})
	}
	_, _ = actors.Call(context.Background(), o.ref, func(r actors.Reply[int]) post { return post{r} })
}

// offices are systems whose telemetry differs, from none to all that there is.
func offices(tb testing.TB) (names []string, all []office) {
	add := func(name string, bus *telemetry.Bus, watch func(*actors.System)) {
		sys := actors.New(actors.Options{Events: bus})
		n := 0
		ref := actors.MustSpawn(sys, "counter", actors.Stateless(func(_ *actors.Context[post], m post) error {
			n++
			m.reply.Send(n)
			return nil
		}))
		if watch != nil {
			watch(sys)
		}
		tb.Cleanup(func() { require.NoError(tb, sys.Close(context.Background())) })
		names, all = append(names, name), append(all, office{sys, ref})
	}
	add("bare", nil, nil)
	add("no sink", telemetry.NewBus(), nil)
	add("prometheus", telemetry.NewBus(), func(sys *actors.System) { metrics(tb, sys) })
	add("everything", telemetry.NewBus(), func(sys *actors.System) {
		metrics(tb, sys)
		rec := recorder.New(recorder.Options{Now: sys.Now, Subject: collect.SubjectOf})
		tb.Cleanup(rec.Attach(sys.Events()))
		tb.Cleanup(collect.ReportCrashes(sys, collect.CrashOptions{Recorder: rec}).Close)
		agg := collect.NewAggregator(sys, collect.Options{Tick: time.Hour, Snapshot: -1})
		collect.Watch(agg)
		_, err := supervision.Start(sys, "telemetry", supervision.Spec{Children: []supervision.Child{agg.Child()}})
		require.NoError(tb, err)
	})
	return names, all
}

// metrics are those that a node has of processes.
func metrics(tb testing.TB, sys *actors.System) {
	r := prom.New(sys.Events(), prom.Options{NoProcess: true})
	tb.Cleanup(r.Close)
	exits, err := r.Counter(prom.Definition{Name: "process_exits_total", Help: "Exits.", Labels: []string{"kind", "reason"}})
	require.NoError(tb, err)
	prom.On(exits, func(e actors.ProcessExited) (prom.Values, float64, bool) {
		return prom.Values{e.Kind, e.Reason.Kind().String()}, 1, true
	})
	letters, err := r.Counter(prom.Definition{Name: "dead_letters_total", Help: "Dead letters.", Labels: []string{"cause"}})
	require.NoError(tb, err)
	prom.On(letters, func(e actors.DeadLetter) (prom.Values, float64, bool) { return prom.Values{e.Why}, 1, true })
}

// A message costs no event: whatever listens, telling it allocates what it does without telemetry. A burst may be off by a few, because rings grow and
// workers start.
func TestTellAllocatesNothingForTelemetryWhoeverListens(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	names, all := offices(t)
	var bare float64
	for i, o := range all {
		o.burst() // rings and workers are there
		allocs := testing.AllocsPerRun(20, o.burst) / burst
		if i == 0 {
			bare = allocs
			continue
		}
		assert.InDelta(t, bare, allocs, 0.05, names[i])
	}
}

// BenchmarkTell tells bursts to all offices in turn, and reports how many times as long as without telemetry one takes: of each the median, because
// others use the same machine.
func BenchmarkTell(b *testing.B) {
	names, all := offices(b)
	spent := make([][]time.Duration, len(all))
	for turn := 0; b.Loop(); turn++ {
		for i := range all {
			i = (i + turn) % len(all) // nobody always comes after the same one
			begin := time.Now()
			all[i].burst()
			spent[i] = append(spent[i], time.Since(begin))
		}
	}
	median := func(i int) float64 {
		slices.Sort(spent[i])
		return float64(spent[i][len(spent[i])/2])
	}
	for i, name := range names[1:] {
		b.ReportMetric(median(i+1)/median(0), "x-"+strings.ReplaceAll(name, " ", "-"))
	}
	b.ReportMetric(median(0)/burst, "ns/tell")
}

// BenchmarkEmit is an event that is measured, and counted by its name.
func BenchmarkEmit(b *testing.B) {
	sys := newSystem(b)
	agg := collect.NewAggregator(sys, collect.Options{})
	collect.Measure(agg, "task.seconds", func(e taskEnded) (string, float64, bool) { return e.Queue, e.Took, true })
	_, err := supervision.Start(sys, "telemetry", supervision.Spec{Children: []supervision.Child{agg.Child()}})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		telemetry.Emit(sys.Events(), taskEnded{"q", 1.5})
	}
}
