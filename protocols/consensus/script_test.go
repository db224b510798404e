// SPDX-License-Identifier: Apache-2.0

package consensus_test

import (
	"encoding/json"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/machine/script"
)

// setting is what a script begins with.
type setting struct {
	Options  []string
	Electors []consensus.Elector
	Rule     consensus.Rule
	Refine   consensus.RefineSpec
	Protocol string
}

// Every script is a session: its spec, the events, and what the machine wants after each.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var run machine.Stepper
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "session":
				var s setting
				require.NoError(t, json.Unmarshal([]byte(d.Input), &s))
				all, err := consensus.NewElectorate(s.Electors)
				if err != nil {
					return err.Error()
				}
				spec := consensus.Spec{Session: "s", Question: "?", Options: s.Options, Electorate: all, Rule: s.Rule}
				switch s.Protocol {
				case "score":
					m, err := consensus.NewScore(spec)
					if err != nil {
						return err.Error()
					}
					run = m.Run()
				case "refine":
					s.Refine.Session, s.Refine.Question, s.Refine.Electorate = "s", "?", all
					m, err := consensus.NewRefine(s.Refine)
					if err != nil {
						return err.Error()
					}
					run = m.Run()
				default:
					m, err := consensus.NewVote(spec)
					if err != nil {
						return err.Error()
					}
					run = m.Run()
				}
				return "ready\n"
			case "events":
				text, err := script.Play(run, d.Input)
				require.NoError(t, err)
				return text
			}
			return "unknown command"
		})
	})
}
