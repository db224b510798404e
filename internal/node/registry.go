// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// registryService answers queries about the agents.
var registryService = service{
	Service: phase.Service{
		Name: "registry", Phase: phase.Registry, Loss: phase.Alone, After: []string{"agents"},
		Without: "Queries about agents are answered from what was known last; what happens to agents is entered when it is back.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		r, child, err := registry.New(n.sys, registry.Options{Source: registry.FromDirectory(n.dir, n.o.Config.Node.Name)})
		n.registry = r
		return []supervision.Child{child}, err
	},
}

// Registry returns the registry of the node's agents.
func (n *Node) Registry() *registry.Registry { return n.registry }

// crew is how agents are asked about over HTTP.
func (n *Node) crew() admin.AgentOptions {
	return admin.AgentOptions{System: n.sys, Registry: n.registry, Directory: n.dir, Token: n.o.Config.Surfaces.Token.Reveal()}
}
