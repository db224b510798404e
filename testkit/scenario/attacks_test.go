// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
	"mabeam.dev/testkit/scenario"
)

// Who drives prices, agrees on them or trades with itself is found, and nobody else is.
func TestAttacksOnMarketsAreFoundAndNobodyElseIsFlagged(t *testing.T) {
	files, err := filepath.Glob("../../examples/scenarios/attacks/*.txtar")
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			s, err := scenario.Parse(filepath.Base(f), string(data))
			require.NoError(t, err)
			r := scenario.Run(s, scenario.Options{Seed: 1})
			require.NoError(t, r.Failure)
		})
	}
}

func TestAttacksNeedAMarketAndMonitors(t *testing.T) {
	run := func(text string) error {
		s, err := scenario.Parse("x.txtar", text)
		require.NoError(t, err)
		return scenario.Run(s, scenario.Options{}).Failure
	}
	for _, line := range []string{"sales 1", "tenders 1", "expect findings == 0", "expect finding shill eve == none"} {
		assert.ErrorContains(t, run(line+"\n"), "start FILE comes first", line)
	}
	for _, line := range []string{"sales 1", "tenders 1"} {
		assert.ErrorContains(t, run("start n.yaml\n"+line+"\n-- n.yaml --\nversion: 1\nnode: {name: n}\n"), "no section market", line)
	}
	assert.ErrorContains(t, run("start n.yaml\nexpect findings == 0\n-- n.yaml --\nversion: 1\nnode: {name: n}\nmarket: {}\n"), "no section market.integrity")
}

func TestMistakesInAttacksHaveTheirPlace(t *testing.T) {
	_, err := scenario.Parse("x.txtar", "sales many\nsales 5 sam\nsales 5 sam eve boldly\ntenders 5 ann bob\n")
	var all config.Errors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 4)
	assert.ErrorContains(t, all[0], `x.txtar:1:7: "many" is no count`)
	assert.ErrorContains(t, all[1], `x.txtar:2:9: a seller cheats with a shill`)
	assert.ErrorContains(t, all[2], `x.txtar:3:17: "boldly" is no way to cheat`)
	assert.ErrorContains(t, all[3], `x.txtar:4:15: a ring has three members or more`)
}
