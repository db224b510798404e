// SPDX-License-Identifier: Apache-2.0

package prom

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry"
)

type restarted struct {
	Supervisor, Kind string
	Step             float64
}

func (restarted) EventName() string { return "supervision.child_restarted" }

type started struct{ Kind string }

func (started) EventName() string { return "process.started" }

type exited struct{ Kind string }

func (exited) EventName() string { return "process.exited" }

// scrape returns the metrics as text, without comments, sorted by the registry.
func scrape(t *testing.T, r *Registry) string {
	t.Helper()
	answer := httptest.NewRecorder()
	r.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	require.Equal(t, 200, answer.Code)
	var out strings.Builder
	for line := range strings.Lines(answer.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}

func quiet(t *testing.T) (*telemetry.Bus, *Registry) {
	t.Helper()
	bus := telemetry.NewBus()
	r := New(bus, Options{NoProcess: true})
	t.Cleanup(r.Close)
	return bus, r
}

func must(t *testing.T) func(*Metric, error) *Metric {
	return func(m *Metric, err error) *Metric {
		t.Helper()
		require.NoError(t, err)
		return m
	}
}

func TestMetricsAgreeWithTheEventsEmittedBefore(t *testing.T) {
	bus, r := quiet(t)
	restarts := must(t)(r.Counter(Definition{Name: "restarts_total", Help: "Restarts.", Labels: []string{"supervisor", "kind"}}))
	On(restarts, func(e restarted) (Values, float64, bool) {
		return Values{e.Supervisor, e.Kind}, 1, e.Kind != "ignored"
	})
	last := must(t)(r.Gauge(Definition{Name: "last_step", Help: "Last step."}))
	On(last, func(e restarted) (Values, float64, bool) { return Values{}, e.Step, true })
	processes := must(t)(r.Level(Definition{Name: "processes", Help: "Processes.", Labels: []string{"kind"}}))
	On(processes, func(e started) (Values, float64, bool) { return Values{e.Kind}, 1, true })
	On(processes, func(e exited) (Values, float64, bool) { return Values{e.Kind}, -1, true })
	seconds := must(t)(r.Histogram(Definition{Name: "work_seconds", Help: "Work.", Buckets: []float64{0.5, 1}}))
	On(seconds, func(e restarted) (Values, float64, bool) { return Values{}, e.Step, true })
	require.NoError(t, r.Read(Definition{Name: "queue_depth", Help: "Depth.", Labels: []string{"queue"}}, func(report func(Values, float64)) {
		report(Values{"b"}, 2)
		report(Values{"a"}, 1)
	}))

	telemetry.Emit(bus, restarted{"/app", "go", 0.25})
	telemetry.Emit(bus, restarted{"/app", "go", 0.75})
	telemetry.Emit(bus, restarted{"/app", "ignored", 2})
	for range 3 {
		telemetry.Emit(bus, started{"exec"})
	}
	telemetry.Emit(bus, exited{"exec"})
	assert.Equal(t, `mabeam_last_step 2
mabeam_processes{kind="exec"} 2
mabeam_queue_depth{queue="a"} 1
mabeam_queue_depth{queue="b"} 2
mabeam_restarts_total{kind="go",supervisor="/app"} 2
mabeam_work_seconds_bucket{le="0.5"} 1
mabeam_work_seconds_bucket{le="1"} 2
mabeam_work_seconds_bucket{le="+Inf"} 3
mabeam_work_seconds_sum 3
mabeam_work_seconds_count 3
`, without(scrape(t, r), "metric_errors_total", "series_overflow_total"))
	assert.NotContains(t, scrape(t, r), "errors_total{metric=\"mabeam_restarts_total\"} 1")
}

func without(text string, names ...string) string {
	var out strings.Builder
lines:
	for line := range strings.Lines(text) {
		for _, name := range names {
			if strings.HasPrefix(line, Prefix+name) {
				continue lines
			}
		}
		out.WriteString(line)
	}
	return out.String()
}

func TestSeriesBeyondTheBoundAreCountedTogether(t *testing.T) {
	bus, r := quiet(t)
	m := must(t)(r.Counter(Definition{Name: "x_total", Help: "X.", Labels: []string{"a"}, MaxSeries: 2}))
	On(m, func(e started) (Values, float64, bool) { return Values{e.Kind}, 1, true })
	for i := range 10 {
		telemetry.Emit(bus, started{fmt.Sprint(i % 5)})
	}
	text := scrape(t, r)
	assert.Contains(t, text, `mabeam_x_total{a="0"} 2`)
	assert.Contains(t, text, `mabeam_x_total{a="1"} 2`)
	assert.Contains(t, text, `mabeam_x_total{a="other"} 6`)
	assert.Contains(t, text, `mabeam_series_overflow_total{metric="mabeam_x_total"} 6`)
	assert.Equal(t, 3, strings.Count(text, "mabeam_x_total{a="))
}

func TestReadSeriesBeyondTheBoundAreAddedUp(t *testing.T) {
	_, r := quiet(t)
	require.NoError(t, r.Read(Definition{Name: "depth", Help: "D.", Labels: []string{"q"}, MaxSeries: 1}, func(report func(Values, float64)) {
		report(Values{"a"}, 1)
		report(Values{"a"}, 1)
		report(Values{"b"}, 5)
		report(Values{"c"}, 6)
		report(Values{"d"}, math.NaN())
	}))
	text := scrape(t, r)
	assert.Contains(t, text, `mabeam_depth{q="a"} 2`)
	assert.Contains(t, text, `mabeam_depth{q="other"} 11`)
	// Metrics are gathered side by side: what is wrong in one scrape is surely told by the next.
	assert.Regexp(t, `mabeam_metric_errors_total\{metric="mabeam_depth"\} [12]\n`, scrape(t, r))
}

func TestFiguresThatNoMetricTakesAreCounted(t *testing.T) {
	_, r := quiet(t)
	counter := must(t)(r.Counter(Definition{Name: "c_total", Help: "C.", Labels: []string{"a"}}))
	counter.Record(Values{"x"}, -1)
	counter.Record(Values{"x"}, math.NaN())
	counter.Record(Values{"x", "second label that the metric does not have"}, 1)
	counter.Record(Values{"\xff"}, 1)
	counter.Record(Values{"x"}, 3)
	text := scrape(t, r)
	assert.Contains(t, text, `mabeam_c_total{a="x"} 3`)
	assert.Contains(t, text, `mabeam_metric_errors_total{metric="mabeam_c_total"} 4`)
}

func TestExtractionThatPanicsHarmsNeitherEmitterNorScrape(t *testing.T) {
	bus, r := quiet(t)
	m := must(t)(r.Counter(Definition{Name: "c_total", Help: "C."}))
	On(m, func(started) (Values, float64, bool) { panic("bad extraction") })
	telemetry.Emit(bus, started{})
	assert.Contains(t, scrape(t, r), `mabeam_subscriber_panics_total{subscriber="metric c_total"} 1`)
}

func TestLostEventsOfQueuesAreServed(t *testing.T) {
	bus, r := quiet(t)
	for range 2 { // two queues of one name must not break the scrape
		q := bus.Queue(telemetry.QueueOptions{Name: "log", Size: 1})
		defer q.Close()
	}
	for range 4 {
		telemetry.Emit(bus, started{})
	}
	assert.Contains(t, scrape(t, r), `mabeam_events_lost_total{subscriber="log"} 6`)
}

func TestCloseStopsCountingAndKeepsServing(t *testing.T) {
	bus, r := quiet(t)
	m := must(t)(r.Counter(Definition{Name: "c_total", Help: "C."}))
	On(m, func(started) (Values, float64, bool) { return Values{}, 1, true })
	telemetry.Emit(bus, started{})
	r.Close()
	r.Close()
	telemetry.Emit(bus, started{})
	On(m, func(started) (Values, float64, bool) { return Values{}, 1, true })
	telemetry.Emit(bus, started{})
	assert.Contains(t, scrape(t, r), "mabeam_c_total 1\n")
	assert.False(t, bus.Active())
}

func TestEveryFaultOfADefinitionIsReported(t *testing.T) {
	_, r := quiet(t)
	_, err := r.Counter(Definition{
		Name: "Bad-name", Labels: []string{"a", "a", "le", "x", "y"}, MaxSeries: -1, Buckets: []float64{1},
	})
	var def *DefinitionError
	require.ErrorAs(t, err, &def)
	assert.Len(t, def.Reasons, 8)
	must(t)(r.Gauge(Definition{Name: "twice", Help: "x"}))
	cases := map[string]func() error{
		"prefix":       func() error { _, err := r.Gauge(Definition{Name: "mabeam_x", Help: "x"}); return err },
		"gauge _total": func() error { _, err := r.Gauge(Definition{Name: "x_total", Help: "x"}); return err },
		"buckets fall": func() error {
			_, err := r.Histogram(Definition{Name: "x", Help: "x", Buckets: []float64{2, 1}})
			return err
		},
		"taken": func() error {
			_, err := r.Gauge(Definition{Name: "twice", Help: "x"})
			return err
		},
		"read taken": func() error { return r.Read(Definition{Name: "twice", Help: "x"}, func(func(Values, float64)) {}) },
		"node is ours": func() error {
			_, err := New(telemetry.NewBus(), Options{Node: "n"}).Gauge(Definition{Name: "x", Help: "x", Labels: []string{"node"}})
			return err
		},
	}
	for name, register := range cases {
		require.ErrorAs(t, register(), &def, name)
	}
}

func TestNodeLabelAndProcessFiguresAreServed(t *testing.T) {
	bus := telemetry.NewBus()
	var log bytes.Buffer
	r := New(bus, Options{Node: "alpha", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	defer r.Close()
	must(t)(r.Gauge(Definition{Name: "g", Help: "G."})).Record(Values{}, 1)
	text := scrape(t, r)
	assert.Contains(t, text, `mabeam_g{node="alpha"} 1`)
	assert.Contains(t, text, "go_goroutines ")
	assert.Empty(t, log.String())
}

func TestKnownSeriesCostNoAllocation(t *testing.T) {
	_, r := quiet(t)
	m := must(t)(r.Counter(Definition{Name: "c_total", Help: "C.", Labels: []string{"a", "b"}}))
	m.Record(Values{"x", "y"}, 1)
	assert.Zero(t, testing.AllocsPerRun(1000, func() { m.Record(Values{"x", "y"}, 1) }))
}

func TestCountsAreExactUnderConcurrency(t *testing.T) {
	_, r := quiet(t)
	m := must(t)(r.Counter(Definition{Name: "c_total", Help: "C.", Labels: []string{"a"}, MaxSeries: 3}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range 1000 {
				m.Record(Values{fmt.Sprint(n % 4)}, 1)
			}
		})
	}
	wg.Wait()
	var total float64
	text := scrape(t, r)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "mabeam_c_total{") {
			var v float64
			_, err := fmt.Sscanf(line[strings.Index(line, "}")+1:], "%g", &v)
			require.NoError(t, err)
			total += v
		}
	}
	assert.InDelta(t, 8000, total, 0)
	assert.LessOrEqual(t, strings.Count(text, "mabeam_c_total{"), 4)
}
