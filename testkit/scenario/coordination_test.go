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

// protocols are the scripts of what agents decide together and wait for.
const protocols = "../../examples/scenarios/protocols/*.txtar"

func TestEveryScenarioOfCoordinationHoldsUnderEverySeed(t *testing.T) {
	files, err := filepath.Glob(protocols)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 7)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			s, err := scenario.Parse(filepath.Base(f), string(data))
			require.NoError(t, err)
			one, two := scenario.Run(s, scenario.Options{Seed: 1}), scenario.Run(s, scenario.Options{Seed: 1})
			require.NoError(t, one.Failure)
			assert.Equal(t, one.Output, two.Output)
			assert.Equal(t, one.Trace.Hash(), two.Trace.Hash())
			x := scenario.Explore(s, scenario.Options{}, *seeds)
			if x.Failing != nil {
				t.Fatal(x.Failing.Failure)
			}
			assert.Nil(t, x.Unlike)
		})
	}
}

func TestCoordinationNeedsANode(t *testing.T) {
	for _, line := range []string{
		"propose a ann why", "vote ann yes", "silence ann", "lie ann yes", "cancelsession a", "lock a ann", "unlock a ann", "barrier b 2 ann", "elect e ann", "resign e ann",
		"expect session a == open", "expect decided a == yes", "expect protocol a == x", "expect holder a == ann", "expect deadlock == none", "expect leader a == ann",
	} {
		s, err := scenario.Parse("x.txtar", line+"\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, "start FILE comes first", line)
	}
}

func TestMistakesInCoordinationHaveTheirPlace(t *testing.T) {
	_, err := scenario.Parse("x.txtar", "propose a ann why how=so\npropose a ann why k=many share=3\nlock a ann soon\nbarrier b few ann\nelect e ann fine\npropose a ann why deadline=now\n")
	var all config.Errors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 7)
	assert.ErrorContains(t, all[0], `x.txtar:1:19: "how" is no key of a proposal`)
	assert.ErrorContains(t, all[1], `x.txtar:2:19: k=many: it is not a number`)
	assert.ErrorContains(t, all[2], `x.txtar:2:26: share=3: it is not such as 3/4`)
	assert.ErrorContains(t, all[3], `x.txtar:3:12: "soon" is no duration`)
	assert.ErrorContains(t, all[4], `x.txtar:4:11: "few" is no count`)
	assert.ErrorContains(t, all[5], `x.txtar:5:13: "fine" is no count`)
	assert.ErrorContains(t, all[6], `x.txtar:6:19: deadline=now: it is no duration`)
}

func TestWhatASessionCannotBeIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		`propose a ann+ann why`:               "is there twice",
		`propose a ann why type=odd`:          "odd",
		`propose a ann why fault=high`:        "4",
		`propose a ann why deadline=48h`:      "deadline",
		`propose a ann+bob+cid why rule=odd`:  "odd",
		`expect session nothing == open`:      "no such session",
		`propose a ann why params={"odd": 1}`: "params",
	} {
		s, err := scenario.Parse("x.txtar", "start n.yaml\n"+line+"\n-- n.yaml --\nversion: 1\nnode: {name: n}\n")
		require.NoError(t, err, line)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, want, line)
	}
}
