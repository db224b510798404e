// SPDX-License-Identifier: Apache-2.0

package hierarchy_test

import (
	"fmt"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/hierarchy"
	"mabeam.dev/protocols/machine"
)

func Example() {
	var list []consensus.Elector
	for i := range 6 {
		list = append(list, consensus.Elector{Agent: fmt.Sprint(i)})
	}
	all, _ := consensus.NewElectorate(list)
	vote, err := hierarchy.New(hierarchy.Spec{Spec: consensus.Spec{Session: "s", Question: "Ship it?", Options: []string{"yes", "no"}, Electorate: all}, FanOut: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := vote.Run()
	run.Step(machine.Opened{At: epoch})
	for i := range 6 {
		for _, effect := range run.Step(machine.Received{At: epoch, From: fmt.Sprint(i), Msg: machine.Answer{Choice: "yes"}}) {
			if d, ok := effect.(machine.Decide); ok {
				fmt.Println(d.Outcome.Decision, string(d.Outcome.Detail))
			}
		}
	}
	// Output: yes {"groups":2,"levels":2,"fanOut":3}
}
