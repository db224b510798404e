// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/guest"
	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/config"
)

func TestTheSearchOfTheExampleFindsTheBottomOfTheBowl(t *testing.T) {
	text, err := os.ReadFile("sphere.yaml")
	require.NoError(t, err)
	cfg, err := config.LoadOptimization(config.Input{Name: "sphere.yaml", Data: text})
	require.NoError(t, err)
	space, err := cfg.Dimensions()
	require.NoError(t, err)
	search, err := optimize.New(space, cfg.Options())
	require.NoError(t, err)
	least, most := cfg.Range()
	for !search.Done() {
		trials, err := search.Ask(1)
		require.NoError(t, err)
		input, err := json.Marshal(map[string]any{"trial": trials[0].ID, "values": space.Settings(trials[0].Point)})
		require.NoError(t, err)
		out, err := measure(t.Context(), guest.Task{Input: input})
		require.NoError(t, err)
		answer, err := json.Marshal(out)
		require.NoError(t, err)
		m, err := optimize.ReadAnswer(trials[0].ID, answer, least, most)
		require.NoError(t, err)
		require.NoError(t, search.Tell(trials[0].ID, m))
	}
	best, m, ok := search.Best()
	require.True(t, ok)
	assert.LessOrEqual(t, m.Value, *cfg.Search.Target)
	assert.Equal(t, 3.0, best.Point[2])
}
