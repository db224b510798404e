// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// instead is the verdict of somebody who would agree to another value.
func instead(by string, x float64) cognitive.Verdict {
	return cognitive.Verdict{Outcome: cognitive.Countered, Chosen: kind.OfFloat(x), By: by, Reason: "less"}
}

func TestACounterValueIsProposedInThePlaceOfWhatWasAskedFor(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}, Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Within: time.Minute})
		end := asked(r, v, 1, cognitive.FromAgent("ann"), cognitive.Because("more"))
		first := p.open[0]
		p.decide(instead("bob", 0.6))
		synctest.Wait()
		require.Len(t, p.open, 2)
		q := p.open[1]
		assert.Equal(t, []any{first.ID, 1, "bob", "less", 0.6}, []any{q.Parent, q.Round, q.Proposer, q.Reason, q.Proposed.Float()})
		assert.NotEqual(t, first.ID, q.ID)
		assert.Equal(t, map[string]bool{first.ID: false}, p.settled)
		p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
		require.NoError(t, <-end, "who proposed first hears what it came to")
		assert.Equal(t, 0.6, v.Get())
		blame, err := r.s.Blame(r.ctx, "x")
		require.NoError(t, err)
		assert.Equal(t, []any{"bob", q.ID, cognitive.ByAgent}, []any{blame.Proposer, blame.Decision, blame.Cause})
	})
}

func TestThereAreAtMostThreeCounterValues(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Within: time.Minute})
		end := asked(r, v, 1)
		for i := range 4 {
			require.Len(t, p.open, i+1)
			p.decide(instead("bob", 0.1*float64(i+1)))
			synctest.Wait()
		}
		require.ErrorIs(t, <-end, cognitive.ErrRejected)
		assert.Len(t, p.open, 4)
		assert.Zero(t, v.Get())
		open, err := r.s.Decisions(r.ctx)
		require.NoError(t, err)
		assert.Empty(t, open)
	})
}

func TestACounterValueThatCannotBeChangesNothing(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Within: time.Minute})
		end := asked(r, v, 1)
		p.decide(instead("bob", 7))
		require.ErrorIs(t, <-end, kind.ErrRange)
		end = asked(r, v, 1)
		p.decide(cognitive.Verdict{Outcome: cognitive.Countered})
		require.ErrorIs(t, <-end, cognitive.ErrRejected, "there is no value in it")
		assert.Zero(t, v.Get())
	})
}

// A question about a counter-value survives the crash of the variable as every question does.
func TestACounterValueSurvivesTheCrashOfItsVariable(t *testing.T) {
	p := newPanel()
	bubble(t, cognitive.SpaceOptions{Journal: &memory{}, Decider: p}, func(r *rig) {
		v := voted(r, cognitive.Policy{Within: time.Minute})
		end := asked(r, v, 1)
		p.decide(instead("bob", 0.6))
		synctest.Wait()
		for pid := range r.sys.Processes() {
			if strings.HasSuffix(pid.Path(), ".variables/x") {
				pid.Kill()
			}
		}
		synctest.Wait()
		require.ErrorIs(t, <-end, cognitive.ErrRestarted)
		p.decide(cognitive.Verdict{Outcome: cognitive.Accepted})
		synctest.Wait()
		assert.Equal(t, 0.6, v.Get())
	})
}
