// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
)

func paidFor(top, decision string) Input {
	text := "version: 1\nnode: {name: n}\n" + top + "\nvariables: {spaces: [{space: s, variables: [\n{variable: t, kind: float, min: 0, max: 1, decision: {" + decision + "}}]}]}\n"
	return Input{Name: "f.yaml", Data: []byte(text), Kinds: testKinds}
}

const moneyed = "coordination: {}\nmarket: {currency: chip}"

func TestDecisionsThatArePaidForAreDescribedByAFile(t *testing.T) {
	cfg, _, err := Load(paidFor(moneyed, "mode: second_price, budget: 2.5, reserve: 1"))
	require.NoError(t, err)
	d := *cfg.Variables.Spaces[0].Variables[0].Decision
	assert.True(t, d.Paid())
	assert.Equal(t, money.Amount(2_500_000), d.Budget)
	assert.Equal(t, money.Asset("chip"), d.Asset(*cfg.Market))
	cfg, _, err = Load(paidFor(moneyed, "mode: pivotal, budget: 1, currency: gem"))
	require.NoError(t, err)
	assert.Equal(t, money.Asset("gem"), cfg.Variables.Spaces[0].Variables[0].Decision.Asset(*cfg.Market))
}

func TestEveryMistakeAboutPayingForDecisionsIsTold(t *testing.T) {
	for _, m := range []struct{ top, decision, want string }{
		{moneyed, "mode: pivotal", "needs a budget above 0"},
		{"coordination: {}", "mode: pivotal, budget: 1", "no money without a section market"},
		{moneyed, "mode: vote, budget: 1", "nobody pays for a decision of mode vote"},
		{moneyed, "mode: second_price, budget: 1, reserve: 2", "the reserve is above the budget"},
		{moneyed, "mode: pivotal, budget: 2, reserve: 1", "a mode that has no bids"},
		{moneyed, "mode: pivotal, budget: -1", "budget"},
		{moneyed, "mode: pivotal, budget: 1, currency: a b", "no asset"},
		{"market: {}", "mode: pivotal, budget: 1", "section coordination"},
	} {
		_, _, err := Load(paidFor(m.top, m.decision))
		assert.ErrorContains(t, err, m.want, m.decision)
	}
}
