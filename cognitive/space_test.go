// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/graph"
	"mabeam.dev/cognitive/kind"
)

var temperature = kind.Float{Min: 0, Max: 2, Step: 0.01}

func TestAProposalIsCommittedOrChangesNothing(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "temperature", temperature, cognitive.Initial(0.7))
		require.NoError(t, err)
		assert.Equal(t, 0.7, v.Get())
		first := v.Load()
		assert.Equal(t, cognitive.Version{Seq: 1}, first.Version)

		got, err := v.Propose(r.ctx, 0.9, cognitive.Base(first.Version), cognitive.Because("p95 too high"), cognitive.Key("k1"))
		require.NoError(t, err)
		assert.Equal(t, cognitive.Version{Seq: 2}, got.Version)
		assert.Equal(t, 0.9, v.Get())

		again, err := v.Propose(r.ctx, 1.5, cognitive.Key("k1"))
		require.NoError(t, err)
		assert.True(t, again.Again)
		assert.Equal(t, got.Version, again.Version)

		for _, c := range []struct {
			value  float64
			option cognitive.ProposeOption
			err    error
		}{
			{2.5, cognitive.From("ann"), kind.ErrRange},
			{math.NaN(), cognitive.Force(), kind.ErrNotFinite},
			{1, cognitive.Base(first.Version), cognitive.ErrVersionConflict},
		} {
			_, err = v.Propose(r.ctx, c.value, c.option)
			assert.ErrorIs(t, err, c.err)
		}
		assert.Equal(t, cognitive.Version{Seq: 2}, v.Load().Version)
		got, err = v.ProposeBy(r.ctx, 0.1, cognitive.Base(first.Version), cognitive.Rebase())
		require.NoError(t, err)
		assert.Equal(t, 1.0, got.Value.Float())

		_, err = r.s.AddFloat(r.ctx, "temperature", temperature)
		assert.ErrorIs(t, err, cognitive.ErrDuplicateName)
		_, err = cognitive.Lookup[int64](r.s, "temperature")
		assert.ErrorIs(t, err, kind.ErrType)
		_, err = cognitive.Lookup[int64](r.s, "pressure")
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		require.NoError(t, r.s.Remove(r.ctx, "temperature"))
		_, err = v.Propose(r.ctx, 1)
		assert.ErrorIs(t, err, cognitive.ErrStopped)
		assert.Equal(t, 0.0, v.Get())
	})
}

func TestAfterTheEndOfAProgramEverythingDurableIsThere(t *testing.T) {
	j := &memory{}
	synctest.Test(t, func(t *testing.T) {
		r := start(t, cognitive.SpaceOptions{Journal: j})
		v, err := r.s.AddInteger(r.ctx, "batch", kind.Integer{Min: 1, Max: 100})
		require.NoError(t, err)
		e, err := r.s.AddInteger(r.ctx, "scratch", kind.Integer{Min: 1, Max: 100}, cognitive.Keep(cognitive.Ephemeral), cognitive.Initial(int64(5)))
		require.NoError(t, err)
		_, err = cognitive.AddComposite[int64](r.ctx, r.s, "double", cognitive.Composite{Inputs: []string{"batch"}, Func: double})
		require.NoError(t, err)
		_, err = v.Propose(r.ctx, 7, cognitive.Key("k"), cognitive.From("ann"), cognitive.Because("why not"))
		require.NoError(t, err)
		_, err = e.Propose(r.ctx, 9)
		require.NoError(t, err)
		_, err = v.Override(r.ctx, "agent/bob", 50, 0)
		require.NoError(t, err)
		r.close()

		r = start(t, cognitive.SpaceOptions{Journal: j})
		v, err = r.s.AddInteger(r.ctx, "batch", kind.Integer{Min: 1, Max: 100})
		require.NoError(t, err)
		assert.Equal(t, int64(7), v.Get())
		assert.Equal(t, cognitive.Version{Seq: 2}, v.Load().Version)
		assert.Equal(t, int64(50), v.For(cognitive.Agent{Name: "bob"}).Get())
		e, err = r.s.AddInteger(r.ctx, "scratch", kind.Integer{Min: 1, Max: 100}, cognitive.Keep(cognitive.Ephemeral), cognitive.Initial(int64(5)))
		require.NoError(t, err)
		assert.Equal(t, int64(5), e.Get())
		assert.Equal(t, uint64(1), e.Load().Version.Epoch)
		again, err := v.Propose(r.ctx, 99, cognitive.Key("k"))
		require.NoError(t, err)
		assert.True(t, again.Again)
		twice, err := cognitive.Lookup[int64](r.s, "double")
		require.NoError(t, err)
		assert.Equal(t, cognitive.Degraded, twice.Load().Flags&cognitive.Degraded, "its code is not there yet")
		assert.Equal(t, int64(14), twice.Get())
		_, err = cognitive.AddComposite[int64](r.ctx, r.s, "double", cognitive.Composite{Inputs: []string{"batch"}, Func: double})
		require.NoError(t, err)
		assert.Zero(t, twice.Load().Flags)
		blame, err := r.s.Blame(r.ctx, "batch")
		require.NoError(t, err)
		assert.Equal(t, "ann", blame.Proposer)
		assert.Equal(t, "why not", blame.Reason)

		_, err = r.s.AddInteger(r.ctx, "batch", kind.Integer{Min: 1, Max: 100})
		assert.ErrorIs(t, err, cognitive.ErrDuplicateName)
		r.close()

		r = start(t, cognitive.SpaceOptions{Journal: j})
		_, err = r.s.AddInteger(r.ctx, "batch", kind.Integer{Min: 10, Max: 100})
		assert.ErrorIs(t, err, kind.ErrRange, "the value is outside of the new kind")
		v, err = r.s.AddInteger(r.ctx, "batch", kind.Integer{Min: 1, Max: 20})
		require.NoError(t, err)
		assert.Equal(t, cognitive.ByRedefine, v.Load().Cause)
		r.close()
	})
}

func double(in []kind.Value) (kind.Value, error) { return kind.OfInteger(2 * in[0].Integer()), nil }

func TestCompositesAreOfTheSameVersionAsTheirInputs(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
		a, err := r.s.AddFloat(r.ctx, "a", kind.Float{Min: 0, Max: 100}, cognitive.Initial(1.0))
		require.NoError(t, err)
		_, err = r.s.AddFloat(r.ctx, "b", kind.Float{Min: 0, Max: 100}, cognitive.Initial(2.0))
		require.NoError(t, err)
		sum, err := cognitive.AddComposite[float64](r.ctx, r.s, "sum", cognitive.Composite{Inputs: []string{"a", "b"}, Text: "a + b"})
		require.NoError(t, err)
		big, err := cognitive.AddComposite[bool](r.ctx, r.s, "big", cognitive.Composite{Inputs: []string{"sum"}, Func: func(in []kind.Value) (kind.Value, error) {
			return kind.OfTruth(in[0].Float() > 10), nil
		}})
		require.NoError(t, err)
		assert.Equal(t, 3.0, sum.Get())
		got, err := a.Propose(r.ctx, 5)
		require.NoError(t, err)
		assert.Equal(t, 7.0, sum.Get())
		assert.Equal(t, got.Space, sum.Load().Space)
		assert.False(t, big.Get())
		assert.Equal(t, uint64(1), big.Load().Version.Seq, "an unchanged result is no new version")
		_, err = r.s.Change(r.ctx, []cognitive.To{{Variable: "a", Value: kind.OfFloat(20)}, {Variable: "b", Value: kind.OfFloat(30)}})
		require.NoError(t, err)
		assert.Equal(t, 50.0, sum.Get())
		assert.Equal(t, uint64(3), sum.Load().Version.Seq, "once for both")
		assert.True(t, big.Get())

		_, err = sum.Propose(r.ctx, 1)
		assert.ErrorIs(t, err, cognitive.ErrComputed)
		_, err = cognitive.AddComposite[bool](r.ctx, r.s, "x", cognitive.Composite{Inputs: []string{"nothing"}, Text: "true"})
		assert.ErrorIs(t, err, cognitive.ErrNotFound)
		var cycle *graph.CycleError
		_, err = r.s.Redefine(r.ctx, "sum", cognitive.Redefinition{Composite: &cognitive.Composite{Inputs: []string{"a", "big"}, Text: "big ? a : 0.0"}})
		require.ErrorAs(t, err, &cycle)
		assert.Equal(t, []string{"sum", "big", "sum"}, cycle.Path)
		var depended *graph.DependedError
		assert.ErrorAs(t, r.s.Remove(r.ctx, "a"), &depended)
	})
}

func TestAFunctionThatFailsLeavesTheLastGoodValue(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		a, err := r.s.AddInteger(r.ctx, "a", kind.Integer{Min: 0, Max: 10})
		require.NoError(t, err)
		back := make(chan struct{})
		c, err := cognitive.AddComposite[int64](r.ctx, r.s, "c", cognitive.Composite{Inputs: []string{"a"}, Func: func(in []kind.Value) (kind.Value, error) {
			switch in[0].Integer() {
			case 1:
				panic("one")
			case 2:
				<-back
			}
			return kind.OfInteger(in[0].Integer() * 10), nil
		}})
		require.NoError(t, err)
		set := func(n int64) cognitive.Snapshot[int64] {
			_, err := a.Propose(r.ctx, n)
			require.NoError(t, err)
			return c.Load()
		}
		assert.Equal(t, int64(30), set(3).Value)
		x := set(1)
		assert.Equal(t, int64(30), x.Value)
		assert.Equal(t, cognitive.Degraded, x.Flags)
		assert.ErrorContains(t, x.Why, "panic: one")
		assert.Equal(t, int64(40), set(4).Value)
		assert.Zero(t, c.Load().Flags)
		begin := r.sys.Now()
		x = set(2)
		assert.Equal(t, 10*time.Millisecond, r.sys.Now().Sub(begin))
		assert.Equal(t, int64(40), x.Value)
		assert.ErrorIs(t, x.Why, actors.ErrTimeout)
		x = set(5)
		assert.Equal(t, int64(40), x.Value)
		assert.ErrorContains(t, x.Why, "has not returned")
		close(back)
		synctest.Wait()
		assert.Equal(t, int64(60), set(6).Value)
	})
}

func TestConstraintsHoldAcrossVariables(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		for _, n := range []string{"low", "high"} {
			_, err := r.s.AddFloat(r.ctx, n, kind.Float{Min: 0, Max: 10}, cognitive.Initial(map[string]float64{"low": 1, "high": 5}[n]))
			require.NoError(t, err)
		}
		require.NoError(t, r.s.Constrain(cognitive.Constraint{Name: "order", Variables: []string{"low", "high"}, Text: "low < high"}))
		require.NoError(t, r.s.Constrain(cognitive.Constraint{Name: "budget", Variables: []string{"low", "high"}, Budget: []float64{1, 2}, Limit: 20}))
		var broken *cognitive.ConstraintError
		_, err := r.s.Propose(r.ctx, "low", kind.OfFloat(6))
		require.ErrorAs(t, err, &broken)
		assert.Equal(t, "order", broken.Name)
		_, err = r.s.Propose(r.ctx, "high", kind.OfFloat(10))
		require.ErrorAs(t, err, &broken)
		assert.Equal(t, "budget", broken.Name)
		_, err = r.s.Change(r.ctx, []cognitive.To{{Variable: "low", Value: kind.OfFloat(6)}, {Variable: "high", Value: kind.OfFloat(7)}})
		require.NoError(t, err, "both at once")
		assert.Error(t, r.s.Constrain(cognitive.Constraint{Name: "bad", Variables: []string{"low"}, Text: "low <"}))
	})
}

func TestGuardsHoldAgentsAndAdaptersBack(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		mode, err := r.s.AddChoice(r.ctx, "mode", kind.Choice{Options: []kind.Option{{Name: "fast"}, {Name: "good"}}, SwitchingCost: 1})
		require.NoError(t, err)
		adapter := func(mean, low float64) cognitive.ProposeOption {
			return cognitive.FromAdapter("engine", cognitive.Gain{Mean: mean, Low: low})
		}
		var guard *cognitive.GuardError
		_, err = mode.Propose(r.ctx, "good", adapter(2, 0.5))
		require.ErrorAs(t, err, &guard)
		assert.Equal(t, "switching cost", guard.Guard)
		_, err = mode.Propose(r.ctx, "good", adapter(2, 1.5))
		require.NoError(t, err)
		var cool *cognitive.CooldownError
		_, err = mode.Propose(r.ctx, "fast", cognitive.FromAgent("ann"))
		require.ErrorAs(t, err, &cool)
		assert.Equal(t, r.sys.Now().Add(30*time.Second), cool.Until)
		time.Sleep(30 * time.Second)
		_, err = mode.Propose(r.ctx, "fast", adapter(2, 1.5))
		require.ErrorAs(t, err, &guard)
		assert.Equal(t, "reversal", guard.Guard, "twice the evidence: 2 - 2*0.5 is not greater than 1")
		_, err = mode.Propose(r.ctx, "fast", adapter(2, 1.6))
		require.NoError(t, err)
		_, err = mode.Propose(r.ctx, "good")
		require.NoError(t, err, "a user waits for nothing")

		x, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.With(cognitive.Settings{Rate: 1, Burst: 2, Slew: 0.1, Agents: []string{"ann"}}))
		require.NoError(t, err)
		_, err = x.Propose(r.ctx, 0.001, cognitive.FromAdapter("engine", cognitive.Gain{}))
		require.ErrorAs(t, err, &guard)
		assert.Equal(t, "dead band", guard.Guard)
		_, err = x.Propose(r.ctx, 0.5, cognitive.FromAgent("bob"))
		assert.ErrorIs(t, err, cognitive.ErrDenied)
		_, err = x.Propose(r.ctx, 0.5, cognitive.FromAgent("ann"))
		require.NoError(t, err)
		time.Sleep(time.Second)
		_, err = x.Propose(r.ctx, 0.8)
		require.ErrorAs(t, err, &guard)
		assert.Equal(t, "slew", guard.Guard)
		_, err = x.Propose(r.ctx, 0.8, cognitive.Force())
		require.NoError(t, err)
		for range 2 {
			_, err = x.Propose(r.ctx, 0.8, cognitive.FromAgent("ann"))
			require.NoError(t, err)
		}
		_, err = x.Propose(r.ctx, 0.8, cognitive.FromAgent("ann"))
		assert.ErrorIs(t, err, cognitive.ErrRateLimited)
	})
}
