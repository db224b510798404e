// SPDX-License-Identifier: Apache-2.0

package balance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func TestARowHasItsRankByStateAndHealth(t *testing.T) {
	row := func(state query.Lifecycle, status query.Status) *index.Row {
		return &index.Row{ID: "a", State: state, Health: index.Health{Status: status}}
	}
	never := map[*index.Row]balance.Cause{
		row(query.Maintenance, query.Healthy): balance.ByState, row(query.Draining, query.Healthy): balance.ByState,
		row(query.Ready, query.Unhealthy): balance.ByHealth, row(query.Busy, query.Overloaded): balance.ByHealth,
		row(query.Ready, query.Unknown): balance.ByHealth,
	}
	for r, want := range never {
		_, because, ok := balance.Policy{}.Rank(r)
		assert.False(t, ok)
		assert.Equal(t, want, because)
	}
	for _, c := range []struct {
		row  *index.Row
		p    balance.Policy
		rank int
	}{
		{row(query.Ready, query.Healthy), balance.Policy{}, 0},
		{row(query.Busy, query.Degraded), balance.Policy{}, 1},
		{row(query.Busy, query.Degraded), balance.Policy{Degraded: true}, 0},
		{row(query.Ready, query.Unknown), balance.Policy{Unjudged: true}, 0},
	} {
		rank, _, ok := c.p.Rank(c.row)
		assert.True(t, ok)
		assert.Equal(t, c.rank, rank)
	}
}

func TestSlownessIsTheTimeOfASuccess(t *testing.T) {
	assert.InDelta(t, float64(2*time.Second), balance.Slowness(time.Second, 0.5), 1)
	assert.InDelta(t, float64(20*time.Second), balance.Slowness(time.Second, 0), 1, "who always fails is still comparable")
	assert.InDelta(t, 1000, balance.Slowness(0, 1), 0.001, "no attempt takes no time")
	assert.InDelta(t, 1.5, balance.Load(2, 2), 0)
	_, ok := balance.SlownessOf(&index.Row{})
	assert.False(t, ok)
	x, ok := balance.SlownessOf(&index.Row{Performance: index.Performance{P50: index.Known(time.Second)}})
	assert.True(t, ok)
	assert.InDelta(t, float64(time.Second), x, 1)
}
