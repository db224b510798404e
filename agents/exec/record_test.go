// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/telemetry/collect"
)

func TestFiguresOfAProgramBecomeMetricsOfItsAgent(t *testing.T) {
	w := newWorld(t)
	agg := collect.NewAggregator(w.sys, collect.Options{})
	_, err := w.do(w.spawn("honest"), "t1", "figures")
	require.NoError(t, err)
	all := agg.AgentMetrics("a")
	require.Len(t, all, 1)
	assert.Equal(t, "tokens", all[0].Metric)
	assert.EqualValues(t, 2, all[0].Total.Count)
	assert.InDelta(t, 42, all[0].Total.Sum, 0)
}
