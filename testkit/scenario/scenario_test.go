// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/scenario"
)

func TestEveryExampleHoldsAndGivesTheSameBytesEachTime(t *testing.T) {
	files, err := filepath.Glob("../../examples/scenarios/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			s, err := scenario.Parse(filepath.Base(f), string(data))
			require.NoError(t, err)
			for seed := range uint64(20) {
				one, two := scenario.Run(s, scenario.Options{Seed: seed + 1}), scenario.Run(s, scenario.Options{Seed: seed + 1})
				require.NoError(t, one.Failure)
				assert.Equal(t, one.Output, two.Output)
				assert.Equal(t, one.Events, two.Events)
				assert.Equal(t, one.Trace.Hash(), two.Trace.Hash())
			}
		})
	}
}
