// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
)

// inTower is a node's telemetry with one rule that fires, one crash and one agent's metric, and the handlers that show it, in a bubble.
func inTower(t *testing.T, body func(*testing.T, *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{Events: telemetry.NewBus()})
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		agg := collect.NewAggregator(sys, collect.Options{})
		agg.Gauge("heat", func(report func(string, float64)) { report("oven", 200) })
		crashes := collect.ReportCrashes(sys, collect.CrashOptions{})
		defer crashes.Close()
		alerts, err := collect.NewAlerts(agg, collect.AlertOptions{
			Spec:    alert.Spec{Routes: []alert.Route{{Name: "ops"}}, Rules: []alert.Rule{{Name: "hot", Severity: alert.High, Series: "heat", Threshold: 90}}},
			Senders: map[string]collect.Sender{"ops": collect.SenderFunc(func(context.Context, alert.Delivery) error { return nil })},
		})
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{agg.Child(), alerts.Child()}})
		require.NoError(t, err)
		clumsy := actors.MustSpawn(sys, "clumsy", actors.Stateless(func(*actors.Context[string], string) error { return errors.New("fell over") }))
		clumsy.Tell("go")
		require.True(t, agg.RecordAgent("clerk", "tokens", 12))
		time.Sleep(10 * time.Second)
		watch := admin.Watch(admin.WatchOptions{Series: agg, Alerts: alerts, Crashes: crashes, Token: "secret", Now: sys.Now})
		body(t, &office{t: t, handler: admin.WithWatch(admin.Handler(healthy(), nil), watch)})
	})
}

func TestAlertsAreShownAcknowledgedAndSilenced(t *testing.T) {
	inTower(t, func(t *testing.T, o *office) {
		code, a := get[admin.AlertsAnswer](o, "/v1/alerts")
		require.Equal(t, http.StatusOK, code)
		require.Len(t, a.Alerts, 1)
		one := a.Alerts[0]
		assert.Equal(t, "hot oven high firing", strings.Join([]string{one.Rule, one.Key, one.Severity, one.State}, " "))
		assert.InDelta(t, 200, one.Value, 0)
		assert.NotEmpty(t, one.Since)

		code, a = post[admin.AlertsAnswer](o, "/v1/alerts/ack", `{"rule":"hot","key":"oven","author":"me"}`, nil)
		require.Equal(t, http.StatusOK, code)
		assert.Equal(t, "me", a.Alerts[0].Acknowledged)

		code, a = post[admin.AlertsAnswer](o, "/v1/alerts/silences", `{"rule":"h*","author":"me","reason":"baking","for":"1h"}`, nil)
		require.Equal(t, http.StatusOK, code)
		assert.EqualValues(t, 1, a.Silence)
		assert.Equal(t, "baking", a.Silences[0].Reason)
		assert.Equal(t, "silenced", a.Alerts[0].Muted)

		code, a = decode[admin.AlertsAnswer](o, o.ask("DELETE", "/v1/alerts/silences/1", "", request{}))
		require.Equal(t, http.StatusOK, code)
		assert.Empty(t, a.Silences)
	})
}

func TestMistakesAboutAlertsAreRefusedWithTheirCode(t *testing.T) {
	inTower(t, func(t *testing.T, o *office) {
		for _, c := range []struct {
			method, target, body string
			status               int
			code                 string
		}{
			{"POST", "/v1/alerts/ack", `{"rule":"cold","author":"me"}`, 404, admin.CodeAlert},
			{"POST", "/v1/alerts/ack", `{"rule":"hot"}`, 400, admin.CodeBody},
			{"POST", "/v1/alerts/ack", ``, 400, admin.CodeBody},
			{"POST", "/v1/alerts/silences", `{"reason":"x","for":"1h"}`, 400, admin.CodeBody},
			{"POST", "/v1/alerts/silences", `{"author":"me","reason":"x","for":"8 days"}`, 400, admin.CodeBody},
			{"POST", "/v1/alerts/silences", `{"author":"me","reason":"x","for":"200h"}`, 400, admin.CodeBody},
			{"POST", "/v1/alerts/silences", `{"until":"tomorrow"}`, 400, admin.CodeBody},
			{"DELETE", "/v1/alerts/silences/7", ``, 404, admin.CodeAlert},
			{"DELETE", "/v1/alerts/silences/one", ``, 400, admin.CodeBody},
			{"GET", "/v1/crashes?limit=-1", ``, 400, admin.CodeBody},
			{"GET", "/v1/agent-metrics?agent=nobody", ``, 404, admin.CodeAgent},
		} {
			status, code := refused(o, o.ask(c.method, c.target, c.body, request{}))
			assert.Equal(t, c.status, status, c.target+c.body)
			assert.Equal(t, c.code, code, c.target+c.body)
		}
		status, code := refused(o, o.ask("POST", "/v1/alerts/silences", `{}`, request{from: "10.0.0.9:1"}))
		assert.Equal(t, http.StatusUnauthorized, status)
		assert.Equal(t, admin.CodeUnauthorized, code)
	})
}

func TestANodeWithoutAlertsSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &office{t: t, handler: admin.Watch(admin.WatchOptions{})}
		code, a := get[admin.AlertsAnswer](o, "/v1/alerts")
		assert.Equal(t, http.StatusOK, code)
		assert.False(t, a.Enabled)
		status, reason := refused(o, o.ask("POST", "/v1/alerts/ack", `{}`, request{}))
		assert.Equal(t, http.StatusConflict, status)
		assert.Equal(t, admin.CodeNoAlerts, reason)
	})
}

func TestCrashesMetricsAndSeriesAreShown(t *testing.T) {
	inTower(t, func(t *testing.T, o *office) {
		_, c := get[admin.CrashesAnswer](o, "/v1/crashes")
		require.Len(t, c.Crashes, 1)
		assert.Equal(t, "/clumsy", c.Crashes[0].Path)
		assert.Contains(t, c.Crashes[0].Text, "fell over")
		_, c = get[admin.CrashesAnswer](o, "/v1/crashes?path=/nobody")
		assert.Empty(t, c.Crashes)

		_, m := get[admin.AgentMetricsAnswer](o, "/v1/agent-metrics")
		assert.Equal(t, []string{"clerk"}, m.Agents)
		_, m = get[admin.AgentMetricsAnswer](o, "/v1/agent-metrics?agent=clerk")
		require.Len(t, m.Metrics, 1)
		assert.Equal(t, "tokens", m.Metrics[0].Name)
		assert.InEpsilon(t, 12, m.Metrics[0].Windows[1].P99, 0.01)

		_, s := get[admin.SeriesAnswer](o, "/v1/series?name=heat")
		require.Len(t, s.Series, 1)
		assert.Equal(t, "oven", s.Series[0].Key)
		assert.InDelta(t, 200, s.Series[0].Last, 0)
		assert.Empty(t, s.Series[0].Windows)
		_, s = get[admin.SeriesAnswer](o, "/v1/series")
		names := map[string]bool{}
		for _, one := range s.Series {
			names[one.Name] = true
		}
		assert.True(t, names["event.process.crash_report"] && names["heat"])
	})
}
