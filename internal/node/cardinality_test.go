// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/prom"
)

// A hundred thousand agents with names, figures and tasks of their own are a few series: nothing that identifies one is a label.
// Everybody is looked at once for a scrape.
func TestAHundredThousandAgentsAreAFewSeries(t *testing.T) {
	const crowd = 100_000
	bus := telemetry.NewBus()
	sys := actors.New(actors.Options{Events: bus})
	defer func() { require.NoError(t, sys.Close(context.Background())) }()
	n := &Node{sys: sys, metrics: prom.New(bus, prom.Options{Node: "n"})}
	defer n.metrics.Close()
	n.dir, _ = agents.NewDirectory(sys, "agents")
	n.dir.Sweep("health", agents.Sweep{})
	c := &census{n: n}
	require.NoError(t, defineWith(n.metrics, n, c))
	agg := collect.NewAggregator(sys, collect.Options{})
	idle := agents.Native("idle", "Does nothing.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(context.Context, agents.Task) (json.RawMessage, error) { return nil, nil }), nil
	})
	for i := range crowd {
		id := fmt.Sprintf("agent-%d", i)
		_, err := agents.Spawn(sys, agents.Spec{ID: id, Team: fmt.Sprint("team-", i)}, idle, n.dir)
		require.NoError(t, err)
		agg.RecordAgent(id, fmt.Sprint("metric-", i%40), 1)
		telemetry.Emit(bus, work.AttemptEnded{Queue: "work.q", Task: fmt.Sprint("task-", i), Agent: id, End: "done"})
		telemetry.Emit(bus, work.TaskEnded{Queue: "work.q", Task: fmt.Sprint("task-", i), Agent: id, Outcome: "done", Took: 1, Age: 1})
	}
	w := httptest.NewRecorder()
	n.metrics.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	series := 0
	for line := range bytes.Lines(w.Body.Bytes()) {
		if !bytes.HasPrefix(line, []byte("#")) {
			series++
		}
	}
	assert.Less(t, series, 5000)
	assert.Equal(t, 1, c.mu.taken, "everybody is looked at once")
	body := w.Body.String()
	for _, id := range []string{`"agent-`, `"task-`, `"team-`, `"metric-`} {
		assert.NotContains(t, body, id)
	}
	for _, want := range []string{
		fmt.Sprintf(`mabeam_agents{health="unknown",kind="idle",node="n",state="ready"} %d`, crowd),
		fmt.Sprintf(`mabeam_work_total{node="n",outcome="done",queue="q"} %d`, crowd),
		fmt.Sprintf(`mabeam_processes_by_kind{kind="idle",node="n"} %d`, crowd),
	} {
		assert.Contains(t, strings.ReplaceAll(body, "1e+05", fmt.Sprint(crowd)), want)
	}
	assert.Equal(t, 1000, agg.Stats().Full, "windows are for those who record most")
}

// A label whose values nobody bounds ends in other, and is counted.
func TestKindsBeyondTheBoundAreCountedTogether(t *testing.T) {
	bus := telemetry.NewBus()
	sys := actors.New(actors.Options{Events: bus})
	defer func() { require.NoError(t, sys.Close(context.Background())) }()
	n := &Node{sys: sys, metrics: prom.New(bus, prom.Options{NoProcess: true})}
	defer n.metrics.Close()
	require.NoError(t, define(n.metrics, n))
	for i := range 3 * prom.DefaultMaxSeries {
		telemetry.Emit(bus, actors.ProcessExited{Kind: fmt.Sprint("kind-", i), Reason: exit.ReasonShutdown})
	}
	w := httptest.NewRecorder()
	n.metrics.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	assert.Equal(t, prom.DefaultMaxSeries+1, strings.Count(w.Body.String(), "\nmabeam_process_exits_total{"))
	assert.Contains(t, w.Body.String(), `mabeam_process_exits_total{kind="other",reason="other"} 2000`)
}
