// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/kind"
)

// shared is a file with variables, one a line from line 6 on.
func shared(lines ...string) string {
	return "version: 1\nnode: {name: n}\nvariables:\n  spaces:\n  - {space: tuning, variables: [\n" + strings.Join(lines, ",\n") + "]}\n"
}

func TestVariablesAreDescribedByAFile(t *testing.T) {
	load := func(text string) Config {
		cfg, _, err := Load(Input{Name: "f.yaml", Data: []byte(text), Kinds: testKinds})
		require.NoError(t, err, text)
		return cfg
	}
	assert.Nil(t, load("version: 1\nnode: {name: n}\n").Variables)
	s := load(shared(
		"{variable: total, kind: composite, inputs: [t, half], names: [a, b], expression: 'a + b'}",
		"{variable: t, kind: float, min: 0, max: 2, step: 0.01, initial: 0.7, bounds: clamp, cooldown: 3s}",
		"{variable: n, kind: integer, min: 1, max: 1024, scale: log}",
		"{variable: half, kind: composite, inputs: [n], expression: 'double(n) / 2.0'}",
		"{variable: m, kind: choice, options: [small, large], costs: {large: 2}, initial: large, decision: {mode: none}}",
		"{variable: r, kind: structured, fields: [{field: a, kind: integer, min: 0, max: 9, initial: 4}, {field: b, kind: choice, options: [x, y]}]}",
		"{variable: team, kind: agents, size_min: 1, size_max: 3, roles: [critic], members: [ann]}",
	)).Variables.Spaces[0]
	var names []string
	for _, v := range s.Ordered() {
		names = append(names, v.Variable)
		first, err := v.First()
		require.NoError(t, err)
		switch v.Variable {
		case "t":
			assert.Equal(t, kind.Float{Min: 0, Max: 2, Step: 0.01, Bounds: kind.Clamp}, v.Describe())
			assert.Equal(t, "0.7", first.String())
		case "n":
			assert.Equal(t, kind.Integer{Min: 1, Max: 1024, Scale: kind.Log}, v.Describe())
			assert.Equal(t, kind.None, first.Type())
		case "m":
			assert.Equal(t, kind.Choice{Options: []kind.Option{{Name: "small"}, {Name: "large", Cost: 2}}}, v.Describe())
			assert.False(t, v.Decided())
		case "r":
			assert.Equal(t, "{a: 4, b: x}", first.String())
		case "team":
			assert.Equal(t, kind.Agents{Min: 1, Max: 3, Roles: []string{"critic"}}, v.Describe())
		case "total", "half":
			assert.Equal(t, kind.Computed{Of: kind.Number}, v.Describe())
		}
	}
	assert.Equal(t, []string{"t", "n", "half", "total", "m", "r", "team"}, names, "each composite behind its inputs")
}

func TestEveryMistakeAboutVariablesIsTold(t *testing.T) {
	float := "{variable: t, kind: float, min: 0, max: 1}"
	for text, want := range map[string]string{
		"{variable: t, kind: flaot, min: 0, max: 1}":                                                                                       "flaot",
		"{variable: t, kind: float, min: 0}":                                                                                               "needs max",
		"{variable: t, kind: float, min: 1, max: 0}":                                                                                       "not greater than Min",
		"{variable: t, kind: float, min: 0, max: .inf}":                                                                                    "want a number",
		"{variable: t, kind: float, min: 0, max: 1, initial: 2}":                                                                           "2 is not in [0, 1]",
		"{variable: t, kind: float, min: 0, max: 1, initial: warm}":                                                                        `"warm" is no float`,
		"{variable: t, kind: float, min: 0, max: 1, initial: NaN}":                                                                         `"NaN" is no float`,
		"{variable: t, kind: float, min: 0, max: 1, step: 0.3, initial: 0.5}":                                                              "in steps of 0.3",
		"{variable: t, kind: float, min: 0, max: 1, scale: log}":                                                                           "needs a Min greater than 0",
		"{variable: t, kind: float, min: 0, max: 1, options: [a, b]}":                                                                      `has no key "options"`,
		"{variable: t, kind: float, min: 0, max: 1, durability: solid}":                                                                    "solid",
		"{variable: t, kind: float, min: 0, max: 1, cooldown: soon}":                                                                       "cooldown",
		"{variable: t, kind: float, min: 0, max: 1, decision: {mode: vote}}":                                                               "without a section coordination",
		"{variable: t, kind: integer, min: 0, max: 1.5}":                                                                                   "no whole number",
		"{variable: t, kind: choice, options: [a]}":                                                                                        "want at least 2",
		"{variable: t, kind: choice, options: [small, large], initial: smal}":                                                              `no option "smal"`,
		"{variable: t, kind: choice, options: [small, large], disabled: [lage]}":                                                           `no option "lage"`,
		"{variable: t, kind: choice, options: [small, large], costs: {huge: 1}}":                                                           `no option "huge"`,
		"{variable: t, kind: structured}":                                                                                                  "needs fields",
		"{variable: t, kind: structured, fields: [{field: a, kind: integer, min: 3, max: 1}]}":                                             "less than Min",
		"{variable: t, kind: structured, fields: [{field: a, kind: agents}]}":                                                              "agents",
		"{variable: t, kind: agents, size_min: 2, size_max: 1}":                                                                            "no team has between",
		"{variable: t, kind: agents, size_min: 2, size_max: 3, members: [a]}":                                                              "1 is not in [2, 3]",
		"{variable: t, kind: agents, size_max: 3, query: 'role ='}":                                                                        "query",
		float + ", {variable: t, kind: float, min: 0, max: 1}":                                                                             "is there already",
		"{variable: c, kind: composite, inputs: [x], expression: x}":                                                                       `no variable "x"`,
		"{variable: c, kind: composite, inputs: [c], expression: c}":                                                                       "computed from itself: c -> c",
		"{variable: c, kind: composite}":                                                                                                   "needs inputs",
		float + ", {variable: c, kind: composite, inputs: [t], expression: 't +'}":                                                         "1:4 of the expression",
		float + ", {variable: c, kind: composite, inputs: [t], expression: t, result: truth}":                                              "want bool",
		float + ", {variable: c, kind: composite, inputs: [t], names: [a, b], expression: a}":                                              "2 names for 1 inputs",
		float + ", {variable: c, kind: composite, inputs: [t], expression: t, decision: {mode: vote}}":                                     `no key "decision"`,
		float + ", {variable: d, kind: composite, inputs: [e], expression: e}, {variable: e, kind: composite, inputs: [d], expression: d}": "d -> e -> d",
	} {
		_, _, err := Load(Input{Name: "f.yaml", Data: []byte(shared(text)), Kinds: testKinds})
		var all Errors
		require.ErrorAs(t, err, &all, text)
		assert.Contains(t, all.Text(), want, text)
		assert.ErrorContains(t, err, "f.yaml:6:", text)
	}
}

func TestEveryMistakeAboutConstraintsAndDecisionsIsTold(t *testing.T) {
	load := func(rest string) error {
		_, _, err := Load(Input{Name: "f.yaml", Data: []byte("version: 1\nnode: {name: n}\n" + rest + "\n"), Kinds: testKinds})
		return err
	}
	space := func(rest string) string {
		return "variables: {spaces: [{space: s, variables: [{variable: a, kind: float, min: 0, max: 1}, {variable: m, kind: choice, options: [x, y]}, " +
			"{variable: c, kind: composite, inputs: [a], expression: a}], constraints: [" + rest + "]}]}"
	}
	require.NoError(t, load(space("{constraint: k, variables: [a, m], expression: 'a < 0.5 || m == \"x\"'}, {constraint: l, variables: [a], factors: [2], limit: 1}")))
	for rest, want := range map[string]string{
		"{constraint: k, variables: [a]}":                                                                        "needs an expression",
		"{constraint: k, variables: [b], expression: 'true'}":                                                    `no variable "b"`,
		"{constraint: k, variables: [c], expression: c > 0.0}":                                                   "is computed",
		"{constraint: k, variables: [a], expression: a}":                                                         "want bool",
		"{constraint: k, variables: [a], factors: [1, 2]}":                                                       "2 factors for 1 variables",
		"{constraint: k, variables: [m], factors: [1]}":                                                          "is no number",
		"{constraint: k, variables: [a], expression: 'true', factors: [1]}":                                      "one of expression and factors",
		"{constraint: k, variables: [a], factors: [1], limit: 1}, {constraint: k, variables: [a], factors: [1]}": "is there already",
	} {
		err := load(space(rest))
		require.ErrorContains(t, err, "f.yaml:3:", rest)
		var all Errors
		require.ErrorAs(t, err, &all)
		assert.Contains(t, all.Text(), strings.TrimPrefix(want, "one of "), rest)
	}
	decided := func(decision string) string {
		return "coordination: {spaces: [{space: locks}]}\nvariables: {spaces: [{space: s, variables: [{variable: a, kind: float, min: 0, max: 1, decision: " + decision + "}]}]}"
	}
	require.NoError(t, load(decided("{mode: weighted, support: 0.6, electorate: [x, y]}")))
	for rest, want := range map[string]string{
		decided("{mode: shouting}"):                                               "shouting",
		decided("{support: 0.4}"):                                                 "support",
		decided("{mode: consensus, electorate: [x, y, z]}"):                       "needs 4 agents",
		decided("{electorate: [x], query: 'role = \"r\"'}"):                       "electorate says already",
		"variables: {spaces: [{space: s}, {space: s}]}":                           "is there already",
		"coordination: {spaces: [{space: s}]}\nvariables: {spaces: [{space: s}]}": "coordination has something of that name",
		"variables: {spaces: [{space: s, vars: []}]}":                             "vars",
	} {
		require.ErrorContains(t, load(rest), want, rest)
	}
}
