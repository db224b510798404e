// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// adapted is a file with a queue and one variable that adapts.
func adapted(shape, how string) string {
	return "version: 1\nnode: {name: n}\ntree: {children: [{id: a, kind: exec, command: [x]}]}\nwork: [{queue: review}]\nvariables: {spaces: [{space: s, variables: [\n{variable: t, " +
		shape + ", adapt: {" + how + "}}]}]}\n"
}

const number = "kind: float, min: 0, max: 1"

func TestAdaptationIsDescribedByAFile(t *testing.T) {
	load := func(shape, how string) VariableAdaptation {
		cfg, _, err := Load(Input{Name: "f.yaml", Data: []byte(adapted(shape, how)), Kinds: testKinds})
		require.NoError(t, err, how)
		return *cfg.Variables.Spaces[0].Variables[0].Adapt
	}
	a := load(number, "weights: {latency: -1}")
	assert.Equal(t, VariableAdaptation{
		Strategy: PerformanceStrategy, Weights: map[string]float64{"latency": -1}, LearningRate: 0.1, Exploration: 0.05, Share: 0.1, Warm: 30, Settle: 5, Trial: 400, Watch: 300,
		Patience: 10 * time.Minute, Sample: time.Second,
	}, a, "what is not written is the default")
	assert.Equal(t, map[string]float64{"quality": 1}, load(number, "strategy: quality_improvement").Weighed())
	assert.Equal(t, map[string]float64{"cost": -1}, load(number, "strategy: cost_optimization, floors: {quality: 0.8}").Weighed())
	assert.Equal(t, map[string]float64{"imbalance": -1}, load(number, "strategy: load_balancing").Weighed())
	assert.Equal(t, map[string]float64{"spread": -2}, load(number, "strategy: load_balancing, weights: {spread: -2}").Weighed())
	assert.Empty(t, load(number, "strategy: static").Weighed())
	a = load("kind: choice, options: [x, y]", "strategy: quality_improvement, ceilings: {latency: 0.5}, cycle: 0.5s, agents: 'kind = \"exec\"', share: 0.25, "+
		"problems: [{problem: slow, metric: latency, figure: p95, above: 0.4, clear: 0.3, first: {option: y}, next: {escalate: more agents}}], from: [{metric: quality, queue: review, figure: success}, {metric: latency, of_agents: seconds}, "+
		"{metric: age, expression: 'p95(work.age_seconds, 1m)', scope: review}]")
	assert.Equal(t, 500*time.Millisecond, *a.Cycle)
	assert.True(t, a.From[0].Figure.OfAttempts())
	assert.Equal(t, 3, a.Problems[0].For)
}

func TestEveryMistakeAboutAdaptationIsTold(t *testing.T) {
	choice := "kind: choice, options: [x, y]"
	for _, m := range []struct{ shape, how, want string }{
		{number, "", "has no weights"},
		{number, "strategy: performence_feedback, weights: {q: 1}", "performance_feedback"},
		{number, "weights: {q: much}", "adapt.weights.q"},
		{number, "weights: {q: .inf}", "want a number"},
		{number, "strategy: cost_optimization", "the lowest cost is that of doing nothing"},
		{number, "weights: {q: 1}, floors: {q: 2}, ceilings: {q: 1}", "nothing is under 1 and over 2"},
		{number, "weights: {q: 1}, cycle: 1ms", "10ms to 1h"},
		{number, "weights: {q: 1}, cycle: 1s, immediate: true", "either cycle or immediate"},
		{number, "weights: {q: 1}, learning_rate: 2", "0.0001 to 1"},
		{number, "weights: {q: 1}, share: 0.6", "0.001 to 0.5"},
		{number, "weights: {q: 1}, agents: 'kind ='", "adapt.agents"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q}]", "has no level"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, below: 0}]", "one of above and below"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, clear: 2}]", "over before it begins"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, below: 1, clear: 0}]", "over before it begins"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1}, {problem: slow, metric: q, above: 2}]", "is there already"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, first: {option: x}}]", "has no options"},
		{choice, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, first: {option: z}}]", `no option "z"`},
		{choice, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, first: {direction: 1}}]", "has no direction"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, first: {}}]", "does 0 things"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, first: {direction: 1, escalate: x}}]", "does 2 things"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, above: 1, next: {direction: 1}}]", "nothing is tried before it"},
		{number, "weights: {q: 1}, problems: [{problem: slow, metric: q, figure: p90, above: 1}]", "p90"},
		{number, "weights: {q: 1}, exploration: 0", "0.0001 to 1"},
		{number, "weights: {q: 1}, with: [u]", `no variable "u"`},
		{number, "weights: {q: 1}, with: [t]", `"t" is there already`},
		{number, "weights: {q: 1}, loads: [a, b]", "balances nothing"},
		{number, "strategy: load_balancing, loads: [a, b], ceilings: {age: 1}", "only the latency has a bound"},
		{number, "strategy: load_balancing, loads: [a, b]", "2 loads for 1 variables"},
		{number, "weights: {q: 1}, from: [{metric: q}]", "is measured in 0 ways"},
		{number, "weights: {q: 1}, from: [{metric: q, queue: review, expression: system.processes}]", "is measured in 2 ways"},
		{number, "weights: {q: 1}, from: [{metric: q, queue: reviews}]", "Suggestion:review"},
		{number, "weights: {q: 1}, from: [{metric: q, queue: review, figure: speed}]", "speed"},
		{number, "weights: {q: 1}, from: [{metric: q, queue: review}, {metric: q, queue: review}]", "is measured already"},
		{number, "weights: {q: 1}, from: [{metric: q, of_agents: load}]", "which agents live by the variable"},
		{number, "weights: {q: 1}, agents: 'kind = \"exec\"', from: [{metric: q, of_agents: loda}]", "load"},
		{number, "weights: {q: 1}, from: [{metric: q, expression: 'p95(work.seconds, 3m)'}]", `unknown window "3m"`},
		{number, "weights: {q: 1}, from: [{metric: q, expression: 'p95(work.secnds)'}]", "work.seconds"},
		{number, "weights: {q: 1}, from: [{metric: q, expression: work.seconds, figure: rate}]", "figures are those of queues"},
		{number, "weights: {q: 1}, from: [{metric: q, queue: review, scope: x}]", "a scope is that of an expression"},
		{"kind: structured, fields: [{field: a, kind: float, min: 0, max: 1}]", "weights: {q: 1}", `has no key "adapt"`},
	} {
		_, _, err := Load(Input{Name: "f.yaml", Data: []byte(adapted(m.shape, m.how)), Kinds: testKinds, Series: []string{"work.seconds", "system.processes"}})
		var all Errors
		if assert.ErrorAs(t, err, &all, m.how) {
			assert.Len(t, all, 1, "%s: %v", m.how, err)
			assert.Contains(t, fmt.Sprintf("%+v", *all[0]), m.want, m.how)
			assert.Equal(t, 6, all[0].Line, m.how)
		}
	}
	_, _, err := Load(Input{Name: "f.yaml", Data: []byte(adapted(number, "cycle: 1ms, problems: [{problem: slow, metric: q}], from: [{metric: q}]")), Kinds: testKinds})
	var all Errors
	require.ErrorAs(t, err, &all)
	var paths []string
	for _, one := range all {
		paths = append(paths, strings.TrimPrefix(one.Path, "variables.spaces[0].variables[0].adapt."))
	}
	assert.Equal(t, []string{"weights", "cycle", "problems[0].above", "from[0].metric"}, paths, "all mistakes at once")
}

func TestWhatAnOrderDoesNotSayStays(t *testing.T) {
	cfg, _, err := Load(Input{Name: "f.yaml", Data: []byte(adapted(number, "weights: {q: 1}, share: 0.3")), Kinds: testKinds})
	require.NoError(t, err)
	now := cfg.Variables.Spaces[0].Variables[0].Adapt
	read := func(text string) (VariableAdaptation, error) {
		return ReadAdaptation(cfg, "s", "t", now, nil, []byte(text))
	}
	how, err := read(`{"learning_rate": 0.2}`)
	require.NoError(t, err)
	want := *now
	want.LearningRate = 0.2
	assert.Equal(t, want, how)
	how, err = read("strategy: quality_improvement")
	require.NoError(t, err)
	assert.Equal(t, map[string]float64{"quality": 1}, how.Weighed(), "weights are those of a strategy")
	assert.Equal(t, 0.3, how.Share)
	for text, want := range map[string]string{
		"strategy: performance_feedback\nwarm: 1": "adapt.warm", "strategy: cost_optimization": "adapt.floors", "x: 1": "adapt.x", "5": "adapt", "a: [": "", "with: [u]": "adapt.with[0]",
	} {
		_, err := read(text)
		var all Errors
		if assert.ErrorAs(t, err, &all, text) && want != "" {
			assert.Equal(t, want, all[0].Path, text)
		}
	}
	how, err = ReadAdaptation(cfg, "s", "t", nil, nil, []byte("weights: {x: 1}"))
	require.NoError(t, err)
	assert.Equal(t, 0.1, how.Share, "the default")
}
