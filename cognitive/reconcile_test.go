// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// parted is a space with variables a and b, a composite, and two rivals that have other values.
func parted(r *rig) (cognitive.Rival, cognitive.Rival) {
	for _, name := range []string{"a", "b"} {
		_, err := r.s.AddFloat(r.ctx, name, kind.Float{Min: 0, Max: 10}, cognitive.Initial(1.0))
		require.NoError(r.t, err)
	}
	_, err := cognitive.AddComposite[float64](r.ctx, r.s, "sum", cognitive.Composite{Inputs: []string{"a", "b"}, Text: "a + b"})
	require.NoError(r.t, err)
	mine := r.s.Rival("east", nil)
	require.Len(r.t, mine.Has, 2, "a composite is nobody's")
	at := mine.Has[0].At
	held := func(variable string, x float64, after time.Duration, score float64) cognitive.Held {
		return cognitive.Held{Variable: variable, Value: kind.OfFloat(x), At: at.Add(after), Score: score}
	}
	west := cognitive.Rival{Place: "west", Has: []cognitive.Held{held("a", 2, time.Hour, 0.1), held("b", 3, -time.Hour, 0.9), held("other", 1, 0, 0)}}
	south := cognitive.Rival{Place: "south", Has: []cognitive.Held{held("a", 2, -time.Hour, math.NaN()), held("b", 3, -2*time.Hour, 0.2)}}
	return west, south
}

func TestSpacesThatWereChangedApartComeTogetherByARule(t *testing.T) {
	for rule, want := range map[kind.Resolution][3]string{ // a, b and their sum
		kind.Latest: {"2", "1", "3"}, kind.Best: {"1", "3", "4"}, kind.Most: {"2", "3", "5"}, kind.Through: {"2", "3", "5"},
	} {
		bubble(t, cognitive.SpaceOptions{Journal: &memory{}}, func(r *rig) {
			west, south := parted(r)
			before := r.s.Snapshot().Version
			got, err := r.s.Reconcile(r.ctx, cognitive.Reconciliation{
				Rule: rule, Place: "east", Score: func(string) float64 { return 0.5 }, Custom: func(string, []kind.Side) (int, error) { return 1, nil },
			}, west, south)
			require.NoError(t, err)
			assert.Len(t, got, 2, "what nobody has changed, and what only others have, is left alone")
			v := r.s.Snapshot()
			assert.Equal(t, want, [3]string{v.Value("a").String(), v.Value("b").String(), v.Value("sum").String()}, "%s", rule)
			assert.Equal(t, before.Seq+1, v.Version.Seq, "all in one version")
			blame, err := r.s.Blame(r.ctx, got[0].Variable)
			require.NoError(t, err)
			if blame.Cause != cognitive.ByInitial {
				assert.Equal(t, cognitive.BySync, blame.Cause)
				assert.Equal(t, "reconciled by "+rule.String(), blame.Reason)
			}
			again, err := r.s.Reconcile(r.ctx, cognitive.Reconciliation{Rule: rule, Place: "east"}, r.s.Rival("north", nil))
			require.NoError(t, err)
			assert.Empty(t, again)
		})
	}
}

func TestAReconciliationThatTheSpaceDoesNotTakeChangesNothing(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		west, _ := parted(r)
		west.Has[0].Value = kind.OfFloat(11)
		before := r.s.Snapshot()
		var why *kind.ResolveError
		for _, rule := range []kind.Resolution{kind.Most, kind.Latest} {
			_, err := r.s.Reconcile(r.ctx, cognitive.Reconciliation{Rule: rule}, west)
			require.ErrorIs(t, err, kind.ErrRange, "%s", rule)
		}
		_, err := r.s.Reconcile(r.ctx, cognitive.Reconciliation{Rule: kind.Through}, west)
		require.ErrorAs(t, err, &why)
		_, err = r.s.Reconcile(r.ctx, cognitive.Reconciliation{Rule: kind.Agreed}, west)
		require.ErrorIs(t, err, cognitive.ErrRejected, "nobody decides")
		assert.Equal(t, before.Version, r.s.Snapshot().Version)
	})
}

// Those who decide are asked for each value in turn; what they do not agree to stays as it is.
func TestSpacesComeTogetherByConsent(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		west, south := parted(r)
		south.Has[0].Value = kind.OfFloat(4)
		done := make(chan []cognitive.Settled, 1)
		go func() { // it ends with the reconciliation
			got, err := r.s.Reconcile(r.ctx, cognitive.Reconciliation{Rule: kind.Agreed, Place: "east"}, west, south)
			assert.NoError(t, err)
			done <- got
		}()
		for _, o := range []cognitive.Outcome{cognitive.Accepted, cognitive.Rejected} {
			synctest.Wait() // the question is open
			p.decide(cognitive.Verdict{Outcome: o})
		}
		got := <-done
		require.Len(t, got, 2)
		assert.Equal(t, []string{"2", "1"}, []string{got[0].To.String(), got[1].To.String()})
		assert.Equal(t, []string{"west", "east"}, []string{got[0].Place, got[1].Place})
	})
}

func TestStatisticsCountOneMomentOfASpace(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		parted(r)
		require.NoError(t, r.s.Constrain(cognitive.Constraint{Name: "cap", Variables: []string{"a", "b"}, Text: "a + b <= 12.0"}))
		for _, x := range []float64{2, 2, 3} {
			_, err := r.s.Propose(r.ctx, "a", kind.OfFloat(x), cognitive.From("ann"))
			require.NoError(t, err)
		}
		st, err := r.s.Statistics(r.ctx)
		require.NoError(t, err)
		assert.Equal(t, []int{3, 1, 0, 0, 1, 0, 0}, []int{st.Variables, st.Composites, st.Degraded, st.Down, st.Constraints, st.Overrides, st.Deciding})
		a := st.Each[0]
		assert.Equal(t, "a", a.Variable)
		assert.Equal(t, uint64(4), a.Commits)
		assert.Equal(t, 4, a.Kept)
		assert.Equal(t, 2, a.Changes)
		assert.Equal(t, map[cognitive.Cause]int{cognitive.ByInitial: 1, cognitive.ByUser: 3}, a.Causes)
		assert.Equal(t, map[string]int{"ann": 3}, a.Proposers)
		assert.Equal(t, 3, st.Causes[cognitive.ByUser])
		assert.Equal(t, r.s.Snapshot().Version, st.Version)
	})
}
