// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/actors"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// spec makes every service and is the tree of the node: phases in order, a later one rebuilt when an earlier one ends.
func (n *Node) spec() (supervision.Spec, error) {
	root := supervision.Spec{Strategy: supervision.RestForOne, Intensity: patience}
	plan, byName, err := planned(n.o.parts)
	if err != nil {
		return root, err
	}
	n.board = &board{byPath: map[spot]*line{}}
	for _, stage := range plan.Stages {
		child, err := n.stage(stage, byName)
		if err != nil {
			return root, err
		}
		if child != nil {
			root.Children = append(root.Children, *child)
		}
	}
	return root, nil
}

// stage is one phase as a child of the root; nil if all of it is off.
func (n *Node) stage(stage phase.Stage, byName map[string]service) (*supervision.Child, error) {
	p := &phaseLine{name: stage.Name}
	at := "/" + n.o.Config.Node.Name
	spec := supervision.Spec{Strategy: supervision.OneForOne, Intensity: unbounded}
	var standing *supervision.Child
	for _, declared := range stage.Services {
		s := byName[declared.Name]
		children, err := s.make(n)
		if err != nil {
			return nil, &PhaseError{Phase: stage.Name, Service: s.Name, Err: err}
		}
		n.made = append(n.made, s)
		for _, c := range children {
			l := &serviceLine{Service: declared, id: c.ID}
			if s.health != nil {
				l.health = func() string { return s.health(n) }
			}
			l.went(phase.Waiting, "the phases before it are not up", n.born)
			p.services = append(p.services, l)
			if s.stands {
				c = n.watched(&l.line, c)
				standing, p.stands = &c, true
				continue
			}
			spec.Children = append(spec.Children, n.served(p, l, under(c, declared)))
			n.board.byPath[spot{at + "/" + string(stage.Name), c.ID}] = &l.line
		}
	}
	if len(p.services) == 0 {
		return nil, nil
	}
	p.went(phase.Waiting, "the phases before it are not up", n.born)
	n.board.phases = append(n.board.phases, p)
	child := n.phaseSupervisor(string(stage.Name), spec)
	if standing != nil {
		child = *standing
		n.board.byPath[spot{at, child.ID}] = &p.services[0].line
	} else {
		n.board.byPath[spot{at, child.ID}] = &p.line
	}
	child = n.phased(p, child)
	wait := settle
	child.Backoff = &wait
	return &child, nil
}

// phaseSupervisor is the supervisor of a phase as a child of the root, with the time that it may take to start.
func (n *Node) phaseSupervisor(id string, spec supervision.Spec) supervision.Child {
	return supervision.Child{ID: id, Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		s, err := supervision.StartLink(in, id, spec, actors.Local(), actors.StartTimeout(n.o.Config.Node.Start))
		return s.PID(), err
	}}
}
