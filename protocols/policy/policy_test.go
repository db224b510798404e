// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func vote(options ...string) machine.Invite {
	return machine.Invite{Role: machine.RoleVote, Round: 2, Key: "k", Question: "Lunch?", Options: options}
}

func TestEachPolicyVotesAsItSays(t *testing.T) {
	rating := int64(700_000)
	for _, c := range []struct {
		rules policy.Rules
		in    machine.Invite
		want  machine.Answer
	}{
		{policy.Rules{Kind: policy.Approve}, vote("no", "yes"), machine.Answer{Choice: "yes"}},
		{policy.Rules{Kind: policy.Approve}, vote("soup", "salad"), machine.Answer{Abstain: "the policy approve takes no side"}},
		{policy.Rules{Kind: policy.First}, vote("soup", "salad"), machine.Answer{Choice: "soup"}},
		{policy.Rules{Kind: policy.Abstain}, vote("yes", "no"), machine.Answer{Abstain: "the policy abstain takes no side"}},
		{policy.Rules{Kind: policy.Prefer, Prefer: []string{"fish", "salad", "soup"}}, vote("soup", "salad"), machine.Answer{Choice: "salad"}},
		{policy.Rules{Kind: policy.Prefer, Prefer: []string{"fish"}}, vote("soup", "salad"), machine.Answer{Abstain: "the policy prefer takes no side"}},
		{policy.Rules{Kind: policy.Prefer, Prefer: []string{"fish"}}, machine.Invite{Role: machine.RoleSample, Round: 2, Key: "k"}, machine.Answer{Choice: "fish"}},
		{policy.Rules{Kind: policy.First, Rating: &rating}, machine.Invite{Role: machine.RoleRate, Round: 2, Key: "k"}, machine.Answer{Value: &rating}},
		{policy.Rules{Kind: policy.First}, machine.Invite{Role: machine.RoleRate, Round: 2, Key: "k"}, machine.Answer{Abstain: "the policy first takes no side"}},
		{policy.Rules{Kind: policy.First}, machine.Invite{Role: machine.RolePropose, Round: 2, Key: "k"}, machine.Answer{Decline: "a policy answers for the agent, and it only votes"}},
	} {
		c.want.Round, c.want.Key = 2, "k"
		require.NoError(t, c.rules.Validate())
		assert.Equal(t, c.want, c.rules.Answer("ann", c.in), "%v", c.rules)
	}
}

// What one option is worth follows from what a policy prefers.
func TestAPolicyRatesOneOptionByWhatItPrefers(t *testing.T) {
	rules := map[string]policy.Rules{
		"prefer": {Kind: policy.Prefer, Prefer: []string{"soup", "salad"}}, "weights": {Kind: policy.Weighted, Weights: map[string]int64{"soup": 4, "salad": 3}},
	}
	for name, want := range map[string]map[string]int64{
		"prefer": {"soup": 1_000_000, "salad": 500_000, "fish": 0}, "weights": {"soup": 1_000_000, "salad": 750_000, "fish": 0},
	} {
		for option, value := range want {
			got := rules[name].Answer("ann", machine.Invite{Role: machine.RoleRate, Options: []string{option}})
			require.NotNil(t, got.Value, "%s %s", name, option)
			assert.Equal(t, value, *got.Value, "%s %s", name, option)
		}
	}
}

func TestDrawsAreInProportionAndTheSameForOneQuestion(t *testing.T) {
	r := policy.Rules{Kind: policy.Weighted, Weights: map[string]int64{"soup": 3, "salad": 1, "fish": 100}}
	count := map[string]int{}
	const draws = 4000
	for i := range draws {
		in := vote("soup", "salad") // fish is not to be had
		in.Question = fmt.Sprint("Lunch on day ", i)
		a := r.Answer("ann", in)
		count[a.Choice]++
		assert.Equal(t, a, r.Answer("ann", in))
	}
	assert.InDelta(t, 0.75, float64(count["soup"])/draws, 0.03)
	assert.Equal(t, draws, count["soup"]+count["salad"])
}

func TestAPolicyChoosesAnOptionOrAbstains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "yes", "no"}), 1, 4)
		r := policy.Rules{Kind: policy.Kind(rapid.SampledFrom(policy.Kinds()).Draw(t, "kind"))}
		switch r.Kind {
		case policy.Prefer:
			r.Prefer = names.Draw(t, "prefer")
		case policy.Weighted:
			r.Weights = map[string]int64{}
			for _, n := range names.Draw(t, "weighted") {
				r.Weights[n] = int64(rapid.IntRange(1, 9).Draw(t, "weight"))
			}
		}
		require.NoError(t, r.Validate())
		in := vote(names.Draw(t, "options")...)
		a := r.Answer(rapid.String().Draw(t, "agent"), in)
		if a.Choice != "" {
			assert.Contains(t, in.Options, a.Choice)
			assert.Empty(t, a.Abstain)
		} else {
			assert.NotEmpty(t, a.Abstain)
		}
	})
}

func TestRulesThatCannotBeAreRefusedWithAllTheirMistakes(t *testing.T) {
	over := int64(machine.One + 1)
	err := policy.Rules{Kind: "loudest", Prefer: []string{""}, Weights: map[string]int64{"a": 0}, Rating: &over}.Validate()
	keys := map[string]int{}
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() { //nolint:errorlint // the joined errors of one call
		var rule *policy.RuleError
		require.True(t, errors.As(e, &rule))
		keys[rule.Key]++
	}
	assert.Equal(t, map[string]int{"kind": 1, "prefer": 2, "weights": 2, "rating": 1}, keys)
	require.Error(t, policy.Rules{Kind: policy.Prefer}.Validate())
	require.Error(t, policy.Rules{Kind: policy.Weighted}.Validate())
}

func ExampleRules_Answer() {
	r := policy.Rules{Kind: policy.Prefer, Prefer: []string{"salad", "soup"}}
	fmt.Println(r.Answer("ann", machine.Invite{Role: machine.RoleVote, Question: "Lunch?", Options: []string{"soup", "bread"}}).Choice)
	// Output:
	// soup
}
