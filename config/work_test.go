// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
)

func TestQuotasOfAQueueAreReadAndAKindHasOne(t *testing.T) {
	cfg, _, err := config.Load(config.Input{Name: "n.yaml", Data: []byte(`
version: 1
work:
  - queue: q
    policy: performance
    remember: 50
    agents: {rate: 2.5}
    kinds: [{kind: review, concurrency: 2, rate: 0.5, burst: 3}, {kind: build}]
`)})
	require.NoError(t, err)
	q := cfg.Work[0]
	assert.Equal(t, config.Performance, q.Policy)
	assert.Equal(t, 50, q.Remember)
	assert.Equal(t, config.Quota{Rate: 2.5}, q.Agents)
	assert.Equal(t, []config.KindQuota{
		{Kind: "review", Quota: config.Quota{Concurrency: 2, Rate: 0.5, Burst: 3}}, {Kind: "build"},
	}, q.Kinds)

	_, _, err = config.Load(config.Input{Name: "n.yaml", Data: []byte(`
version: 1
work: [{queue: q, remember: 0, kinds: [{kind: a}, {kind: a}, {rate: -1}]}]
`)})
	var all config.Errors
	require.ErrorAs(t, err, &all)
	var at []string
	for _, problem := range all {
		at = append(at, problem.Path)
	}
	for _, want := range []string{"work[0].remember", "work[0].kinds[1].kind", "work[0].kinds[2].rate", "work[0].kinds[2].kind"} {
		assert.Contains(t, at, want)
	}
}
