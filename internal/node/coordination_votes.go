// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"

	"mabeam.dev/agents"
	"mabeam.dev/config"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
)

// answering has a policy answer invitations in the name of a native agent whose config says so. Programs have theirs in their settings.
func answering(c config.Child, s *agents.Spec) {
	if c.Votes == nil || c.Kind == config.KindExec {
		return
	}
	rules, id, around := c.Votes.Rules(), s.ID, s.Wrap
	s.Wrap = func(w agents.Worker) agents.Worker {
		w = protocols.Voting(w, protocols.VoterFunc(func(_ context.Context, in machine.Invite) (machine.Answer, error) {
			return rules.Answer(id, in), nil
		}))
		if around != nil { // faults on purpose hit votes as well
			w = around(w)
		}
		return w
	}
}
