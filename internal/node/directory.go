// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/agents"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// directoryService knows the living agents.
var directoryService = service{
	Service: phase.Service{
		Name: "agents", Phase: phase.Registry, Loss: phase.Rebuilds,
		Without: "Nobody finds an agent. Agents and queues are started again, because the directory is filled by the agents as they start.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		dir, child := agents.NewDirectory(n.sys, "agents")
		n.dir = dir
		return []supervision.Child{child}, nil
	},
}

// sweepService judges the agents' health.
var sweepService = service{
	Service: phase.Service{
		Name: "health", Phase: phase.Registry, Need: phase.Optional, Loss: phase.Alone, After: []string{"agents"},
		Without: "The verdicts on agents stay as they were, and agents that have ended are not forgotten.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		return []supervision.Child{n.dir.Sweep("health", agents.Sweep{})}, nil
	},
}
