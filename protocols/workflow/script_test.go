// SPDX-License-Identifier: Apache-2.0

package workflow_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/machine/script"
	"mabeam.dev/protocols/workflow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every script is a workflow: its spec, the events, and what the machine wants after each.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var run machine.Stepper
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "events" {
				text, err := script.Play(run, d.Input)
				require.NoError(t, err)
				return text
			}
			var s workflow.Spec
			require.NoError(t, json.Unmarshal([]byte(d.Input), &s))
			s.Session = "s"
			w, err := workflow.New(s)
			if err != nil {
				return err.Error() + "\n"
			}
			run = w.Run()
			return "ready\n"
		})
	})
}

func TestACycleIsShown(t *testing.T) {
	_, err := workflow.New(workflow.Spec{Nodes: []workflow.Node{
		{ID: "a", Agent: "x", After: []string{"b"}}, {ID: "b", Agent: "x", After: []string{"a"}}, {ID: "c", Agent: "x", After: []string{"b"}},
	}})
	var cycle *workflow.CycleError
	require.ErrorAs(t, err, &cycle)
	assert.Equal(t, []string{"a", "b", "a"}, cycle.Path)
	assert.ErrorContains(t, err, `"c": after: it is never reached`)
}

func Example() {
	w, err := workflow.New(workflow.Spec{Session: "s", Nodes: []workflow.Node{{ID: "fetch", Agent: "ann"}, {ID: "parse", Agent: "bob", After: []string{"fetch"}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := w.Run()
	for _, e := range []machine.Event{
		machine.Opened{},
		machine.Received{From: "ann", Msg: machine.Answer{Key: "s/fetch/1", Text: "page"}},
		machine.Received{From: "bob", Msg: machine.Answer{Key: "s/parse/1", Text: "words"}},
	} {
		for _, effect := range run.Step(e) {
			switch f := effect.(type) {
			case machine.Send:
				fmt.Println(f.To, f.Msg.(machine.Invite).Key)
			case machine.Decide:
				fmt.Println(f.Outcome.Decision)
			}
		}
	}
	// Output:
	// ann s/fetch/1
	// bob s/parse/1
	// done
}
