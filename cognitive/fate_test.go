// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

func TestWhatBecomesOfAReportIsTold(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.1))
		require.NoError(t, err)
		_, err = r.s.Hear(cognitive.Feedback{Variable: "x"})
		require.ErrorIs(t, err, cognitive.ErrNotFound, "nobody adapts it")
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Spec: byScore}))
		old := v.Load().Version
		_, err = v.Propose(r.ctx, 0.2)
		require.NoError(t, err)
		_, err = v.Override(r.ctx, "agent/ann", 0.3, 0)
		require.NoError(t, err)
		base, anns := v.Load().Version, v.For(cognitive.Agent{Name: "ann"}).Load().Version
		score := []adapt.Metric{{Name: "score", Value: 1}}
		for _, c := range []struct {
			f    cognitive.Feedback
			want cognitive.Fate
		}{
			{cognitive.Feedback{Version: base, Metrics: score}, cognitive.Taken},
			{cognitive.Feedback{Version: anns, Agent: "ann", Metrics: score}, cognitive.Taken},
			{cognitive.Feedback{Version: old, Agent: "bob", Metrics: score}, cognitive.Outdated},
			{cognitive.Feedback{Metrics: score}, cognitive.Outdated},
			{cognitive.Feedback{Version: base}, cognitive.Empty},
			{cognitive.Feedback{Version: base, Metrics: []adapt.Metric{{Name: "score", Value: math.NaN()}}}, cognitive.Empty},
			{cognitive.Feedback{Version: base, Metrics: score, Weight: -1}, cognitive.Empty},
		} {
			c.f.Variable = "x"
			got, err := r.s.Hear(c.f)
			require.NoError(t, err)
			assert.Equal(t, c.want, got, "%s: %+v", got, c.f)
		}
		seen, err := r.s.See("x", cognitive.Agent{Name: "ann"})
		require.NoError(t, err)
		assert.Equal(t, 0.3, seen.Value.Float())
		assert.NotZero(t, seen.Flags&cognitive.Overridden)
		seen, err = r.s.See("x", cognitive.Agent{})
		require.NoError(t, err)
		assert.Equal(t, base, seen.Version)
		_, err = r.s.See("y", cognitive.Agent{})
		require.ErrorIs(t, err, cognitive.ErrNotFound)
	})
}
