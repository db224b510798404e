// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/internal/node/appraisal"
	"mabeam.dev/internal/node/coordlog"
	"mabeam.dev/internal/node/learner"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/internal/node/trader"
	"mabeam.dev/internal/node/tuner"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/supervision"
)

// coordination is what the services of coordination leave. Without a section coordination in the config everything in it is nil.
type coordination struct {
	engine  *protocols.Engine
	learned *learner.Learner
	spaces  []*protocols.Space // in the order of the config
	keys    byzantine.Keyring  // of the agents; made with the tree, whose agents are registered with their public halves
}

// coordinationTypes lets the journal take the records of coordination, which have a form of their own.
func coordinationTypes(c *events.Catalog) { c.Untyped(coordlog.RecordType) }

// Engine returns the node's engine of coordination sessions; nil if the node runs none.
func (n *Node) Engine() *protocols.Engine { return n.council.engine }

// Learner returns what knows how good the members of ensembles are, and is told the truth; nil if the node coordinates nothing.
func (n *Node) Learner() *learner.Learner { return n.council.learned }

// Spaces returns the node's spaces of locks, in the order of the config.
func (n *Node) Spaces() []*protocols.Space { return n.council.spaces }

// spacesService runs the spaces of locks. They start before the agents, which use them.
var spacesService = service{
	Service: phase.Service{
		Name: "spaces", Phase: phase.Coordination, Need: phase.Optional, Loss: phase.Alone,
		Without: "No lock, permit or office changes hands, and who waits at a barrier waits on; when the space is back it goes on from its log.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Coordination
		if c == nil {
			return nil, nil
		}
		var children []supervision.Child
		for _, s := range c.Spaces {
			o := protocols.SpaceOptions{
				Name: s.Space, MaxWait: s.MaxWait, Locks: lock.Options{MaxQueue: s.MaxQueue, Ageing: s.Ageing}, Stream: "coordination/space/" + s.Space,
			}
			if s.Durable {
				o.Journal = coordlog.New(n.journal)
			}
			space, child, err := protocols.NewSpace(n.sys, o)
			if err != nil {
				return nil, err
			}
			n.council.spaces = append(n.council.spaces, space)
			children = append(children, patient(child))
		}
		if len(children) == 0 {
			return nil, nil
		}
		return []supervision.Child{supervision.Sub("spaces", supervision.Spec{Intensity: unbounded, Children: children})}, nil
	},
}

// sessionsService runs the engine. It starts behind the agents and ends before them: a session that goes on after a restart of the node finds those it has
// asked, and one that is open at the end is not told that all of them have gone.
var sessionsService = service{
	Service: phase.Service{
		Name: "sessions", Phase: phase.Work, Need: phase.Optional, Loss: phase.Alone,
		Without: "No session of coordination is begun, and none decides. When the engine is back each goes on from its journal.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Coordination
		if c == nil {
			return nil, nil
		}
		o, err := n.engineOptions(*c)
		if err != nil {
			return nil, err
		}
		e, err := protocols.NewEngine(o)
		if err != nil {
			return nil, err
		}
		if err := e.Register(protocols.Tuning(tuner.Searches())); err != nil {
			return nil, err
		}
		if err := e.Register(protocols.Combining(learner.Name)); err != nil {
			return nil, err
		}
		for _, p := range appraisal.Protocols() {
			if err := e.Register(p); err != nil {
				return nil, err
			}
		}
		n.council.engine = e
		return []supervision.Child{patient(n.council.learned.Child()), e.Child()}, nil
	},
}

func (n *Node) engineOptions(c config.Coordination) (protocols.EngineOptions, error) {
	keys, err := n.keyring()
	log := coordlog.New(n.journal)
	n.council.learned = learner.New(learner.Options{Journal: log, Snapshots: log})
	services := map[string]protocols.Service{learner.Name: n.council.learned}
	if x := n.market.exchange; x != nil {
		services[trader.Name] = trader.New(x, n.sys)
	}
	return protocols.EngineOptions{
		Budget: n.purse(), Name: c.Name, Services: services, Stream: c.Stream, Roster: roster{n}, Journal: log, MaxActive: c.Active, Grace: c.Grace,
		Evidence: accuser{n}, Byzantine: byzantine.Options{Keys: keys}, RegisteredKeys: true, Adaptive: c.Adaptive,
	}, err
}

// Electable returns the ids of the agents that a query finds, as a session with that query would.
func (n *Node) Electable(query string) ([]string, error) { return roster{n}.Match(query) }
