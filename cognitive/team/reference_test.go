// SPDX-License-Identifier: Apache-2.0

package team

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTeamsAreThoseOfTheReference(t *testing.T) {
	var f struct {
		Selections []struct {
			Agents []struct {
				Score, Cost int64
				Roles       []string
				Available   bool
			}
			Roles        []string `json:"required_roles"`
			Size         [2]int
			Budget       int64
			Incompatible [][2]int
			Expected     *struct {
				Team        []int
				Score, Cost int64
			}
		} `json:"team_selection"`
	}
	data, err := os.ReadFile(filepath.Join("..", "testdata", "reference", "voting_teams.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &f))
	require.Len(t, f.Selections, 20)
	infeasible := 0
	for i, s := range f.Selections {
		q := Query{Roles: s.Roles, Least: s.Size[0], Most: s.Size[1], Budget: s.Budget, Apart: s.Incompatible}
		for _, a := range s.Agents {
			q.Agents = append(q.Agents, Agent{Score: a.Score, Cost: a.Cost, Roles: a.Roles, Unavailable: !a.Available})
		}
		got, err := Select(q)
		if s.Expected == nil {
			assert.ErrorIs(t, err, ErrInfeasible, "case %d", i)
			infeasible++
			continue
		}
		require.NoError(t, err, "case %d", i)
		assert.Equal(t, Team{s.Expected.Team, s.Expected.Score, s.Expected.Cost, s.Expected.Score, true}, got, "case %d", i)
		assert.NoError(t, q.Check(got.Members))
	}
	assert.Equal(t, 2, infeasible)
}
