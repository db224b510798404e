// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// figures are what a reason gives of the measured gain: the difference, its interval, and how many reports it rests on.
var figures = regexp.MustCompile(`[+-][0-9.e+-]+ ± [0-9.e+-]+ after [0-9]+`)

// Every change of an adapter is in the journal with its value, proposer and figures, and so is what was taken back, with the change that it takes back: also when the program has ended without a word.
func TestTheHistoryOfAnAdaptationOutlivesItsProgram(t *testing.T) {
	j := &memory{}
	read := func(r *rig) []cognitive.Commit {
		list, err := r.s.History(r.ctx, "x", cognitive.Query{All: true})
		require.NoError(r.t, err)
		return list
	}
	var before []cognitive.Commit
	bubble(t, cognitive.SpaceOptions{Journal: j}, func(r *rig) {
		v, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.1))
		require.NoError(t, err)
		require.NoError(t, r.s.Adapt(r.ctx, cognitive.Adaptation{Variable: "x", Agents: twenty(), Share: 0.25, Spec: byScore}))
		rng := rand.New(rand.NewPCG(1, 2))
		for i := 0; i < 300 && v.Load().Cause != cognitive.ByRevert; i++ {
			liveWith(r, v, twenty(), rng, 100, func(x float64) float64 {
				if v.Load().Cause == cognitive.ByAdapter {
					return -50 // what was better for some is bad for all
				}
				return -40 * (x - 0.7) * (x - 0.7)
			})
		}
		before = read(r)
	})
	causes := map[cognitive.Cause]int{}
	for _, c := range before {
		causes[c.Cause]++
		switch c.Cause {
		case cognitive.ByAdapter, cognitive.ByRevert:
			assert.Equal(t, "adapter/x", c.Proposer)
			assert.Regexp(t, figures, c.Reason)
		}
		if c.Cause == cognitive.ByRevert {
			assert.Contains(t, c.Reason, "worse since the change from "+c.Value.String())
		}
	}
	require.Positive(t, causes[cognitive.ByAdapter])
	require.Positive(t, causes[cognitive.ByRevert])
	bubble(t, cognitive.SpaceOptions{Journal: j}, func(r *rig) {
		_, err := r.s.AddFloat(r.ctx, "x", kind.Float{Min: 0, Max: 1}, cognitive.Initial(0.1))
		require.NoError(t, err)
		after := read(r)
		require.Len(t, after, len(before))
		for i := range after {
			after[i].At, before[i].At = before[i].At.UTC(), before[i].At.UTC()
			assert.Equal(t, before[i], after[i])
		}
	})
}
