// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
	"mabeam.dev/testkit/scenario"
)

func TestOrdersNeedANodeThatHasTheBook(t *testing.T) {
	for _, line := range []string{"ask hours bob 8 3", "buyorder hours ann 5 4", "cancelorder hours bob 1", "expect best hours buy == 1", "expect depth hours sell == 1", "expect last hours == 1"} {
		s, err := scenario.Parse("x.txtar", line+"\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, "start FILE comes first", line)
		s, err = scenario.Parse("x.txtar", "start n.yaml\n"+line+"\n-- n.yaml --\nversion: 1\nnode: {name: n}\nmarket: {}\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, `no book "hours"`, line)
	}
}

func TestMistakesInOrdersHaveTheirPlace(t *testing.T) {
	_, err := scenario.Parse("x.txtar", "ask hours bob few 3\nbuyorder hours ann 5 -1\nask hours bob 5 3 market\ncancelorder hours bob first\n")
	var all config.Errors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 4)
	assert.ErrorContains(t, all[0], `x.txtar:1:15: "few" is no count`)
	assert.ErrorContains(t, all[1], `x.txtar:2:22: "-1" is no amount`)
	assert.ErrorContains(t, all[2], `x.txtar:3:19: "market" is no kind of order`)
	assert.ErrorContains(t, all[3], `x.txtar:4:23: "first" is no count`)
}

func TestABookHasTwoSides(t *testing.T) {
	s, err := scenario.Parse("x.txtar", "expect best hours both == 1\n")
	require.NoError(t, err)
	assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, `"both" is no side: buy or sell`)
}
