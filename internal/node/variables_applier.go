// SPDX-License-Identifier: Apache-2.0

package node

import (
	"slices"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// applier knows which programs live by which variables and what each of them has said to use, for commits that agents are to confirm. It belongs to the node: a restart of
// a space or of an agent loses nothing but what that agent has said.
type applier struct {
	mu struct {
		sync.Mutex
		programs []*following                      // in the order of their starts
		said     map[confirmedBy]cognitive.Version // the newest version that each has confirmed
		waiting  map[[2]string]*awaited            // by space and variable
	}
}

// following is a program that hears of variables.
type following struct {
	v   *programVariables
	pid actors.PID
}

type confirmedBy struct{ space, variable, agent string }

// awaited is a commit that agents are to confirm.
type awaited struct {
	version   cognitive.Version
	agents    []string
	confirmed func(agent string)
}

func newApplier() *applier {
	a := &applier{}
	a.mu.said, a.mu.waiting = map[confirmedBy]cognitive.Version{}, map[[2]string]*awaited{}
	return a
}

// join adds a program until its agent's process ends. What an earlier one of the same agent has said counts no more.
func (a *applier) join(ctx *actors.Context[agents.Message], v *programVariables) error {
	pid := ctx.PID()
	if _, err := actors.AtEnd(ctx, func(actors.Reason) { a.leave(pid) }); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.programs = append(a.mu.programs, &following{v, pid})
	for by := range a.mu.said { // each apart: the order does not matter
		if by.agent == v.who.Name {
			delete(a.mu.said, by)
		}
	}
	return nil
}

func (a *applier) leave(pid actors.PID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.programs = slices.DeleteFunc(a.mu.programs, func(f *following) bool { return f.pid == pid })
}

// in is the applier of one space.
func (a *applier) in(space string) cognitive.Applier { return spaceApplier{a, space} }

// spaceApplier tells the programs of a node of the commits of one space; they hear of them by their subscriptions.
type spaceApplier struct {
	a     *applier
	space string
}

// Prepare has nothing to ready: the config has no modules.
func (s spaceApplier) Prepare(_ string, _ kind.Value, done func(error)) { done(nil) }

// Abort has nothing to give up.
func (s spaceApplier) Abort(string, kind.Value) {}

// Apply counts the programs that the commit is in force for. One that was quicker than this call has confirmed already.
func (s spaceApplier) Apply(c cognitive.Commit, confirmed func(agent string)) (affected int, err error) {
	if c.Gone {
		return 0, nil
	}
	s.a.mu.Lock()
	x := &awaited{version: c.Version, confirmed: confirmed}
	var quick []string
	for _, f := range s.a.mu.programs {
		m, err := f.v.find(s.space, c.Variable)
		if err != nil {
			continue
		}
		if _, scope, ok := m.Look(c.Variable); !ok || scope != c.Scope {
			continue
		}
		name := f.v.who.Name
		x.agents = append(x.agents, name)
		if said, has := s.a.mu.said[confirmedBy{s.space, c.Variable, name}]; has && !said.Before(c.Version) {
			quick = append(quick, name)
		}
	}
	s.a.mu.waiting[[2]string{s.space, c.Variable}] = x
	s.a.mu.Unlock()
	for _, name := range quick {
		confirmed(name)
	}
	return len(x.agents), nil
}

// confirm takes an agent's word that it uses a version.
func (a *applier) confirm(space, variable, agent string, version cognitive.Version) {
	a.mu.Lock()
	by := confirmedBy{space, variable, agent}
	if a.mu.said[by].Before(version) {
		a.mu.said[by] = version
	}
	x := a.mu.waiting[[2]string{space, variable}]
	a.mu.Unlock()
	if x != nil && !version.Before(x.version) && slices.Contains(x.agents, agent) {
		x.confirmed(agent)
	}
}
