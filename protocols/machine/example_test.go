// SPDX-License-Identifier: Apache-2.0

package machine_test

import (
	"fmt"

	"mabeam.dev/protocols/machine"
)

// first decides what the first participant chooses.
type first struct{}

func (first) Step(_ struct{}, e machine.Event) (struct{}, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		return struct{}{}, []machine.Effect{machine.Broadcast{Msg: machine.Invite{Role: machine.RoleVote, Question: "Lunch?"}}}
	case machine.Received:
		if a, ok := e.Msg.(machine.Answer); ok {
			return struct{}{}, []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.Decided, Decision: a.Choice}}}
		}
	}
	return struct{}{}, nil
}

func Example() {
	run := machine.Of(first{}, struct{}{})
	for _, e := range []machine.Event{machine.Opened{}, machine.Received{From: "ann", Msg: machine.Answer{Choice: "soup"}}} {
		for _, effect := range run.Step(e) {
			fmt.Printf("%T\n", effect)
		}
	}
	// Output:
	// machine.Broadcast
	// machine.Decide
}
