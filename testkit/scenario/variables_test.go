// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/scenario"
)

func TestVariablesDoAsTheirScenarioSaysUnderEverySeed(t *testing.T) {
	const file = "../../examples/scenarios/variables/crash.txtar"
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	s, err := scenario.Parse("crash.txtar", string(data))
	require.NoError(t, err)
	one, two := scenario.Run(s, scenario.Options{Seed: 1}), scenario.Run(s, scenario.Options{Seed: 1})
	require.NoError(t, one.Failure)
	assert.Equal(t, one.Trace.Hash(), two.Trace.Hash())
	x := scenario.Explore(s, scenario.Options{}, *seeds)
	if x.Failing != nil {
		t.Fatal(x.Failing.Failure)
	}
	assert.Nil(t, x.Unlike)
}

func TestVariablesNeedANode(t *testing.T) {
	for _, line := range []string{"set a/b 1", "suggest ann a/b 1 why", "expect variable a/b == 1"} {
		s, err := scenario.Parse("x.txtar", line+"\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, "start FILE comes first", line)
	}
}
