// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/config"
	"mabeam.dev/testkit/scenario"
)

// Three thousand agents die, twice, and the registry's process with them: the registry agrees with the living. The example of the same name has fewer.
func TestTheRegistryAgreesWithTheLivingWhenThousandsDie(t *testing.T) {
	data, err := os.ReadFile("../../examples/scenarios/mass_crash.txtar")
	require.NoError(t, err)
	s, err := scenario.Parse("mass_crash.txtar", strings.ReplaceAll(string(data), "200", "3000"))
	require.NoError(t, err)
	require.NoError(t, scenario.Run(s, scenario.Options{}).Failure)
}

func TestRegistriesAreStartedBeforeTheyAreUsed(t *testing.T) {
	for _, line := range []string{"register a", "unregister a", "writers 1", "migrate start", "lose a", "expect registered old == 0", "expect broken == 0"} {
		s, err := scenario.Parse("x.txtar", line+"\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, "registries comes first", line)
	}
}

func TestMistakesInRegistryCommandsHaveTheirPlace(t *testing.T) {
	_, err := scenario.Parse("x.txtar", "migrate switch_read\nregister a many\nwriters -1\n")
	var all config.Errors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 3)
	assert.ErrorContains(t, all[0], `x.txtar:1:9: "switch_read" is no step`)
	assert.Equal(t, `did you mean "switch_reads"?`, all[0].Hint)
	assert.ErrorContains(t, all[1], `x.txtar:2:12: "many" is no count`)
	assert.ErrorContains(t, all[2], `x.txtar:3:9: "-1" is no count`)
}

// A writer that is not told the truth says so: otherwise broken == 0 would hold whatever happens.
func TestALossUnderWritersIsSeenByThem(t *testing.T) {
	s, err := scenario.Parse("x.txtar", `start node.yaml
registries
writers 1
migrate start
migrate copy
migrate verify
migrate switch_reads
lose writer-1.1
advance 1s
expect broken == 0
-- node.yaml --
version: 1
node: {name: demo}
tree: {id: app, children: [{id: a, kind: echo}]}
`)
	require.NoError(t, err)
	var broken *scenario.UnmetError
	require.ErrorAs(t, scenario.Run(s, scenario.Options{}).Failure, &broken)
}
