// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"slices"

	"mabeam.dev/agents"
)

// View is what an agent shows of itself when it is inspected.
type View struct {
	agents.Activity
	// State is the word of protocol.State for where the program stands.
	State string
	// OSPID is the number of the program's process and group.
	OSPID int
}

// Inspect returns a View.
func (a *agent) Inspect() any {
	return View{Activity: a.activity(), State: a.port.State().String(), OSPID: a.port.Pid()}
}

func (a *agent) activity() agents.Activity {
	now := a.seen
	now.Running = a.inHand()
	slices.Sort(now.Running)
	return now
}
