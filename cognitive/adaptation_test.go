// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/cognitive/optimize"
)

type pool []string

func (p pool) Members() []string { return p }

func twenty() (p pool) {
	for i := range 20 {
		p = append(p, fmt.Sprint("agent", i))
	}
	return p
}

// liveWith has agents use a variable and report, one each ten milliseconds, in turn.
func liveWith(r *rig, v *cognitive.Variable[float64], agents pool, rng *rand.Rand, reports int, score func(x float64) float64) {
	bound := make([]*cognitive.Bound[float64], len(agents))
	for i, a := range agents {
		bound[i] = v.For(cognitive.Agent{Name: a})
	}
	for i := range reports {
		time.Sleep(10 * time.Millisecond)
		b := bound[i%len(bound)].Load()
		err := r.s.Report(cognitive.Feedback{
			Variable: v.Name(), Version: b.Version, Agent: agents[i%len(agents)],
			Metrics: []adapt.Metric{{Name: "score", Value: score(b.Value) + rng.NormFloat64()}},
		})
		require.NoError(r.t, err)
		synctest.Wait()
	}
}

var byScore = adapt.Spec{Objective: adapt.Performance(adapt.Weight{Metric: "score", Weight: 1})}

func TestAVariableGoesWhereItsAgentsAreBetterOff(t *testing.T) {
	for name, agents := range map[string]pool{"beside the rest": twenty(), "for all": nil} {
		t.Run(name, func(t *testing.T) {
			bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
				v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.1))
				require.NoError(t, err)
				a := cognitive.Adaptation{Variable: "x", Spec: byScore}
				if agents != nil {
					a.Agents, a.Share = agents, 0.25
				}
				require.NoError(t, r.s.Adapt(r.ctx, a))
				assert.ErrorIs(t, r.s.Adapt(r.ctx, a), cognitive.ErrDuplicateName)
				liveWith(r, v, twenty(), rand.New(rand.NewPCG(1, 2)), 20_000, func(x float64) float64 { return -40 * (x - 0.7) * (x - 0.7) })
				assert.InDelta(t, 0.7, v.Get(), 0.2)
				who, err := r.s.Blame(r.ctx, "x")
				require.NoError(t, err)
				assert.Equal(t, "adapter/x", who.Proposer)
				if agents != nil {
					assert.Contains(t, who.Reason, "reports", "the figures are with the commit")
				}
				st, err := r.s.Adapter(r.ctx, "x")
				require.NoError(t, err)
				assert.Equal(t, uint64(20_000), st.Received)
				assert.NotEmpty(t, st.Told)
				assert.Zero(t, st.Refused, "%v", st.Told)
				list, err := r.s.History(r.ctx, "x", cognitive.Query{Causes: []cognitive.Cause{cognitive.ByAdapter}})
				require.NoError(t, err)
				assert.Less(t, len(list), 60)
				require.NoError(t, r.s.StopAdapting(r.ctx, "x"))
				assert.ErrorIs(t, r.s.Report(cognitive.Feedback{Variable: "x"}), cognitive.ErrNotFound)
			})
		})
	}
}

func TestFeedbackCountsForTheVersionThatItNamesAlone(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1})
		require.NoError(t, err)
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Spec: byScore}))
		old := v.Load().Version
		_, err = v.Propose(r.ctx, 0.5)
		require.NoError(t, err)
		synctest.Wait()
		say := func(version cognitive.Version, y float64) {
			require.NoError(t, r.s.Report(cognitive.Feedback{Variable: "x", Version: version, Metrics: []adapt.Metric{{Name: "score", Value: y}}}))
		}
		say(old, 1)
		say(cognitive.Version{}, 1)
		for range 6 {
			say(v.Load().Version, 1)
		}
		say(v.Load().Version, math.NaN())
		st, err := r.s.Adapter(r.ctx, "x")
		require.NoError(t, err)
		assert.Equal(t, uint64(2), st.Outdated)
		assert.Equal(t, uint64(1), st.Dropped)
		assert.Equal(t, 1.0, st.Reports, "five have settled")
	})
}

func TestAStaticAdapterProposesNothing(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1})
		require.NoError(t, err)
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Spec: adapt.Spec{Strategy: adapt.Static}}))
		liveWith(r, v, twenty(), rand.New(rand.NewPCG(1, 2)), 1000, func(x float64) float64 { return x })
		assert.Equal(t, uint64(1), v.Load().Version.Seq)
	})
}

// A controller of the user's own: a set point that is held by what the plant does.
func TestAControllerHoldsASetPoint(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "valve", kind.Float{Min: 0, Max: 1, Bounds: kind.Clamp}, cognitive.Initial(0.9))
		require.NoError(t, err)
		pi, err := optimize.NewPI(0.05, time.Second, 0, 1, 0.9)
		require.NoError(t, err)
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "valve", Control: func(_ time.Time, _ kind.Value, f cognitive.Feedback) (kind.Value, string, bool) {
			return kind.OfFloat(pi.Step(3-f.Metrics[0].Value, 100*time.Millisecond, false)), "set point", true
		}}))
		for range 600 {
			time.Sleep(100 * time.Millisecond)
			x := v.Load()
			require.NoError(t, r.s.Report(cognitive.Feedback{Variable: "valve", Version: x.Version, Metrics: []adapt.Metric{{Name: "level", Value: 10 * x.Value}}}))
			synctest.Wait()
		}
		assert.InDelta(t, 0.3, v.Get(), 0.01)
		st, err := r.s.Adapter(r.ctx, "valve")
		require.NoError(t, err)
		assert.Positive(t, st.Refused, "near the set point the steps are in the dead band")
	})
}

func TestASliceIsAShareOfTheAgentsAndEndsByItself(t *testing.T) {
	agents := twenty()
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.5))
		require.NoError(t, err)
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Agents: agents, Share: 0.1, Spec: byScore}))
		sliced := func() (names []string) {
			for _, a := range agents {
				if v.For(cognitive.Agent{Name: a}).Load().Flags&cognitive.Overridden != 0 {
					names = append(names, a)
				}
			}
			return names
		}
		rng := rand.New(rand.NewPCG(1, 2))
		for len(sliced()) == 0 {
			liveWith(r, v, agents, rng, 1, func(float64) float64 { return 0 })
		}
		in := sliced()
		assert.Len(t, in, 2, "a tenth of twenty")
		assert.Equal(t, 0.5, v.Get(), "the others go on as before")
		for range 20 { // the adapter crashes again and again until it stays down
			for pid := range r.sys.Processes() {
				if pid.Path() == "/node/lab/lab.adapters/x" {
					pid.Kill()
				}
			}
			synctest.Wait()
		}
		assert.Equal(t, in, sliced())
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		assert.Empty(t, sliced())
		list, err := r.s.History(r.ctx, "x", cognitive.Query{})
		require.NoError(t, err)
		assert.Len(t, list, 1)
	})
}

// What an adapter has learned survives it, and so does everything that it may have asked for.
func TestAnAdapterThatCrashesGoesOn(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.1))
		require.NoError(t, err)
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Agents: twenty(), Share: 0.25, Spec: byScore}))
		rng := rand.New(rand.NewPCG(1, 2))
		for range 20 {
			liveWith(r, v, twenty(), rng, 1500, func(x float64) float64 { return -40 * (x - 0.7) * (x - 0.7) })
			for _, path := range []string{"/node/lab/lab.adapters/x", "/node/lab/lab.committer"} {
				i := slices.IndexFunc(slices.Collect(r.sys.Processes()), func(p actors.PID) bool { return p.Path() == path })
				require.GreaterOrEqual(t, i, 0)
				slices.Collect(r.sys.Processes())[i].Kill()
				synctest.Wait()
			}
		}
		assert.InDelta(t, 0.7, v.Get(), 0.2)
		st, err := r.s.Adapter(r.ctx, "x")
		require.NoError(t, err)
		assert.Positive(t, st.Moves)
	})
}

// Two variables feed one score: at no time is something on trial for both.
func TestAdaptersThatAreAfterOneMetricTakeTurns(t *testing.T) {
	agents := twenty()
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		var vars []*cognitive.Variable[float64]
		for _, name := range []string{"x", "y"} {
			v, err := r.s.AddFloat(r.ctx, name, kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.2))
			require.NoError(t, err)
			vars = append(vars, v)
			require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: name, Agents: agents, Share: 0.25, Spec: byScore}))
		}
		rng := rand.New(rand.NewPCG(3, 4))
		tried := map[string]bool{}
		for i := range 20_000 {
			time.Sleep(10 * time.Millisecond)
			who := cognitive.Agent{Name: agents[i%len(agents)]}
			x, y := vars[0].For(who).Load(), vars[1].For(who).Load()
			score := -20*(x.Value-0.6)*(x.Value-0.6) - 20*(y.Value-0.8)*(y.Value-0.8) + rng.NormFloat64()
			for j, load := range []cognitive.Snapshot[float64]{x, y} {
				require.NoError(t, r.s.Report(cognitive.Feedback{Variable: vars[j].Name(), Version: load.Version, Agent: who.Name, Metrics: []adapt.Metric{{Name: "score", Value: score}}}))
			}
			synctest.Wait()
			var sliced []string
			for _, info := range r.s.List() {
				if len(info.Overrides) > 0 {
					sliced = append(sliced, info.Name)
					tried[info.Name] = true
				}
			}
			require.LessOrEqual(t, len(sliced), 1)
		}
		assert.Len(t, tried, 2, "both had their turn")
		assert.InDelta(t, 0.6, vars[0].Get(), 0.3)
		assert.InDelta(t, 0.8, vars[1].Get(), 0.3)
	})
}

func TestABudgetIsKeptByProjection(t *testing.T) {
	c := cognitive.Constraint{Budget: []float64{1, 2, 1}, Limit: 10}
	within, ok := c.Project([]float64{4, 4, 1}, []float64{0, 0, 1})
	require.True(t, ok)
	assert.InDeltaSlice(t, []float64{3.4, 2.8, 1}, within, 1e-9)
	_, ok = c.Project([]float64{4, 4, 1}, []float64{4, 4, 1})
	assert.False(t, ok)
	within, ok = c.Project([]float64{1, 1, 1}, []float64{0, 0, 0})
	require.True(t, ok)
	assert.Equal(t, []float64{1, 1, 1}, within)
}
