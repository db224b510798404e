// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry/alert"
	span "mabeam.dev/telemetry/window"
)

func TestAlertsOfAFileBecomeTheMachinesSpec(t *testing.T) {
	cfg, _, err := Load(testInput("node.yaml", `
version: 1
alerts:
  rules:
    - name: slow
      severity: high
      expression: p99(work.seconds, 1m)
      scope: "q*"
      compare: ">="
      threshold: 2
      clear: 1.5
      for: 30s
      clear_for: 1m
      no_data: ok
      routes: [ops]
      runbook: Look at the agents.
      inhibited_by: [dead-letters]
  routes:
    - {name: ops, to: webhook, url: "http://127.0.0.1:9/${env:SECRET}", repeat: 0s, max_per_minute: 0, escalate_after: 5m, escalate_to: paper}
    - {name: paper, to: log}
  silences:
    - {rule: slow, author: me, reason: night, until: 2030-01-31T18:00:00Z}
`))
	require.NoError(t, err)
	clearAt := 1.5
	s := cfg.Alerts.Spec(testPack)
	require.NoError(t, s.Validate())
	assert.Equal(t, alert.Spec{
		Tick: time.Second,
		Rules: []alert.Rule{testPack[0], {
			Name: "slow", Severity: alert.High, Series: "work.seconds", Stat: alert.P99, Window: span.Minute, Scope: "q*", Compare: alert.AtLeast,
			Threshold: 2, For: 30 * time.Second, Clear: &clearAt, ClearFor: time.Minute, NoData: alert.OK, Routes: []string{"ops"},
			Runbook: "Look at the agents.", InhibitedBy: []string{"dead-letters"},
		}},
		Routes: []alert.Route{
			{Name: "ops", Repeat: alert.Never, MaxPerMinute: -1, Retry: 30 * time.Second, EscalateAfter: 5 * time.Minute, EscalateTo: "paper"},
			{Name: "paper", Repeat: 4 * time.Hour, MaxPerMinute: 10, Retry: 30 * time.Second},
		},
	}, s)
	assert.Equal(t, time.Date(2030, 1, 31, 18, 0, 0, 0, time.UTC), cfg.Alerts.Silences[0].Until)
}

func TestARuleOfTheFileTakesThePlaceOfOneOfThePack(t *testing.T) {
	load := func(text string) Alerts {
		cfg, _, err := Load(testInput("node.yaml", "version: 1\n"+text))
		require.NoError(t, err)
		return cfg.Alerts
	}
	a := load("")
	assert.True(t, a.Enabled)
	s := a.Spec(testPack)
	assert.Equal(t, testPack, s.Rules)
	assert.Equal(t, []alert.Route{{Name: LogRoute}}, s.Routes)
	s = load("alerts: {rules: [{name: dead-letters, expression: system.dead_letters, threshold: 5}]}").Spec(testPack)
	require.Len(t, s.Rules, 1)
	assert.InDelta(t, 5, s.Rules[0].Threshold, 0)
	assert.Empty(t, load("alerts: {defaults: false}").Spec(testPack).Rules)
}
