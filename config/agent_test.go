// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAnAgentHasTeamRoleLabelsResourcesAndHealth(t *testing.T) {
	cfg, _ := load(t, testInput("agent.yaml", `version: 1
tree:
  children:
    - id: a
      kind: exec
      command: [sh]
      team: night
      role: guard
      weight: 2.5
      labels: {zone: eu, tier: "1"}
      capabilities: [go, nlp/summarise@1.2]
      capability_settings: {nlp/summarise: {model: small, words: 100}}
      resources: {memory: 1GiB, cpu: 0.5, queue: 100, inflight: 4, budget: 1000000, per_attempt: 10, per_second: 5}
      health: {target: 200ms, queue: 50}
    - id: b
      kind: exec
      command: [sh]
`))
	a, b := cfg.Tree.Children[0], cfg.Tree.Children[1]
	assert.Equal(t, "night", a.Team)
	assert.Equal(t, "guard", a.Role)
	assert.Equal(t, []string{"go", "nlp/summarise@1.2"}, a.Capabilities)
	assert.Equal(t, map[string]any{"nlp/summarise": map[string]any{"model": "small", "words": int64(100)}}, a.CapabilitySettings)
	zone := a.Labels["zone"]
	assert.Equal(t, "eu", zone.Reveal())
	assert.Equal(t, &Resources{Memory: 1 << 30, CPU: 0.5, Queue: 100, Inflight: 4, Budget: 1e6, PerAttempt: 10, PerSecond: 5}, a.Resources)
	assert.Equal(t, 200*time.Millisecond, a.Health.Target)
	assert.Equal(t, 50, a.Health.Queue)
	assert.Equal(t, 5000, a.Health.QueueUnhealthy)
	assert.Nil(t, b.Resources)
	assert.Nil(t, b.Health)
	assert.InDelta(t, 1, b.Weight, 0)
}
