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

func TestVariablesDoAsTheirScenariosSayUnderEverySeed(t *testing.T) {
	var files []string
	for _, folder := range []string{"variables", "cognitive"} {
		some, err := filepath.Glob("../../examples/scenarios/" + folder + "/*.txtar")
		require.NoError(t, err)
		files = append(files, some...)
	}
	require.GreaterOrEqual(t, len(files), 6)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			s, err := scenario.Parse(filepath.Base(f), string(data))
			require.NoError(t, err)
			one, two := scenario.Run(s, scenario.Options{Seed: 1}), scenario.Run(s, scenario.Options{Seed: 1})
			require.NoError(t, one.Failure)
			assert.Equal(t, one.Trace.Hash(), two.Trace.Hash())
			x := scenario.Explore(s, scenario.Options{}, max(*seeds/4, 1)) // each has thousands of reports
			if x.Failing != nil {
				t.Fatal(x.Failing.Failure)
			}
			assert.Nil(t, x.Unlike)
		})
	}
}

func TestVariablesNeedANode(t *testing.T) {
	for _, line := range []string{
		"set a/b 1", "suggest ann a/b 1 why", "adapt a/b", "drift w a/b best=1", "feedback w 1", "expect variable a/b == 1", "expect variable_commits a/b == 1", "expect overrides a/b == 0",
		"expect adapter a/b == none",
	} {
		s, err := scenario.Parse("x.txtar", line+"\n")
		require.NoError(t, err)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, "start FILE comes first", line)
	}
}

func TestMistakesInAdaptationHaveTheirPlace(t *testing.T) {
	_, err := scenario.Parse("x.txtar", "adapt a/b share=much agents=0 trial=0 best=1\ndrift w a/b worth=0 noise=-1 agents=2\nfeedback w few every=soon lies=white liars=0\n")
	var all config.Errors
	require.ErrorAs(t, err, &all)
	require.Len(t, all, 11)
	for i, want := range []string{
		`x.txtar:1:11: share=much: it is no number above 0`, `x.txtar:1:22: agents=0: it is no number of agents`, `x.txtar:1:31: trial=0: it is no number above 0`,
		`x.txtar:1:39: "best" is no key of an adaptation`, `x.txtar:2:13: worth=0: it is no number above 0`, `x.txtar:2:21: noise=-1: it is no number from 0`,
		`x.txtar:2:30: "agents" is no key of an environment`, `x.txtar:3:12: "few" is no count`, `x.txtar:3:16: every=soon: it is no duration above 0`,
		`x.txtar:3:27: lies=white: it is none of wild, opposite, stale`, `x.txtar:3:38: liars=0: it is no number above 0`,
	} {
		assert.ErrorContains(t, all[i], want)
	}
}

func TestWhatAnEnvironmentCannotBeIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		"adapt a/c":                        "there is no such thing",
		"adapt a/sum":                      "the value is computed",
		"adapt a/b share=0.9":              "a share of 0.9",
		"drift w a/b":                      "nobody has said what is best",
		"drift w a/b best=9":               "best: ",
		"drift w a/b best=odd":             "best: ",
		"feedback w 5":                     `there is no environment "w"`,
		"drift w a/b best=1\nfeedback w 5": "there is no such thing",
		"drift w a/b best=1\ndrift w a/sum best=1":                          `environment "w" is one of a/b`,
		"adapt a/b\ndrift w a/b best=0\nfeedback w 5 until=promoted":        `has done nothing of the name "promoted" in 5 reports`,
		"adapt a/b agents=ann+bob\nadapt a/b":                               "the name is taken",
		"adapt a/b\nexpect adapter a/b == none":                             "got observing",
		"expect variable_commits a/b user == 1":                             "got 0",
		"drift w a/b best=1\ndrift w a/b over=2\nexpect overrides a/b == 1": "got 0",
	} {
		s, err := scenario.Parse("x.txtar", "start n.yaml\n"+line+`
-- n.yaml --
version: 1
node: {name: n}
variables: {spaces: [{space: a, variables: [{variable: b, kind: float, min: 0, max: 1}, {variable: sum, kind: composite, inputs: [b], expression: b}]}]}
`)
		require.NoError(t, err, line)
		assert.ErrorContains(t, scenario.Run(s, scenario.Options{}).Failure, want, line)
	}
}
