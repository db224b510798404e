// SPDX-License-Identifier: Apache-2.0

package reason_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/machine/script"
	"mabeam.dev/protocols/reason"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// setting is what a script begins with.
type setting struct {
	Electors []consensus.Elector
	Rule     consensus.Rule
	Sample   *reason.SamplingSpec
	Debate   *reason.DebateSpec
	Chain    *reason.ChainSpec
}

// Every script is a session: its spec, the events, and what the machine wants after each.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var run machine.Stepper
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "events" {
				text, err := script.Play(run, d.Input)
				require.NoError(t, err)
				return text
			}
			var s setting
			require.NoError(t, json.Unmarshal([]byte(d.Input), &s))
			all, err := consensus.NewElectorate(s.Electors)
			require.NoError(t, err)
			if s.Debate != nil {
				s.Debate.Session, s.Debate.Question, s.Debate.Electorate, s.Debate.Rule = "s", "?", all, s.Rule
				m, err := reason.NewDebate(*s.Debate)
				require.NoError(t, err)
				run = m.Run()
				return "ready\n"
			}
			if s.Chain != nil {
				s.Chain.Session, s.Chain.Question, s.Chain.Electorate = "s", "?", all
				m, err := reason.NewChain(*s.Chain)
				require.NoError(t, err)
				run = m.Run()
				return "ready\n"
			}
			s.Sample.Session, s.Sample.Question, s.Sample.Electorate = "s", "?", all
			m, err := reason.NewSampling(*s.Sample)
			require.NoError(t, err)
			run = m.Run()
			return "ready\n"
		})
	})
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	var bad *reason.SpecError
	_, err := reason.NewSampling(reason.SamplingSpec{Samples: -1})
	require.ErrorAs(t, err, &bad)
	assert.ErrorContains(t, err, "nobody answers")
	_, err = reason.NewDebate(reason.DebateSpec{Rounds: 99, Turn: -1, Rule: consensus.Rule{Kind: consensus.Weighted}})
	require.ErrorAs(t, err, &bad)
	for _, field := range []string{"rounds", "turn", "electorate", "rule"} {
		assert.ErrorContains(t, err, field)
	}
	_, err = reason.NewChain(reason.ChainSpec{Steps: 101, Turn: -1, Share: consensus.Fraction{Num: 1, Den: 3}})
	require.ErrorAs(t, err, &bad)
	for _, field := range []string{"steps", "turn", "electorate", "share"} {
		assert.ErrorContains(t, err, field)
	}
}

func ExampleSampling() {
	all, _ := consensus.NewElectorate([]consensus.Elector{{Agent: "ann"}})
	m, _ := reason.NewSampling(reason.SamplingSpec{Session: "s", Question: "6*7?", Electorate: all, Samples: 3})
	run := m.Run()
	run.Step(machine.Opened{})
	for _, effect := range run.Step(machine.Received{From: "ann", Msg: machine.Answer{Round: 1, Choices: []string{"42", "41", " 42."}}}) {
		if d, ok := effect.(machine.Decide); ok {
			fmt.Println(d.Outcome.Decision, d.Outcome.Confidence)
		}
	}
	// Output: 42 666666
}
