// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
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
	"mabeam.dev/cognitive/optimize"
)

// Adapters that are after one metric wait for each other where they share agents, and only there.
func TestAdaptersOfDifferentAgentsDoNotWait(t *testing.T) {
	for _, shared := range []bool{false, true} {
		bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
			b := addBoth(r)
			all := twenty()
			pools := map[string]pool{"x": all[:10], "y": all[10:]}
			if shared {
				pools["y"] = all[9:]
			}
			for name, p := range pools {
				require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: name, Agents: p, Share: 0.25, Spec: byScore}))
			}
			most := 0
			for range 100 {
				for _, v := range []*cognitive.Variable[float64]{b.x, b.y} {
					for _, who := range pools[v.Name()] {
						x := v.For(cognitive.Agent{Name: who}).Load()
						require.NoError(t, r.s.Report(cognitive.Feedback{
							Variable: v.Name(), Version: x.Version, Agent: who, Metrics: []adapt.Metric{{Name: "score", Value: b.rng.NormFloat64()}},
						}))
					}
				}
				time.Sleep(100 * time.Millisecond)
				synctest.Wait()
				sliced := 0
				for _, info := range r.s.List() {
					if len(info.Overrides) > 0 {
						sliced++
					}
				}
				most = max(most, sliced)
			}
			if shared {
				assert.Equal(t, 1, most)
			} else {
				assert.Equal(t, 2, most)
			}
		})
	}
}

// Somebody else changes the variable all the time: the adapter slows down, and then has others decide what it asks for.
func TestAnAdapterThatIsOvertakenAsksForADecision(t *testing.T) {
	j, p := &memory{}, newPanel()
	bubble(t, cognitive.SpaceOptions{Journal: j, Decider: p}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.5))
		require.NoError(t, err)
		spec := byScore
		spec.Warm, spec.Exploration = 5, 1
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Spec: spec, Every: 100 * time.Millisecond}))
		j.slow = func(ctx context.Context) error { return r.sys.Sleep(ctx, time.Second) }
		rng := rand.New(rand.NewPCG(1, 2))
		status := func() adapt.Status {
			st, err := r.s.Adapter(r.ctx, "x")
			require.NoError(t, err)
			return st.Status
		}
		report := func() {
			for range 12 {
				require.NoError(t, r.s.Report(cognitive.Feedback{Variable: "x", Version: v.Load().Version, Metrics: []adapt.Metric{{Name: "score", Value: rng.NormFloat64()}}}))
			}
		}
		for i := 0; !status().Coordinate; i++ {
			require.Less(t, i, 50)
			report()
			end := asked(r, v, 0.3+0.4*rng.Float64()) // for a second it is on its way to the journal, and the adapter thinks
			require.NoError(t, <-end)
			synctest.Wait()
		}
		assert.Empty(t, p.open)
		report() // now nobody is in its way
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Len(t, p.open, 1)
		assert.Equal(t, "vote", p.open[0].Policy.Mode)
		assert.Equal(t, "adapter/x", p.open[0].Proposer)
		assert.Contains(t, status().Problems, "conflicts")
		assert.Greater(t, status().Pace, 1)
	})
}

// What disturbs a set point by three deviations of the noise is made good within 300 reports, and hardly overshot.
func TestASetPointIsReachedAgainSoonAndNotOvershot(t *testing.T) {
	for seed := range uint64(4) {
		bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
			const noise, step, most = 0.5, 1.5, 0.1
			v, err := r.s.AddFloat(r.ctx, "valve", kind.Float{Min: 0, Max: 1, Bounds: kind.Clamp}, cognitive.Initial(0.3))
			require.NoError(t, err)
			pi, err := optimize.NewPI(0.0015, 100*time.Millisecond, 0, 1, 0.3)
			require.NoError(t, err)
			require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "valve", Control: func(_ time.Time, _ kind.Value, f cognitive.Feedback) (kind.Value, string, bool) {
				return kind.OfFloat(pi.Step(3-f.Metrics[0].Value, 100*time.Millisecond, false)), "set point", true
			}}))
			rng := rand.New(rand.NewPCG(seed, 3))
			settled := -1
			for i := range 800 {
				time.Sleep(100 * time.Millisecond)
				x := v.Load()
				level := 10*x.Value + step + noise*rng.NormFloat64()
				require.NoError(t, r.s.Report(cognitive.Feedback{Variable: "valve", Version: x.Version, Metrics: []adapt.Metric{{Name: "level", Value: level}}}))
				synctest.Wait()
				off := (v.Get() - 0.15) / 0.15
				require.GreaterOrEqual(t, off, -most, "seed %d, report %d: overshoot", seed, i)
				if math.Abs(off) > most {
					settled = -1
				} else if settled < 0 {
					settled = i
				}
			}
			require.GreaterOrEqual(t, settled, 0, "seed %d", seed)
			assert.LessOrEqual(t, settled, 300, "seed %d", seed)
		})
	}
}
