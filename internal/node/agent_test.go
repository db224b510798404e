// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/query"
)

// What a file says of an agent is what the node's directory knows of it, and the node judges its health.
func TestAnAgentIsWhatTheFileSays(t *testing.T) {
	r := newRig(t)
	n := r.start(`version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: off}
tree:
  children:
    - id: a
      kind: told
      team: night
      role: guard
      weight: 2
      labels: {zone: eu}
      resources: {memory: 1GiB, cpu: 0.5, queue: 100, inflight: 4, budget: 7}
      health: {target: 200ms, missed: 4, missed_unhealthy: 6}
`)
	defer r.stop(n)
	info, ok := n.Directory().Info("a")
	require.True(t, ok)
	s := info.Spec
	assert.Equal(t, "night guard told", s.Team+" "+s.Role+" "+s.Kind)
	assert.InDelta(t, 2, s.Weight, 0)
	assert.Equal(t, map[string]string{"zone": "eu"}, s.Labels)
	assert.Equal(t, agents.Limits{Memory: 1 << 30, CPU: 0.5, Queue: 100, Inflight: 4, Budget: 7}, s.Limits)
	assert.Equal(t, 200*time.Millisecond, s.Health.Target)
	assert.Equal(t, health.Levels[int]{Degraded: 4, Unhealthy: 6}, s.Health.Missed)
	require.NoError(t, s.Validate())
	require.NoError(t, info.Row("n").Validate())
	assert.Equal(t, query.Ready, info.State)
}
