// SPDX-License-Identifier: Apache-2.0

package scenario_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/scenario"
	"mabeam.dev/testkit/sim"
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
			for seed := range uint64(5) {
				one, two := scenario.Run(s, scenario.Options{Seed: seed + 1}), scenario.Run(s, scenario.Options{Seed: seed + 1})
				require.NoError(t, one.Failure)
				assert.Equal(t, one.Output, two.Output)
				assert.Equal(t, one.Events, two.Events)
				assert.Equal(t, one.Trace.Hash(), two.Trace.Hash())
			}
		})
	}
}

func TestTheTestEntryRunsTheSameScenarios(t *testing.T) {
	assert.GreaterOrEqual(t, scenario.Test(t, "../../examples/scenarios/*.txtar", scenario.Options{}), 15)
}

// An hour of a hundred processes: agents that crash now and then, and a task a minute.
func TestAnHourOfAHundredProcesses(t *testing.T) {
	var b strings.Builder
	b.WriteString("start node.yaml\n")
	for i := range 60 {
		fmt.Fprintf(&b, "task {\"id\": \"t%d\", \"kind\": \"k\"}\ncrash /demo/app/a-%d\nadvance 1m\n", i, i+1)
	}
	b.WriteString("expect tasks done == 60\nexpect time == 1h\nexpect count child_restarting == 60\n-- node.yaml --\nversion: 1\nnode: {name: demo}\n")
	b.WriteString("tree: {id: app, intensity: 100, children: [{id: a, kind: scripted, count: 100, settings: {answers: [{after: 2s}]}}]}\nwork: [{queue: main, attempts: 5}]\n")
	s, err := scenario.Parse("hour.txtar", b.String())
	require.NoError(t, err)
	r := scenario.Run(s, scenario.Options{})
	require.NoError(t, r.Failure)
	assert.Equal(t, time.Hour, r.Elapsed)
}

// seeds is how many seeds the long exploration takes.
var seeds = flag.Int("seeds", sim.Seeds(25), "seeds of each exploration")

func TestEveryExampleHoldsUnderEverySeed(t *testing.T) {
	files, err := filepath.Glob("../../examples/scenarios/*.txtar")
	require.NoError(t, err)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			s, err := scenario.Parse(filepath.Base(f), string(data))
			require.NoError(t, err)
			x := scenario.Explore(s, scenario.Options{}, *seeds)
			if x.Failing != nil {
				t.Fatal(x.Failing.Failure)
			}
			assert.Nil(t, x.Unlike)
		})
	}
}
