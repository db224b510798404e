// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/supervision/plan"
)

func TestZeroSpecHasTheDefaultsOfOTP(t *testing.T) {
	s, err := plan.New(plan.Spec{Children: []plan.Child{{ID: "a", Start: 1}, {ID: "b", Start: 1, Kind: plan.Supervisor}}})
	require.NoError(t, err)
	assert.Equal(t, plan.Spec{Intensity: plan.Intensity{Max: 1, Within: 5 * time.Second}}, s.Spec())
	assert.Equal(t, plan.After(5*time.Second), s.Lookup("a").Shutdown)
	assert.Equal(t, plan.Infinity, s.Lookup("b").Shutdown)
	raw, err := plan.RawSpec{}.Parse()
	require.NoError(t, err)
	assert.Equal(t, plan.Spec{Intensity: plan.Intensity{Max: 1, Within: 5 * time.Second}, Children: []plan.Child{}}, raw)
}

func TestAWrittenZeroIsNotTheDefault(t *testing.T) {
	raw, err := plan.RawSpec{Intensity: "0", Children: []plan.RawChild{{ID: "a", Start: 1, Shutdown: "0"}}}.Parse()
	require.NoError(t, err)
	assert.Equal(t, 0, raw.Intensity.Limit())
	d, limited := raw.Children[0].Shutdown.Deadline()
	assert.True(t, limited)
	assert.Zero(t, d)
}

func TestShutdownKeepsItsTime(t *testing.T) {
	for _, d := range []time.Duration{0, 1, time.Second, math.MaxInt64 - 2} {
		got, limited := plan.After(d).Deadline()
		assert.True(t, limited, d)
		assert.Equal(t, d, got)
	}
	for _, s := range []plan.Shutdown{0, plan.Brutal, plan.Infinity, plan.After(-1), plan.After(math.MaxInt64), plan.After(math.MinInt64)} {
		_, limited := s.Deadline()
		assert.False(t, limited, s)
	}
	assert.Equal(t, plan.Infinity, plan.After(math.MaxInt64))
	assert.NotEqual(t, plan.Brutal, plan.After(math.MinInt64))
}

func paths(err error) (rules []plan.Rule, paths []string) {
	var faults plan.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			rules, paths = append(rules, f.Rule), append(paths, f.Path)
		}
	}
	return rules, paths
}

func TestValidationReturnsEveryFaultInTheOrderOfOTP(t *testing.T) {
	rules, places := paths(plan.Spec{
		Strategy: 9, Intensity: plan.Intensity{Max: -2, Within: -1}, AutoShutdown: 9,
		Children: []plan.Child{
			{},
			{ID: "a", Start: 1, Restart: 9, Kind: 9, Shutdown: plan.After(-1)},
			{ID: "a", Start: 1, Significant: true},
		},
	}.Validate())
	assert.Equal(t, []plan.Rule{
		plan.RuleStrategy, plan.RuleIntensity, plan.RulePeriod, plan.RuleAutoShutdown, plan.RuleID, plan.RuleStart,
		plan.RuleRestart, plan.RuleKind, plan.RuleShutdown, plan.RuleSignificantPermanent, plan.RuleDuplicate,
	}, rules)
	assert.Equal(t, []string{
		"strategy", "intensity.max", "intensity.within", "auto_shutdown", "children[0].id", "children[0].start",
		"children[1].restart", "children[1].type", "children[1].shutdown", "children[2].significant", "children[2].id",
	}, places)
}

func TestRawFormsAreHeldToTheSameRules(t *testing.T) {
	_, err := plan.RawSpec{
		Strategy: "two_for_one", Intensity: "-1", Period: "0", AutoShutdown: "later",
		Children: []plan.RawChild{
			{},
			{ID: "a", Start: 1, Restart: "sometimes", Kind: "manager", Shutdown: "-1", Significant: "maybe"},
			{ID: "a", Start: 1, Shutdown: "soon"},
		},
	}.Parse()
	rules, _ := paths(err)
	assert.Equal(t, []plan.Rule{
		plan.RuleStrategy, plan.RuleIntensity, plan.RulePeriod, plan.RuleAutoShutdown, plan.RuleID, plan.RuleStart,
		plan.RuleRestart, plan.RuleSignificant, plan.RuleKind, plan.RuleShutdown, plan.RuleShutdown, plan.RuleDuplicate,
	}, rules)
	var field *plan.FieldError
	require.ErrorAs(t, err, &field)
	assert.Equal(t, "two_for_one", field.Got)
}

func TestSignificantNeedsAutoShutdownAndAnEnd(t *testing.T) {
	for _, c := range []struct {
		restart plan.Restart
		auto    plan.AutoShutdown
		want    []plan.Rule
	}{
		{plan.Permanent, plan.Never, []plan.Rule{plan.RuleSignificantNever, plan.RuleSignificantPermanent}},
		{plan.Permanent, plan.AnySignificant, []plan.Rule{plan.RuleSignificantPermanent}},
		{plan.Transient, plan.Never, []plan.Rule{plan.RuleSignificantNever}},
		{plan.Transient, plan.AnySignificant, nil},
		{plan.Temporary, plan.AllSignificant, nil},
	} {
		rules, _ := paths(plan.Check(plan.Child{ID: "a", Start: 1, Restart: c.restart, Significant: true}, c.auto))
		assert.Equal(t, c.want, rules, "%v %v", c.restart, c.auto)
	}
}

func TestSimpleOneForOneHasExactlyOneTemplate(t *testing.T) {
	child := plan.Child{ID: "a", Start: 1}
	for n, want := range [][]plan.Rule{{plan.RuleTemplate}, nil, {plan.RuleTemplate, plan.RuleDuplicate}} {
		children := []plan.Child{child, child}[:n]
		_, err := plan.New(plan.Spec{Strategy: plan.SimpleOneForOne, Children: children})
		rules, _ := paths(err)
		assert.Equal(t, want, rules, n)
	}
}
