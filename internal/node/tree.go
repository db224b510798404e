// SPDX-License-Identifier: Apache-2.0

package node

import (
	"encoding/json"
	"fmt"
	"time"

	"mabeam.dev/agents"
	"mabeam.dev/agents/chaos"
	"mabeam.dev/config"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// treeService is the tree of the config.
var treeService = service{
	Service: phase.Service{
		Name: "tree", Phase: phase.Agents, Loss: phase.Rebuilds,
		Without: "Tasks wait for an agent that can do them. When the tree's root gives up, it and the queues are started again.",
	},
	stands: true,
	make: func(n *Node) ([]supervision.Child, error) {
		cfg := n.o.Config
		if cfg.Tree == nil {
			return nil, nil
		}
		tree, err := n.builder().group(cfg.Tree.Group)
		if err != nil {
			return nil, err
		}
		return []supervision.Child{n.phaseSupervisor(cfg.Tree.ID, tree)}, nil
	},
}

// builder turns config into specs.
type builder struct {
	kinds  agents.Kinds
	dir    *agents.Directory
	faults chaos.Plan
	trace  func(*agents.Spec) // puts tracing around an agent's work, if there is any
	keys   func(agent string) (agents.Keys, error)
}

// group converts a supervisor's settings and children.
func (b builder) group(g config.Group) (supervision.Spec, error) {
	raw := plan.RawSpec{Strategy: string(g.Strategy), AutoShutdown: string(g.AutoShutdown)}
	flags, err := raw.Parse()
	if err != nil {
		return supervision.Spec{}, err
	}
	s := supervision.Spec{
		Strategy: flags.Strategy, AutoShutdown: flags.AutoShutdown,
		Intensity: intensity(g.Intensity, g.Period),
	}
	for _, c := range g.Children {
		children, err := b.children(c)
		if err != nil {
			return supervision.Spec{}, err
		}
		s.Children = append(s.Children, children...)
	}
	return s, nil
}

// children converts one entry, which may stand for several agents.
func (b builder) children(c config.Child) ([]supervision.Child, error) {
	raw := plan.RawChild{ID: c.ID, Start: c.ID, Restart: string(c.Restart)}
	flags, err := raw.Parse(nil)
	if err != nil {
		return nil, err
	}
	if c.Kind == config.KindSupervisor {
		spec, err := b.group(c.Group)
		if err != nil {
			return nil, err
		}
		sub := supervision.Sub(c.ID, spec)
		sub.Restart, sub.Shutdown, sub.Significant = flags.Restart, shutdown(c.Shutdown), c.Significant
		restarts(c, &sub)
		return []supervision.Child{sub}, nil
	}
	var out []supervision.Child
	for _, id := range c.IDs() {
		spec := agents.Spec{
			ID: id, Capabilities: capabilities(c), Concurrency: c.Concurrency, Restart: flags.Restart,
			Shutdown: shutdown(c.Shutdown), Significant: c.Significant,
			Team: c.Team, Role: c.Role, Labels: labels(c.Labels), Weight: c.Weight, Limits: limits(c.Resources), Price: price(c.Resources), Health: policy(c.Health),
		}
		kind, err := b.kind(c, &spec)
		if err == nil && b.keys != nil {
			spec.Keys, err = b.keys(id)
		}
		if err != nil {
			return nil, err
		}
		child, err := agents.Child(spec, kind, b.dir)
		if err != nil {
			return nil, err
		}
		restarts(c, &child)
		out = append(out, child)
	}
	return out, nil
}

// kind finds the kind and gives the spec its settings.
func (b builder) kind(c config.Child, s *agents.Spec) (agents.Kind, error) {
	var settings any = c.Settings
	if c.Kind == config.KindExec {
		settings = program(c)
	}
	if settings != nil {
		data, err := json.Marshal(settings)
		if err != nil {
			return agents.Kind{}, fmt.Errorf("node: settings of agent %q: %w", c.ID, err)
		}
		s.Settings = data
	}
	kind, ok := b.kinds[c.Kind]
	if !ok {
		return agents.Kind{}, fmt.Errorf("node: agent %q: unknown kind %q", c.ID, c.Kind)
	}
	if b.faults.Active() {
		s.Wrap = func(w agents.Worker) agents.Worker { return chaos.Wrap(w, b.faults) }
	}
	answering(c, s)
	if b.trace != nil {
		b.trace(s)
	}
	return kind, nil
}

// restarts converts the sections about restarts.
func restarts(c config.Child, to *supervision.Child) {
	if b := c.Backoff; b != nil {
		to.Backoff = &supervision.Backoff{Initial: b.Initial, Max: b.Max, Factor: b.Factor, Jitter: b.Jitter, ResetAfter: b.ResetAfter}
	}
	if l := c.RestartLimit; l != nil {
		to.Limit = &supervision.Limit{Intensity: intensity(l.Intensity, l.Period)}
		if l.Then == config.GiveUp {
			to.Limit.Then = supervision.GiveUp
		}
	}
	if s := c.Schedule; s != nil {
		to.Schedule = &supervision.Schedule{Every: s.Every, Jitter: s.Jitter}
	}
}

// intensity converts what a file writes, where 0 is no default.
func intensity(restarts int, period time.Duration) supervision.Intensity {
	if restarts == 0 {
		restarts = supervision.NoRestarts
	}
	return supervision.Intensity{Max: restarts, Within: period}
}

func shutdown(s config.Shutdown) supervision.Shutdown {
	switch {
	case s.BrutalKill:
		return supervision.Brutal
	case s.Infinity:
		return supervision.Infinity
	}
	return supervision.After(s.Timeout)
}

// faults converts the chaos section.
func faults(c *config.Chaos) chaos.Plan {
	if c == nil {
		return chaos.Plan{}
	}
	rate := func(r config.Rate) chaos.Rate {
		if r.Every > 0 {
			return chaos.Every(r.Every)
		}
		return chaos.PerMille(r.PerMille)
	}
	return chaos.Plan{Seed: c.Seed, Panic: rate(c.Panic), Hang: rate(c.Hang), Exit: rate(c.Exit)}
}
