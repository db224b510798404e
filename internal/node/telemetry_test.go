// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
)

// view asks the node for something and decodes it.
func view[A any](r *rig, n *node.Node, path string) A {
	r.t.Helper()
	code, body := r.get(n, path)
	require.Equal(r.t, 200, code, body)
	var a A
	require.NoError(r.t, json.Unmarshal([]byte(body), &a), body)
	return a
}

// overheard is a store that passes on what is written about alerts.
type overheard struct {
	events.Store
	alerts chan events.New
}

// AppendGroup appends, and tells of alerts that were taken.
func (o *overheard) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	out, err := o.Store.AppendGroup(ctx, group)
	for i, a := range group {
		if err == nil && out[i].Err == nil && a.Stream == "alerts" {
			for _, e := range a.Events {
				o.alerts <- e
			}
		}
	}
	return out, err
}

// safeText is what several goroutines write.
type safeText struct {
	mu struct {
		sync.Mutex
		strings.Builder
	}
}

// Write adds text.
func (s *safeText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.Builder.Write(p)
}

// String returns the text so far.
func (s *safeText) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.Builder.String()
}

// A rule of the file fires, and whoever is behind its webhook is told again after he has failed; the log and the journal are told as well.
func TestAnAlertReachesItsRoutesAndIsToldAgainWhereOneFailed(t *testing.T) {
	r := newRig(t)
	asked := make(chan alert.Delivery, 16)
	var refuse atomic.Bool
	refuse.Store(true)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		var d alert.Delivery
		if json.Unmarshal(body, &d) != nil || q.Header.Get("Authorization") != "Bearer hunter2" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if refuse.Swap(false) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		asked <- d
	}))
	defer hook.Close()
	failed, recovered := make(chan collect.RouteFailed, 16), make(chan collect.RouteRecovered, 16)
	defer telemetry.Subscribe(r.bus, "test", func(e collect.RouteFailed) { failed <- e })()
	defer telemetry.Subscribe(r.bus, "test", func(e collect.RouteRecovered) { recovered <- e })()
	r.write("tasks.jsonl", `{"id":"a","kind":"x","input":"panic"}`+"\n")
	o := r.options(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {intensity: 100, children: [{id: a, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 1}]
alerts:
  defaults: false
  tick: 100ms
  rules: [{name: any-crash, severity: high, expression: "increase(system.crashes, 5m)", threshold: 0, routes: [hook, paper, log], runbook: look}]
  routes:
    - {name: hook, to: webhook, url: "` + hook.URL + `", headers: {Authorization: Bearer hunter2}, retry: 10ms}
    - {name: paper, to: events}
    - {name: log, to: log}
`)
	var lines safeText
	o.Logger = slog.New(slog.NewTextHandler(&lines, nil))
	paper := &overheard{Store: memory.New(memory.Options{}), alerts: make(chan events.New, 16)}
	o.Store = paper
	n, err := node.Start(r.ctx, o)
	require.NoError(t, err)
	require.NoError(t, n.Wait(r.ctx))
	first, second := receive(r, asked, "delivery"), receive(r, asked, "second delivery")
	require.Len(t, first.Notices, 1)
	assert.Equal(t, "any-crash fired look", strings.Join([]string{first.Notices[0].Rule, first.Notices[0].What, first.Notices[0].Runbook}, " "))
	assert.Equal(t, first.Notices, second.Notices)
	assert.Equal(t, "hook", receive(r, failed, "failure").Route)
	assert.Equal(t, "hook", receive(r, recovered, "recovery").Route)
	written := receive(r, paper.alerts, "event")
	assert.Equal(t, "alert.fired", written.Type)
	assert.Contains(t, string(written.Data), `"rule":"any-crash"`)
	a := view[admin.AlertsAnswer](r, n, "/v1/alerts")
	require.Len(t, a.Alerts, 1)
	assert.Equal(t, "firing", a.Alerts[0].State)
	assert.InDelta(t, 1, a.Alerts[0].Value, 0)
	_, body := r.get(n, "/metrics")
	assert.Equal(t, "1", value(body, `mabeam_alerts{node="n",severity="high",state="firing"}`))
	assert.Equal(t, "0", value(body, `mabeam_alerts{node="n",severity="low",state="firing"}`))
	r.stop(n)
	assert.Equal(t, 1, strings.Count(lines.String(), `msg="alert fired"`))
	assert.NotContains(t, lines.String(), "hunter2")
}

func TestACrashIsReportedWithItsStateAndWhatCameBefore(t *testing.T) {
	r := newRig(t)
	r.write("tasks.jsonl", `{"id":"a","kind":"x","input":"panic"}`+"\n")
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {intensity: 100, children: [{id: a, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 1}]
`)
	require.NoError(t, n.Wait(r.ctx))
	all := view[admin.CrashesAnswer](r, n, "/v1/crashes").Crashes
	require.Len(t, all, 1)
	c := all[0]
	assert.Equal(t, "/n/app/a", c.Path)
	assert.Equal(t, "told", c.Kind)
	assert.Contains(t, c.Reason, `task "a" panicked: as told`)
	assert.Equal(t, "{Running:[a] Done:0 Failed:0}", c.State)
	assert.Contains(t, c.Stack, "agents.WorkerFunc.Do")
	assert.Equal(t, []string{"/n/app", "/n"}, c.Ancestors)
	assert.Equal(t, 1, c.Links)
	assert.NotEmpty(t, c.Events)
	assert.Equal(t, "E3101 high a a", strings.Join([]string{c.Code, c.Severity, c.Agent, c.Task}, " "))
	assert.Contains(t, c.Text, "CRASH REPORT  /n/app/a")
	r.stop(n)
}

func TestWhatAgentsRecordIsShownByAgentAndNotExported(t *testing.T) {
	r := newRig(t)
	r.kinds.Add(agents.Native("counting", "Counts.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(ctx context.Context, task agents.Task) (json.RawMessage, error) {
			return json.Marshal(agents.Record(ctx, "tokens", 12))
		}), nil
	}))
	r.tasks(5, "1")
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {children: [{id: clerk, kind: counting}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl}]
`)
	require.NoError(t, n.Wait(r.ctx))
	assert.Equal(t, []string{"clerk"}, view[admin.AgentMetricsAnswer](r, n, "/v1/agent-metrics").Agents)
	m := view[admin.AgentMetricsAnswer](r, n, "/v1/agent-metrics?agent=clerk").Metrics
	require.Len(t, m, 1)
	assert.Equal(t, "tokens", m[0].Name)
	assert.EqualValues(t, 5, m[0].Count)
	assert.InDelta(t, 60, m[0].Sum, 0)
	_, body := r.get(n, "/metrics")
	assert.NotContains(t, body, "clerk")
	assert.NotContains(t, body, "tokens")
	r.stop(n)
}

func TestAlertsThatAreOffHaveNoProcess(t *testing.T) {
	r := newRig(t)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
alerts: {enabled: false}
`)
	assert.False(t, view[admin.AlertsAnswer](r, n, "/v1/alerts").Enabled)
	assert.False(t, n.System().WhereIs("alerts").Alive())
	r.stop(n)
}

// What the pack looks at is there, and every series is documented and fed.
func TestTheDefaultRulesLookAtSeriesThatANodeKeeps(t *testing.T) {
	names := node.SeriesNames()
	for _, rule := range node.AlertPack() {
		if !strings.HasPrefix(rule.Series, collect.EventSeries) {
			assert.Contains(t, names, rule.Series, rule.Name)
		}
		assert.NotEmpty(t, rule.Runbook, rule.Name)
	}
	require.NoError(t, config.Alerts{Enabled: true, Defaults: true}.Spec(node.AlertPack()).Validate())
	r := newRig(t)
	r.write("tasks.jsonl", `{"id":"a","kind":"x","input":1}
{"id":"b","kind":"x","input":"fail"}
{"id":"c","kind":"x","input":"panic"}
`)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
telemetry: {snapshot: 1s}
tree: {intensity: 100, children: [{id: a, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 2, backoff: 1ms}]
market: {accounts: [{owner: ann, money: {credit: 1}}]}
`)
	looked := make(chan collect.SystemSnapshot, 16) // comes behind a look at the gauges
	defer telemetry.Subscribe(r.bus, "test", func(e collect.SystemSnapshot) { looked <- e })()
	require.NoError(t, n.Wait(r.ctx))
	receive(r, looked, "snapshot")
	receive(r, looked, "a snapshot whose look was after the job, whenever that ended")
	fed := map[string]admin.ReadingView{}
	for _, s := range view[admin.SeriesAnswer](r, n, "/v1/series").Series {
		fed[s.Name] = s
		if !strings.HasPrefix(s.Name, collect.EventSeries) {
			assert.Contains(t, names, s.Name, "a series that nobody documents")
		}
	}
	assert.InDelta(t, 3, fed["work.accepted"].Last, 0)
	assert.InDelta(t, 2, fed["work.dead"].Last, 0)
	assert.Equal(t, "q", fed["work.seconds"].Key)
	for _, s := range node.Series() {
		if slices.Contains([]string{"work.timeouts", "system.events_lost", "variables.frozen"}, s.Name) { // there was none, and nobody who could lose any
			continue
		}
		_, ok := fed[s.Name]
		assert.True(t, ok, s.Name)
	}
	r.stop(n)
}

// A rule looks at the agents that its query chooses, or that its pattern fits, and at no others.
//
// Holds: TEL-11
func TestARuleIsScopedToAgentsByQueryOrPattern(t *testing.T) {
	r := newRig(t)
	r.kinds.Add(agents.Native("counting", "Counts.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(ctx context.Context, task agents.Task) (json.RawMessage, error) {
			return json.Marshal(agents.Record(ctx, "tokens", 12))
		}), nil
	}))
	r.write("tasks.jsonl", `{"id":"a","kind":"x","capability":"review"}
{"id":"b","kind":"x","capability":"write"}
`)
	fired := make(chan string, 16)
	defer telemetry.Subscribe(r.bus, "test", func(e collect.AlertFired) { fired <- e.Rule + " " + e.Key })()
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off}
tree: {children: [{id: critic, kind: counting, capabilities: [review], team: night}, {id: author, kind: counting, capabilities: [write]}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl}]
alerts:
  defaults: false
  tick: 100ms
  rules:
    - {name: of-capability, expression: agent.tokens, threshold: 10, scope: capability = review}
    - {name: of-team, expression: "sum(agent.tokens, 1m)", threshold: 10, scope: team = night}
    - {name: of-nobody, expression: agent.tokens, threshold: 10, scope: team = day}
    - {name: of-pattern, expression: agent.tokens, threshold: 10, scope: "auth*"}
    - {name: of-all, expression: agent.tokens, threshold: 10}
`)
	require.NoError(t, n.Wait(r.ctx))
	all := map[string]bool{}
	for range 5 {
		all[receive(r, fired, "alert")] = true
	}
	assert.Equal(t, map[string]bool{"of-capability critic": true, "of-team critic": true, "of-pattern author": true, "of-all author": true, "of-all critic": true}, all)
	r.stop(n)
}
