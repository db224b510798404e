// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/config"
	"mabeam.dev/events/memory"
)

// inBubble runs a node without agents in virtual time.
func inBubble(t *testing.T, file string, run func(ctx context.Context, n *Node)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		n, err := Start(ctx, bare(t, file, memory.New(memory.Options{})))
		require.NoError(t, err)
		run(ctx, n)
		_, err = n.Stop(ctx)
		require.NoError(t, err)
	})
}

const adapting = `variables:
  spaces:
  - space: tuning
    variables:
    - {variable: fixed, kind: float, min: 0, max: 1, initial: 0.2, adapt: {strategy: static}}
    - {variable: alone, kind: float, min: 0, max: 1, initial: 0.2}
    - {variable: score, kind: float, min: 0, max: 1, step: 0.05, initial: 0.2, adapt: {weights: {score: 1}, cycle: 50ms, learning_rate: 0.2, warm: 10, trial: 60, watch: 30, settle: 2}}
    - {variable: cost, kind: choice, options: [small, middle, large], initial: large, cooldown: 0s, adapt: {strategy: cost_optimization, floors: {quality: 0.7}, cycle: 50ms, warm: 10, trial: 60, watch: 30}}
`

// feedWorld reports for a while what a world makes of a number or a choice.
func feedWorld(t *testing.T, s *cognitive.Space, variable string, reports int, world func(v kind.Value) []adapt.Metric) {
	t.Helper()
	for range reports {
		i, err := s.Info(variable)
		require.NoError(t, err)
		require.NoError(t, s.Report(cognitive.Feedback{Variable: variable, Version: i.Seen.Version, Metrics: world(i.Seen.Value)}))
		time.Sleep(10 * time.Millisecond)
	}
}

func TestVariablesFollowTheStrategiesOfTheConfig(t *testing.T) {
	inBubble(t, adapting, func(ctx context.Context, n *Node) {
		s := n.VariableSpace("tuning")
		random := rand.New(rand.NewPCG(1, 2))
		hill := func(v kind.Value) []adapt.Metric {
			x := v.Float() - 0.7
			return []adapt.Metric{{Name: "score", Value: -x*x + 0.01*random.NormFloat64()}}
		}
		feedWorld(t, s, "fixed", 500, hill)
		feedWorld(t, s, "score", 3000, hill)
		feedWorld(t, s, "cost", 3000, func(v kind.Value) []adapt.Metric {
			of := map[string][2]float64{"small": {1, 0.5}, "middle": {2, 0.8}, "large": {5, 0.9}}[v.Choice()]
			return []adapt.Metric{{Name: "cost", Value: of[0] + 0.1*random.NormFloat64()}, {Name: "quality", Value: of[1] + 0.02*random.NormFloat64()}}
		})
		assert.Equal(t, 0.2, s.Snapshot().Value("fixed").Float(), "static proposes nothing")
		assert.InDelta(t, 0.7, s.Snapshot().Value("score").Float(), 0.15)
		assert.Equal(t, "middle", s.Snapshot().Value("cost").Choice(), "the cheapest one above the floor")
		assert.ErrorIs(t, s.Report(cognitive.Feedback{Variable: "alone"}), cognitive.ErrNotFound)
		seen, err := s.Adapter(ctx, "fixed")
		require.NoError(t, err)
		assert.Equal(t, adapt.Static, seen.Strategy)
		assert.EqualValues(t, 500, seen.Received)
	})
}

func TestAnAdaptationIsChangedAndEndedWhileTheNodeRuns(t *testing.T) {
	inBubble(t, adapting, func(ctx context.Context, n *Node) {
		s := n.VariableSpace("tuning")
		all := n.tuning.adapted
		how, ok := all.of("tuning", "fixed")
		require.True(t, ok)
		how.Strategy = config.PerformanceStrategy
		require.Error(t, all.change(ctx, s, "fixed", how), "it has no weights")
		_, err := s.Adapter(ctx, "fixed")
		require.NoError(t, err, "the one that there was stays")
		how.Weights = map[string]float64{"score": 1}
		require.NoError(t, all.change(ctx, s, "fixed", how))
		require.NoError(t, all.change(ctx, s, "alone", how), "one that had none")
		seen, err := s.Adapter(ctx, "fixed")
		require.NoError(t, err)
		assert.Equal(t, adapt.Custom, seen.Strategy)
		require.NoError(t, all.end(ctx, s, "fixed"))
		_, ok = all.of("tuning", "fixed")
		assert.False(t, ok)
		assert.ErrorIs(t, all.end(ctx, s, "fixed"), cognitive.ErrNotFound)
		names, _ := all.all()
		assert.Equal(t, []string{"tuning/alone", "tuning/cost", "tuning/score"}, names)
	})
}
