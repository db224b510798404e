// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// Name is what config files and specs call the kind.
const Name = "exec"

// Kind returns the kind of agents that are programs. Spec.Settings holds [Settings] as JSON.
func Kind() agents.Kind {
	return agents.Kind{
		Name: Name, Doc: "Any program that reads and writes JSON lines on standard input and output.", Settings: Settings{},
		New: func(s agents.Spec, dir *agents.Directory) (actors.Behavior[agents.Message], error) {
			set, err := parse(s.Settings)
			if err != nil {
				return nil, fmt.Errorf("exec: build agent %q: %w", s.ID, err)
			}
			cfg := set.protocol()
			cfg.Agent, cfg.Inflight = s.ID, s.Slots()
			cfg.StopGrace, cfg.TermGrace = graces(s.Shutdown, set.TermGrace)
			return &agent{
				spec: s, dir: dir, program: set.program(), protocol: cfg, logRate: set.LogRate,
				inbox: program.NewInbox(), held: make(chan protocol.Input, 1), alarms: newAlarms(), asked: map[string]question{},
				polled: map[string]ballot{}, votes: set.Votes, votesByPolicy: set.VotesByPolicy, names: set.Variables,
			}, nil
		},
	}
}
