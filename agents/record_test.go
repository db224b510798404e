// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/window"
)

func TestRecordKeepsTotalsAndPercentilesOfTheAgentThatWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		counting := agents.Native("counting", "Counts.", func(agents.Spec) (agents.Worker, error) {
			return agents.WorkerFunc(func(ctx context.Context, task agents.Task) (json.RawMessage, error) {
				return json.Marshal(agents.Record(ctx, "tokens", float64(task.Attempt)))
			}), nil
		})
		a, err := agents.Spawn(sys, agents.Spec{ID: "clerk"}, counting, nil)
		require.NoError(t, err)
		do := func(n int) string {
			out, err := a.Do(t.Context(), agents.Task{ID: "t", Attempt: n})
			require.NoError(t, err)
			return string(out)
		}
		assert.Equal(t, "false", do(1), "nobody collects")
		agg := collect.NewAggregator(sys, collect.Options{})
		collect.NewAggregator(sys, collect.Options{}) // the first one stays the one
		for n := 1; n <= 100; n++ {
			assert.Equal(t, "true", do(n))
			time.Sleep(time.Millisecond)
		}
		got := agg.AgentMetrics("clerk")
		require.Len(t, got, 1)
		assert.Equal(t, "tokens", got[0].Metric)
		assert.EqualValues(t, 100, got[0].Total.Count)
		assert.InDelta(t, 50.5, got[0].Total.Mean(), 0)
		assert.InEpsilon(t, 99, got[0].Windows[window.Minute].P99, 0.01)
		assert.False(t, agents.Record(context.Background(), "tokens", 1), "nobody's context")
	})
}
