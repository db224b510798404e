// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
	"mabeam.dev/internal/node"
)

const nodeFile = `version: 1
node: {name: metrics, data: %DATA%}
surfaces: {listen: "127.0.0.1:0", socket: %DATA%/node.sock}
tree: {id: team, children: [{id: clumsy, kind: clumsy, capabilities: [fall]}]}
work: [{queue: q, attempts: 3, backoff: 1ms}]
`

// A node that has done a task, and crashed over it, serves metrics that the page has, with its types and labels.
func TestANodeServesOnlyMetricsThatThePageHas(t *testing.T) {
	page, err := metricsPage(repository(t))
	require.NoError(t, err)
	served := serve(t)
	families := regexp.MustCompile(`(?m)^# TYPE (mabeam_\w+) (\w+)$`).FindAllStringSubmatch(served, -1)
	names := make([]string, 0, len(families))
	for _, f := range families {
		names = append(names, f[1])
		assert.Contains(t, page, "| `"+f[1]+"` | "+f[2]+" |")
	}
	for _, must := range []string{"mabeam_tasks", "mabeam_processes", "mabeam_restarts_total", "mabeam_child_crashes_total", "mabeam_agents", "mabeam_work_total", "mabeam_work_seconds", "mabeam_alerts"} {
		assert.Contains(t, names, must)
	}
	for _, series := range regexp.MustCompile(`(?m)^(mabeam_\w+)\{(.*)\} `).FindAllStringSubmatch(served, -1) {
		name := series[1]
		for _, part := range []string{"_bucket", "_sum", "_count"} { // of a histogram
			if whole := strings.TrimSuffix(name, part); slices.Contains(names, whole) {
				name = whole
			}
		}
		row := regexp.MustCompile("(?m)^\\| `" + name + "` .*$").FindString(page)
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(series[2], -1) {
			if label[1] != "node" && label[1] != "le" { // the page says it of all; a histogram's buckets are Prometheus's own
				assert.Contains(t, row, "`"+label[1]+"`", series[1])
			}
		}
	}
}

// serve runs a node until its one task is done and returns what it serves at /metrics.
func serve(t *testing.T) string {
	t.Helper()
	ctx := t.Context()
	data := t.TempDir()
	kinds := agents.Kinds{}
	kinds.Add(agents.Native("clumsy", "Falls over at the first attempt of each task.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, task agents.Task) (json.RawMessage, error) {
			if task.Attempt == 1 {
				panic("on purpose")
			}
			return json.RawMessage("null"), nil
		}), nil
	}))
	cfg, _, err := config.Load(config.Input{
		Name: "node.yaml", Data: []byte(strings.ReplaceAll(nodeFile, "%DATA%", data)),
		Kinds: map[string]config.KindInfo{"clumsy": {}}, Files: config.OS(),
	})
	require.NoError(t, err)
	var one iter.Seq2[plan.Task, error] = func(yield func(plan.Task, error) bool) {
		yield(plan.Task{ID: "one", Kind: "fall", Capability: "fall"}, nil)
	}
	n, err := node.Start(ctx, node.Options{
		Config: cfg, Kinds: kinds, Logger: slog.New(slog.DiscardHandler), Epoch: "first", Stdout: io.Discard,
		Tasks: map[string]iter.Seq2[plan.Task, error]{"q": one},
	})
	require.NoError(t, err)
	defer func() {
		_, err := n.Stop(context.WithoutCancel(ctx))
		assert.NoError(t, err)
	}()
	require.NoError(t, n.Wait(ctx))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.Addr()+"/metrics", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(body)
}
