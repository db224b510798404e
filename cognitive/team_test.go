// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/cognitive/team"
)

type roster []cognitive.Candidate

func (r roster) Candidates(context.Context, string) ([]cognitive.Candidate, error) { return r, nil }

func coders() roster {
	return roster{
		{Name: "ann", Roles: []string{"coder"}, Score: 0.9, Cost: 30, Observations: 20, Contribution: 0.4},
		{Name: "bob", Roles: []string{"coder"}, Score: 0.8, Cost: 10, Observations: 20, Contribution: 0.1},
		{Name: "cid", Roles: []string{"tester"}, Score: 0.7, Cost: 10, Observations: 20, Contribution: 0.3},
		{Name: "dan", Roles: []string{"tester"}, Score: 0.6, Cost: 5, Observations: 20, Contribution: 0.2},
	}
}

func TestTheBestTeamIsProposedAndAnInfeasibleOneChangesNothing(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddAgents(r.ctx, "team", kind.Agents{Min: 0, Max: 3, Roles: []string{"coder", "tester"}, Budget: 45})
		require.NoError(t, err)
		all := coders()
		c, got, err := r.s.SelectTeam(r.ctx, "team", all, cognitive.TeamChange{Reason: "first"})
		require.NoError(t, err)
		assert.Equal(t, []string{"ann", "bob", "dan"}, v.Get(), "2.3 for 45")
		assert.Equal(t, cognitive.TeamChoice{Members: v.Get(), Joins: v.Get(), Score: 2300, Cost: 45}, c)
		assert.Equal(t, uint64(2), got.Version.Seq)

		all[2].Unavailable, all[3].Unavailable = true, true
		_, _, err = r.s.SelectTeam(r.ctx, "team", all, cognitive.TeamChange{})
		var missing *team.RoleError
		require.ErrorAs(t, err, &missing)
		assert.Equal(t, []string{"tester"}, missing.Missing)
		assert.Equal(t, []string{"ann", "bob", "dan"}, v.Get())
		_, _, err = r.s.MendTeam(r.ctx, "team", all)
		assert.ErrorIs(t, err, team.ErrInfeasible)
		assert.Equal(t, cognitive.Degraded, v.Load().Flags)

		all[2].Unavailable = false
		_, _, err = r.s.MendTeam(r.ctx, "team", all)
		require.NoError(t, err)
		assert.Equal(t, []string{"ann", "cid"}, v.Get(), "all three would cost too much")
		assert.Equal(t, cognitive.BySync, v.Load().Cause)
		assert.Zero(t, v.Load().Flags)
	})
}

func TestATeamShrinksWhenItIsFeasibleWithoutWhoHasGone(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddAgents(r.ctx, "team", kind.Agents{Min: 1, Max: 3}, cognitive.Initial([]string{"ann", "bob", "cid"}))
		require.NoError(t, err)
		all := coders()
		c, _, err := r.s.MendTeam(r.ctx, "team", all)
		require.NoError(t, err)
		assert.Equal(t, v.Get(), c.Members)
		assert.Equal(t, uint64(1), v.Load().Version.Seq, "it is whole")
		all[1].Unavailable = true
		c, _, err = r.s.MendTeam(r.ctx, "team", all)
		require.NoError(t, err)
		assert.Equal(t, []string{"ann", "cid"}, v.Get())
		assert.Equal(t, []string{"bob"}, c.Leaves)
	})
}

func TestThresholdsReplaceAddAndRemove(t *testing.T) {
	for _, x := range []struct {
		score float64
		ann   float64
		act   team.Act
		want  []string
	}{
		{0.9, 0.9, team.Keep, []string{"ann", "cid"}},
		{0.9, 0.1, team.Replace, []string{"bob", "cid"}},
		{0.5, 0.9, team.Add, []string{"ann", "bob", "cid"}},
		{0.99, 0.9, team.Remove, []string{"cid"}},
	} {
		bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
			v, err := r.s.AddAgents(r.ctx, "team", kind.Agents{Min: 1, Max: 3}, cognitive.Initial([]string{"ann", "cid"}))
			require.NoError(t, err)
			all := coders()
			all[0].Score = x.ann
			if x.act == team.Replace {
				all = all[:3]
			}
			act, _, _, err := r.s.JudgeTeam(r.ctx, "team", all, x.score, cognitive.TeamChange{})
			require.NoError(t, err)
			assert.Equal(t, x.act, act)
			assert.Equal(t, x.want, v.Get())
		})
	}
}

func TestWhoJoinsWarmsUpBeforeAnybodyLeaves(t *testing.T) {
	bubble(t, cognitive.SpaceOptions{}, func(r *rig) {
		v, err := r.s.AddAgents(r.ctx, "team", kind.Agents{Min: 2, Max: 2}, cognitive.Initial([]string{"cid", "dan"}))
		require.NoError(t, err)
		end := make(chan error, 1)
		go func() { // it ends with the change
			_, _, err := r.s.SelectTeam(r.ctx, "team", coders(), cognitive.TeamChange{Warm: time.Minute})
			end <- err
		}()
		synctest.Wait()
		ann := v.For(cognitive.Agent{Name: "ann"})
		assert.Equal(t, []string{"ann", "bob"}, ann.Get())
		assert.Equal(t, []string{"cid", "dan"}, v.Get())
		require.NoError(t, <-end)
		assert.Equal(t, []string{"ann", "bob"}, v.Get())
		assert.Zero(t, ann.Load().Flags)
	})
}
