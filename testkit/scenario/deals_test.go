// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
	"mabeam.dev/testkit/scenario"
)

func TestDealsAndCasesNeedANodeThatHasThem(t *testing.T) {
	for _, line := range []string{"list l ann k 1", "buy d bob k", "deliver d ann", "stake ann 1", "accuse c eve collusion", "appeal c eve", "expect deal d == paid", "expect staked ann == 1"} {
		s, err := scenario.Parse("x.txtar", line+"\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, "start FILE comes first", line)
		s, err = scenario.Parse("x.txtar", "start n.yaml\n"+line+"\n-- n.yaml --\nversion: 1\nnode: {name: n}\nmarket: {}\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, "no section market.", line)
	}
}

func TestMistakesInCommandsOfDealsHaveTheirPlace(t *testing.T) {
	_, err := scenario.Parse("x.txtar", "list l ann k much\nstake ann -1\ndecide c judge maybe\nresolve d judge half\n")
	var all config.Errors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 4)
	assert.ErrorContains(t, all[0], `x.txtar:1:14: "much" is no amount`)
	assert.ErrorContains(t, all[2], `x.txtar:3:16: "maybe" is no verdict`)
}
