// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMetricsCountWhatASmallJobDid(t *testing.T) {
	r := newRig(t)
	r.write("tasks.jsonl", `{"id":"a","kind":"x","input":1}
{"id":"b","kind":"x","input":"panic"}
{"id":"c","kind":"x","input":"fail"}
{"id":"d","kind":"x","input":2}
`)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {intensity: 100, children: [{id: a, kind: told, count: 2}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 2, backoff: 1ms}]
`)
	require.NoError(t, n.Wait(r.ctx))
	code, body := r.get(n, "/metrics")
	require.Equal(t, 200, code)
	for series, want := range map[string]string{
		`mabeam_tasks{node="n",queue="q",state="accepted"}`:               "0",
		`mabeam_tasks{node="n",queue="q",state="running"}`:                "0",
		`mabeam_tasks{node="n",queue="q",state="waiting"}`:                "0",
		`mabeam_tasks{node="n",queue="q",state="done"}`:                   "2",
		`mabeam_tasks{node="n",queue="q",state="dead"}`:                   "2",
		`mabeam_tasks{node="n",queue="q",state="cancelled"}`:              "0",
		`mabeam_child_crashes_total{node="n",supervisor="/n/app"}`:        "2",
		`mabeam_restarts_total{node="n",supervisor="/n/app"}`:             "2",
		`mabeam_process_exits_total{kind="told",node="n",reason="crash"}`: "2",
		`mabeam_processes_abandoned{node="n"}`:                            "0",
	} {
		assert.Equal(t, want, value(body, series), "%s\n%s", series, body)
	}
	assert.NotEqual(t, "0", value(body, `mabeam_processes{node="n"}`))
	for _, help := range []string{"mabeam_processes", "mabeam_tasks", "mabeam_restarts_total", "mabeam_child_crashes_total", "mabeam_process_exits_total", "go_goroutines", "process_resident_memory_bytes"} {
		assert.Contains(t, body, "# HELP "+help+" ")
	}
	r.stop(n)
}

func TestMetricsTellWhenASupervisorGaveUp(t *testing.T) {
	r := newRig(t)
	r.write("tasks.jsonl", `{"id":"t0","kind":"x","input":"panic","capability":"doom"}`+"\n")
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {children: [{id: low, kind: supervisor, intensity: 0, restart: temporary, children: [{id: a, kind: told, capabilities: [doom]}]}, {id: b, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl, attempts: 1}]
`)
	require.NoError(t, n.Wait(r.ctx))
	require.Equal(t, "dead", r.outcomes()["t0"].Outcome)
	_, body := r.get(n, "/metrics")
	assert.Equal(t, "1", value(body, `mabeam_supervisors_gave_up_total{node="n",supervisor="/n/app/low"}`))
	assert.Equal(t, "1", value(body, `mabeam_child_crashes_total{node="n",supervisor="/n/app/low"}`))
	code, body := r.get(n, "/readyz")
	assert.Equal(t, 200, code, "the rest of the node is well: %s", body)
	r.stop(n)
}

func TestMetricsCountTasksThatNobodyCanTakeAndWatchesOfTheRegistry(t *testing.T) {
	r := newRig(t)
	r.write("tasks.jsonl", `{"id":"odd","kind":"x","input":1,"capability":"alchemy"}
{"id":"plain","kind":"x","input":1}
`)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
tree: {children: [{id: a, kind: told}]}
work: [{queue: q, tasks: DIR/tasks.jsonl, results: DIR/results.jsonl}]
`)
	receive(r, r.began, "the other task") // read behind the odd one
	_, body := r.get(n, "/metrics")
	assert.Equal(t, "1", value(body, `mabeam_tasks_without_agent{node="n",queue="q"}`))
	assert.Equal(t, "1", value(body, `mabeam_registry_watchers{node="n"}`), "the queue watches those that may work for it")
	assert.NotEmpty(t, value(body, `mabeam_registry_commit_seconds_count{node="n"}`))
	r.stop(n)
}

// value returns the value of one series in the text format; empty if it is not there.
func value(body, series string) string {
	for line := range strings.Lines(body) {
		if v, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
