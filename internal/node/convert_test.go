// SPDX-License-Identifier: Apache-2.0

package node

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/chaos"
	"mabeam.dev/agents/exec"
	"mabeam.dev/config"
	"mabeam.dev/supervision"
)

// load reads the one child of a config.
func load(t *testing.T, text string) config.Config {
	t.Helper()
	cfg, _, err := config.Load(config.Input{Name: "node.yaml", Data: []byte(text), Kinds: map[string]config.KindInfo{"echo": {Doc: "Echoes."}}})
	require.NoError(t, err)
	return cfg
}

func TestProgramTakesEveryLimitOfTheFile(t *testing.T) {
	cfg := load(t, `
version: 1
tree:
  children:
    - id: p
      kind: exec
      command: [prog, -x]
      dir: /tmp
      env: {A: b}
      limits: {line: 2KiB, junk_lines: 7, stderr: 1KiB, hello: 3s, heartbeat: 4s, missed: 5, write: 6s, term: 8s}
`)
	assert.Equal(t, exec.Settings{
		Command: []string{"prog", "-x"}, Dir: "/tmp", Env: map[string]string{"A": "b"}, LineLimit: 2048, JunkLimit: 7, StderrKeep: 1024,
		HelloTimeout: 3 * time.Second, PingInterval: 4 * time.Second, PingMisses: 5, WriteTimeout: 6 * time.Second, TermGrace: 8 * time.Second,
	}, program(cfg.Tree.Children[0]))
}

func TestWrittenZeroMeansNoneAndNotTheDefault(t *testing.T) {
	cfg := load(t, `
version: 1
tree: {children: [{id: p, kind: exec, command: [prog], limits: {junk_lines: 0, stderr: 0B, heartbeat: 0s, term: 0s}}]}
`)
	s := program(cfg.Tree.Children[0])
	assert.Negative(t, s.JunkLimit)
	assert.Negative(t, s.StderrKeep)
	assert.Negative(t, s.PingInterval)
	assert.Negative(t, s.TermGrace)
}

func TestTreeOfTheFileIsTheTreeThatRuns(t *testing.T) {
	cfg := load(t, `
version: 1
tree:
  id: app
  strategy: rest_for_one
  intensity: 0
  period: 7s
  children:
    - {id: one, kind: echo, restart: transient, shutdown: brutal_kill, backoff: {initial: 1s, jitter: 0.5}, restart_limit: {intensity: 0, then: give_up}}
    - id: low
      kind: supervisor
      strategy: one_for_all
      intensity: 4
      backoff: {}
      children: [{id: many, kind: echo, count: 2, restart: temporary, shutdown: 3s}]
    - {id: last, kind: echo, shutdown: infinity, restart_limit: {period: 1m}, schedule: {every: 24h, jitter: 0.1}}
`)
	kinds := agents.Kinds{}
	kinds.Add(agents.Native("echo", "Echoes.", nil))
	spec, err := builder{kinds: kinds}.group(cfg.Tree.Group)
	require.NoError(t, err)
	assert.Equal(t, supervision.RestForOne, spec.Strategy)
	assert.Equal(t, supervision.Intensity{Max: supervision.NoRestarts, Within: 7 * time.Second}, spec.Intensity)
	require.Len(t, spec.Children, 3)
	assert.Equal(t, "one", spec.Children[0].ID)
	assert.Equal(t, supervision.Transient, spec.Children[0].Restart)
	assert.Equal(t, supervision.Brutal, spec.Children[0].Shutdown)
	assert.Equal(t, supervision.Infinity, spec.Children[1].Shutdown, "supervisors have time")
	assert.Equal(t, &supervision.Backoff{
		Initial: time.Second, Max: 30 * time.Second, Factor: 2, Jitter: 0.5, ResetAfter: time.Minute,
	}, spec.Children[0].Backoff)
	assert.Equal(t, 100*time.Millisecond, spec.Children[1].Backoff.Initial)
	assert.Nil(t, spec.Children[2].Backoff)
	assert.Equal(t, &supervision.Limit{
		Intensity: supervision.Intensity{Max: supervision.NoRestarts, Within: 5 * time.Second}, Then: supervision.GiveUp,
	}, spec.Children[0].Limit)
	assert.Nil(t, spec.Children[1].Limit)
	assert.Equal(t, &supervision.Limit{Intensity: supervision.Intensity{Max: 1, Within: time.Minute}}, spec.Children[2].Limit)
	assert.Equal(t, &supervision.Schedule{Every: 24 * time.Hour, Jitter: 0.1}, spec.Children[2].Schedule)
	assert.Nil(t, spec.Children[0].Schedule)
	assert.Equal(t, supervision.Infinity, spec.Children[2].Shutdown)

	low, err := builder{kinds: kinds}.group(cfg.Tree.Children[1].Group)
	require.NoError(t, err)
	assert.Equal(t, supervision.OneForAll, low.Strategy)
	assert.Equal(t, 4, low.Intensity.Max)
	require.Len(t, low.Children, 2)
	assert.Equal(t, "many-1", low.Children[0].ID)
	assert.Equal(t, "many-2", low.Children[1].ID)
	assert.Equal(t, supervision.Temporary, low.Children[1].Restart)
	assert.Equal(t, supervision.After(3*time.Second), low.Children[1].Shutdown)
}

func TestFaultsOfTheFile(t *testing.T) {
	assert.Equal(t, chaos.Plan{}, faults(nil))
	cfg := load(t, `{version: 1, chaos: {seed: 9, panic: 20, hang: every 50, exit: 0}}`)
	assert.Equal(t, chaos.Plan{Seed: 9, Panic: chaos.PerMille(20), Hang: chaos.Every(50)}, faults(cfg.Chaos))
}

func TestSettingsOfAKindReachItAsJSON(t *testing.T) {
	kinds := agents.Kinds{}
	kinds.Add(exec.Kind())
	cfg := load(t, `{version: 1, tree: {children: [{id: p, kind: exec, command: [prog]}]}}`)
	var spec agents.Spec
	_, err := builder{kinds: kinds}.kind(cfg.Tree.Children[0], &spec)
	require.NoError(t, err)
	var s exec.Settings
	require.NoError(t, json.Unmarshal(spec.Settings, &s))
	assert.Equal(t, []string{"prog"}, s.Command)
}
