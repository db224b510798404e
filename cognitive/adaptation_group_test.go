// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// both is a group of two variables whose best values depend on each other.
type both struct {
	x, y *cognitive.Variable[float64]
	rng  *rand.Rand
}

func addBoth(r *rig, settings ...cognitive.Setting) both {
	x, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, append(settings, cognitive.Initial(0.2))...)
	require.NoError(r.t, err)
	y, err := r.s.AddFloat(r.ctx, "y", kind.Float{Min: 0, Max: 1}, append(settings, cognitive.Initial(0.4))...)
	require.NoError(r.t, err)
	return both{x, y, rand.New(rand.NewPCG(1, 2))}
}

// liveWithBoth has agents report one after the other, each naming one of the two variables in turn.
func liveWithBoth(r *rig, b both, agents pool, reports int) {
	for i := range reports {
		time.Sleep(10 * time.Millisecond)
		who := cognitive.Agent{Name: agents[i%len(agents)]}
		seen := r.s.Configuration(who)
		x, y := seen.Values[0].Value.Float(), seen.Values[1].Value.Float()
		of := seen.Values[i/len(agents)%2]
		score := -30*(x-y)*(x-y) - 15*(x+y-1.4)*(x+y-1.4) + b.rng.NormFloat64()
		require.NoError(r.t, r.s.Report(cognitive.Feedback{
			Variable: of.Variable, Version: of.Version, Agent: who.Name, Metrics: []adapt.Metric{{Name: "score", Value: score}},
		}))
		synctest.Wait()
	}
}

func TestAGroupIsChangedInOneVersionOfTheSpace(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		b := addBoth(r)
		spec := byScore
		spec.Exploration = 0.5
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Group: []string{"y"}, Agents: twenty(), Share: 0.25, Spec: spec}))
		require.ErrorIs(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "y", Spec: byScore}), cognitive.ErrDuplicateName)
		sub, err := r.s.History(r.ctx, "x", cognitive.Query{})
		require.NoError(t, err)
		require.Len(t, sub, 1)
		liveWithBoth(r, b, twenty(), 20_000)
		assert.Less(t, math.Hypot(b.x.Get()-0.7, b.y.Get()-0.7), 0.25)
		ofX, err := r.s.History(r.ctx, "x", cognitive.Query{Causes: []cognitive.Cause{cognitive.ByAdapter}})
		require.NoError(t, err)
		require.NotEmpty(t, ofX)
		together := 0
		for _, c := range ofX {
			ofY, err := r.s.History(r.ctx, "y", cognitive.Query{Causes: []cognitive.Cause{cognitive.ByAdapter}})
			require.NoError(t, err)
			for _, d := range ofY {
				if c.Space == d.Space {
					together++
				}
			}
		}
		assert.Equal(t, len(ofX), together)
		st, err := r.s.Adapter(r.ctx, "y")
		require.NoError(t, err)
		assert.Equal(t, "x", st.Variable)
		assert.Equal(t, []string{"y"}, st.Group)
		all, err := r.s.Adapters(r.ctx)
		require.NoError(t, err)
		assert.Len(t, all, 1)
		require.NoError(t, r.s.StopAdapting(r.ctx, "y"))
		assert.ErrorIs(t, r.s.Report(cognitive.Feedback{Variable: "x"}), cognitive.ErrNotFound)
	})
}

// A constraint across the variables of a group is kept by what is tried, not only by what is committed.
func TestAGroupTriesNothingThatAConstraintForbids(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		b := addBoth(r)
		require.NoError(t, r.s.Constrain(cognitive.Constraint{Name: "budget", Variables: []string{"x", "y"}, Budget: []float64{1, 1}, Limit: 0.9}))
		spec := byScore
		spec.Exploration = 0.5
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Group: []string{"y"}, Agents: twenty(), Share: 0.25, Spec: spec}))
		liveWithBoth(r, b, twenty(), 6000)
		assert.LessOrEqual(t, b.x.Get()+b.y.Get(), 0.9+1e-9)
		assert.Greater(t, b.x.Get()+b.y.Get(), 0.65)
		st, err := r.s.Adapter(r.ctx, "x")
		require.NoError(t, err)
		assert.Zero(t, st.Refused, "%v", st.Told)
	})
}

func TestAnAdaptationIsChangedWhileItRuns(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		b := addBoth(r)
		a := cognitive.Adaptation{Variable: "x", Group: []string{"y"}, Agents: twenty(), Share: 0.25, Spec: byScore}
		assert.ErrorIs(t, r.s.Readapt(r.ctx, a), cognitive.ErrNotFound)
		require.NoError(t, r.s.Adapt(r.ctx, a))
		liveWithBoth(r, b, twenty(), 200) // something is on trial
		a.Spec = adapt.Spec{Strategy: adapt.Static}
		require.NoError(t, r.s.Readapt(r.ctx, a))
		synctest.Wait()
		st, err := r.s.Adapter(r.ctx, "x")
		require.NoError(t, err)
		assert.Equal(t, adapt.Static, st.Strategy)
		for _, info := range r.s.List() {
			assert.Empty(t, info.Overrides, "the trial has ended")
		}
		before := b.x.Load().Version
		liveWithBoth(r, b, twenty(), 3000)
		assert.Equal(t, before, b.x.Load().Version)
		a.Spec = adapt.Spec{Strategy: adapt.PerformanceFeedback}
		require.Error(t, r.s.Readapt(r.ctx, a), "it needs weights")
		a.Spec.Goals.Weights = byScore.Objective.Weights
		a.Spec.Exploration = 0.5
		require.NoError(t, r.s.Readapt(r.ctx, a))
		liveWithBoth(r, b, twenty(), 10_000)
		assert.NotEqual(t, before, b.x.Load().Version)
	})
}

func TestWhatCannotBeAdaptedIsRefused(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Decider: newPanel()}, func(r *rig) {
		addBoth(r)
		_, err := r.s.AddFloat(r.ctx, "sold", kind.Float{Min: 0, Max: 1}, cognitive.Decide(cognitive.Policy{Mode: "auction"}))
		require.NoError(t, err)
		economic := adapt.Spec{Strategy: adapt.Economic, Goals: adapt.Goals{Weights: byScore.Objective.Weights}}
		for name, c := range map[string]struct {
			a   cognitive.Adaptation
			err error
		}{
			"nobody":       {cognitive.Adaptation{Variable: "z", Spec: byScore}, cognitive.ErrNotFound},
			"half a group": {cognitive.Adaptation{Variable: "x", Group: []string{"z"}, Spec: byScore}, cognitive.ErrNotFound},
			"itself twice": {cognitive.Adaptation{Variable: "x", Group: []string{"x"}, Spec: byScore}, cognitive.ErrDuplicateName},
			"no auction":   {cognitive.Adaptation{Variable: "x", Spec: economic}, cognitive.ErrDenied},
		} {
			assert.ErrorIs(t, r.s.Adapt(r.ctx, c.a), c.err, name)
		}
		assert.Error(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Group: []string{"y"}, Control: func(time.Time, kind.Value, cognitive.Feedback) (kind.Value, string, bool) {
			return kind.Value{}, "", false
		}}))
		assert.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "sold", Spec: economic}))
	})
}

// The adapter of a group, and the committer, are killed again and again: the group goes on where it was, and what was on trial ends for both variables.
func TestAGroupGoesOnAfterCrashes(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		b := addBoth(r)
		spec := byScore
		spec.Exploration = 0.5
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Group: []string{"y"}, Agents: twenty(), Share: 0.25, Spec: spec}))
		for range 15 {
			liveWithBoth(r, b, twenty(), 1500)
			for _, path := range []string{"/node/lab/lab.adapters/x", "/node/lab/lab.committer"} {
				for pid := range r.sys.Processes() {
					if pid.Path() == path {
						pid.Kill()
					}
				}
				synctest.Wait()
			}
		}
		assert.Less(t, math.Hypot(b.x.Get()-0.7, b.y.Get()-0.7), 0.3)
		require.NoError(t, r.s.StopAdapting(r.ctx, "x"))
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		for _, info := range r.s.List() {
			assert.Empty(t, info.Overrides)
		}
		for _, name := range []string{"x", "y"} {
			list, err := r.s.History(r.ctx, name, cognitive.Query{All: true})
			require.NoError(t, err)
			for i, c := range list {
				assert.Equal(t, uint64(i+1), c.Version.Seq)
			}
		}
	})
}
