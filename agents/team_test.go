// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

func TestATeamGrowsAndShrinksOverItsPartitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		dir, dirChild := agents.NewDirectory(sys, "agents")
		sweep := dir.Sweep("sweep", agents.Sweep{})
		team, child, err := agents.NewTeam(sys, agents.TeamSpec{Name: "crew", Kind: moody, Directory: dir, Partitions: 3, MaxMembers: 10})
		require.NoError(t, err)
		_, err = team.Add(t.Context(), agents.Spec{ID: "early"})
		require.ErrorIs(t, err, actors.ErrNoProc)
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{dirChild, sweep, child}})
		require.NoError(t, err)
		var members []agents.Agent
		for i := range 12 {
			a, err := team.Add(t.Context(), agents.Spec{ID: fmt.Sprint("m", i), Role: "hand"})
			require.NoError(t, err)
			out, err := a.Do(t.Context(), do("work"))
			require.NoError(t, err)
			assert.JSONEq(t, `"did work"`, string(out))
			members = append(members, a)
		}
		parents := map[actors.PID]bool{}
		all, err := team.Members(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 12)
		for _, pid := range all {
			parents[pid.Parent()] = true
		}
		assert.Len(t, parents, 3)
		info, ok := dir.Info("m3")
		require.True(t, ok)
		assert.Equal(t, "crew", info.Spec.Team)

		require.NoError(t, team.Remove(t.Context(), "m3", members[3].PID()))
		require.ErrorIs(t, team.Remove(t.Context(), "m3", members[3].PID()), dynamic.ErrNotFound)
		members[4].PID().Kill()
		synctest.Wait()
		all, err = team.Members(t.Context())
		require.NoError(t, err)
		assert.Len(t, all, 11, "one removed, one restarted")
		again, err := dir.Lookup(t.Context(), "m4")
		require.NoError(t, err)
		require.NoError(t, team.Remove(t.Context(), "m4", again.PID))
	})
}

func TestATeamWithoutNameOrKindIsRefused(t *testing.T) {
	_, _, err := agents.NewTeam(nil, agents.TeamSpec{MaxMembers: -7})
	assert.ErrorContains(t, err, "name: is missing")
	assert.ErrorContains(t, err, "has no New")
}
