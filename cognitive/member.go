// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/cognitive/kind"
)

// Member is a space as one agent sees and uses it. It may be used by any number of goroutines and outlives the agent's process: a value for the agent alone stays in force
// across its restarts, until it expires or is taken away.
type Member struct {
	s   *Space
	who Agent
}

// As returns the space as an agent sees and uses it.
func (s *Space) As(who Agent) *Member { return &Member{s, who} }

// Space returns the space, Agent who the member is.
func (m *Member) Space() *Space { return m.s }

// Agent returns who the member is.
func (m *Member) Agent() Agent { return m.who }

// Configuration returns all values as the agent sees them, as one cut.
func (m *Member) Configuration() View { return m.s.Configuration(m.who) }

// Suggest proposes a value in the agent's name; see [Space.Suggest].
func (m *Member) Suggest(ctx context.Context, variable string, v kind.Value, rationale string, options ...ProposeOption) (Result, error) {
	return m.s.Suggest(ctx, m.who.Name, variable, v, rationale, options...)
}

// Report tells what the agent has measured; see [Space.Report]. The agent of the feedback is filled in.
func (m *Member) Report(f Feedback) error {
	f.Agent = m.who.Name
	return m.s.Report(f)
}

// Read returns a variable as the member's agent sees it: each Get is one atomic load.
func Read[T Values](m *Member, variable string) (*Bound[T], error) {
	v, err := Lookup[T](m.s, variable)
	if err != nil {
		return nil, err
	}
	return v.For(m.who), nil
}

// home is what agents of a system find.
type home struct {
	mu struct {
		sync.Mutex
		node   string
		spaces []*Space
	}
}

func homeOf(sys *actors.System) *home {
	return actors.Extend(sys, func() *home { return &home{} })
}

// Host says which spaces the agents of a system find with [For], and the name of the node that they run on. The program that builds a node calls it; a later call replaces what
// an earlier one said.
func Host(sys *actors.System, node string, spaces ...*Space) {
	h := homeOf(sys)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mu.node, h.mu.spaces = node, spaces
}

// For returns a space as the agent sees and uses it in one of whose tasks ctx is; see [Host]. Where the system has one space alone its name may be empty. ErrNotFound says that ctx
// is that of no task, or that there is no such space.
func For(ctx context.Context, space string) (*Member, error) {
	caller, inside := actors.CallerOf(ctx)
	spec, working := agents.Self(ctx)
	if !inside || !working {
		return nil, fmt.Errorf("cognitive: space %q: no task of an agent: %w", space, ErrNotFound)
	}
	h := homeOf(actors.SystemOf(caller))
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.mu.spaces, func(s *Space) bool { return s.Name() == space })
	if space == "" && len(h.mu.spaces) == 1 {
		i = 0
	}
	if i < 0 {
		return nil, fmt.Errorf("cognitive: space %q: %w", space, ErrNotFound)
	}
	return h.mu.spaces[i].As(AgentOf(spec, h.mu.node)), nil
}

// AgentOf is an agent, on a node, as spaces know it.
func AgentOf(s agents.Spec, node string) Agent {
	who := Agent{Name: s.ID, Node: node}
	if s.Role != "" {
		who.Roles = []string{s.Role}
	}
	return who
}

// Look returns what the agent sees of a variable now, and the scope that it is of: empty for that of all. It is false for a variable that is not there.
func (m *Member) Look(variable string) (seen Seen, scope string, ok bool) {
	e := m.s.root.Load().find(variable)
	if e == nil {
		return Seen{}, "", false
	}
	seen = Seen{Variable: variable, Value: e.value, Version: e.version, Flags: e.flags, Why: e.why}
	if c, there := e.forScopes(m.who.scopes()); there {
		seen.Value, seen.Version, seen.Flags, scope = c.Value, c.Version, seen.Flags|Overridden, c.Scope
	}
	return seen, scope, true
}
