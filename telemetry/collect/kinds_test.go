// SPDX-License-Identifier: Apache-2.0

package collect_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/window"
)

// Holds: TEL-7
func TestSeriesAreCountersGaugesHistogramsAndRates(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{Snapshot: -1})
		agg.Gauge("gauge", func(report func(string, float64)) { report("", 7) })
		w.start(agg.Child())
		for i := range 10 {
			agg.Count("counter", "", 5)
			agg.Record("histogram", "", float64(i))
			time.Sleep(time.Second)
		}
		synctest.Wait()
		counter, gauge, histogram := agg.Read("counter")[0], agg.Read("gauge")[0], agg.Read("histogram")[0]
		assert.Equal(t, 50.0, counter.Total)
		assert.Equal(t, 5.0, counter.Growth(window.Minute), "a rate")
		assert.Equal(t, 7.0, gauge.Last)
		w10 := histogram.Windows[window.Minute]
		assert.Equal(t, []float64{4, 9, 0, 9, 4.5, 45}, []float64{w10.P50, w10.P99, w10.Min, w10.Max, w10.Mean, w10.Sum})
		assert.Equal(t, 1.0, histogram.Growth(window.Minute), "a rate")
	})
}

// Holds: TEL-12
func TestWithoutRulesThereIsNoProcessAndNoCost(t *testing.T) {
	bubble(t, func(w *world) {
		agg := collect.NewAggregator(w.sys, collect.Options{})
		_, err := collect.NewAlerts(agg, collect.AlertOptions{})
		require.NoError(t, err)
		assert.Zero(t, w.sys.Len(), "handles are no processes")
		assert.False(t, w.bus.Active(), "an emit is one atomic load")
		w.start(agg.Child())
		for pid := range w.sys.Processes() {
			assert.NotContains(t, pid.Path(), "alert")
		}
	})
}

func TestEventsAreLoggedUnderTheirNames(t *testing.T) {
	a := collect.Alert{Rule: "hot", Key: "k", Severity: alert.High, Value: 3, Muted: "silenced"}
	for _, c := range []struct {
		e     telemetry.Logged
		name  string
		level slog.Level
		parts []string
	}{
		{collect.SystemSnapshot{Processes: 7}, "system.snapshot", slog.LevelDebug, []string{"processes=7"}},
		{collect.AlertFired{Alert: a}, "alert.fired", slog.LevelWarn, []string{"rule=hot", "key=k", "severity=high", "value=3", "muted=silenced"}},
		{collect.AlertResolved{Alert: a}, "alert.resolved", slog.LevelInfo, []string{"rule=hot"}},
		{collect.RouteFailed{Route: "ops", Notices: 2, Reason: "no line", First: true}, "alert.route_failed", slog.LevelError, []string{"route=ops", "count=2", "reason=no line"}},
		{collect.RouteFailed{}, "alert.route_failed", slog.LevelDebug, nil},
		{collect.RouteRecovered{Route: "ops"}, "alert.route_recovered", slog.LevelInfo, []string{"route=ops"}},
		{collect.Report{Path: "/a", Reason: "crash", Stack: "main.go"}, "process.crash_report", slog.LevelWarn, []string{"path=/a", "reason=crash", "stack=main.go"}},
	} {
		assert.Equal(t, c.name, c.e.EventName())
		assert.Equal(t, c.level, c.e.LogLevel(), c.name)
		var attrs []string
		for _, a := range c.e.LogAttrs() {
			attrs = append(attrs, a.String())
		}
		for _, p := range c.parts {
			assert.Contains(t, strings.Join(attrs, ";"), p)
		}
	}
}
