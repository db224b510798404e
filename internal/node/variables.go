// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/internal/node/varlog"
	"mabeam.dev/supervision"
)

// variables is what the service of variables leaves. Without a section variables in the config everything in it is nil.
type variables struct {
	spaces  []*cognitive.Space // in the order of the config
	decider *decider
	adding  *adding
	adapted *adaptations
	measure *measures
	teams   *teams
	applier *applier
}

// variableTypes lets the journal take the records of variables, which have a form of their own.
func variableTypes(c *events.Catalog) { c.Untyped(varlog.Prefix) }

// VariableSpaces returns the node's spaces of variables, in the order of the config.
func (n *Node) VariableSpaces() []*cognitive.Space { return n.tuning.spaces }

// VariableSpace returns a space of variables by its name; nil if the node has none of the name.
func (n *Node) VariableSpace(name string) *cognitive.Space {
	for _, s := range n.tuning.spaces {
		if s.Name() == name {
			return s
		}
	}
	return nil
}

// variablesService runs the spaces of variables and adds what the config says. It is up before the agents are, which live by what it has.
var variablesService = service{
	Service: phase.Service{
		Name: "variables", Phase: phase.Cognition, Need: phase.Optional, Loss: phase.Alone,
		Without: "No variable changes; the values that there are can be read. When the space is back it goes on from its log.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Variables
		if c == nil || len(c.Spaces) == 0 {
			return nil, nil
		}
		var children []supervision.Child
		o := cognitive.SpaceOptions{Journal: varlog.New(n.journal), Decider: mute{}}
		if n.o.Config.Coordination != nil {
			n.tuning.decider = newDecider(n)
			o.Decider = n.tuning.decider
			children = append(children, patient(n.tuning.decider.child()))
		}
		n.tuning.applier = newApplier()
		for _, s := range c.Spaces {
			o.Name, o.Applier = s.Space, n.tuning.applier.in(s.Space)
			space, child, err := cognitive.NewSpace(n.sys, o)
			if err != nil {
				return nil, err
			}
			n.tuning.spaces = append(n.tuning.spaces, space)
			children = append(children, patient(child))
		}
		n.shareVariables()
		n.tuning.adding = &adding{n: n}
		n.tuning.adapted, n.tuning.measure = newAdaptations(n), newMeasures(n)
		children = append(children, patient(supervision.Worker("adding", func() actors.Behavior[addingStep] { return &adder{a: n.tuning.adding} }, actors.Kind("cognitive.adding"))))
		children = append(children, patient(n.tuning.measure.child()))
		if n.tuning.teams = newTeams(n); n.tuning.teams != nil {
			children = append(children, patient(n.tuning.teams.child()))
		}
		return []supervision.Child{supervision.Sub("variables", supervision.Spec{Intensity: unbounded, Children: children})}, nil
	},
	health: func(n *Node) string {
		if n.tuning.adding == nil {
			return ""
		}
		return n.tuning.adding.problem()
	},
}

// additions are what the config says of variables, in an order in which each can be added.
func (n *Node) additions() (all []entry) {
	for i, s := range n.o.Config.Variables.Spaces {
		space := n.tuning.spaces[i]
		for _, v := range s.Ordered() {
			all = append(all, entry{"variable " + s.Space + "/" + v.Variable, func(ctx context.Context) error { return addVariable(ctx, space, v) }})
			if how := v.Adapt; how != nil {
				all = append(all, entry{"adaptation of " + s.Space + "/" + v.Variable, func(ctx context.Context) error { return n.tuning.adapted.begin(ctx, space, v.Variable, *how) }})
			}
		}
		for _, k := range s.Constraints {
			all = append(all, entry{"constraint " + s.Space + "/" + k.Constraint, func(context.Context) error {
				return space.Constrain(cognitive.Constraint{Name: k.Constraint, Variables: k.Variables, Text: k.Expression, Budget: k.Factors, Limit: k.Limit})
			}})
		}
	}
	return all
}

// addVariable adds a variable of the config. One that the journal has keeps its value.
func addVariable(ctx context.Context, space *cognitive.Space, v config.SharedVariable) error {
	first, err := v.First()
	if err != nil {
		return err
	}
	set := cognitive.Settings{Initial: first, Burst: v.Burst, Slew: v.Slew, Agents: v.Proposers, About: v.About, Decision: decisionPolicy(v), Confirm: confirmation(v)}
	switch v.Durability {
	case "buffered":
		set.Durability = cognitive.Buffered
	case "ephemeral":
		set.Durability = cognitive.Ephemeral
	}
	// What is written as 0 is none, and what is not written the default.
	if v.Cooldown != nil {
		if set.Cooldown = *v.Cooldown; set.Cooldown == 0 {
			set.Cooldown = -1
		}
	}
	if v.Rate != nil {
		set.Rate = *v.Rate
	}
	if v.DeadBand != nil {
		if set.DeadBand = *v.DeadBand; set.DeadBand == 0 {
			set.DeadBand = -1
		}
	}
	if v.Kind != config.CompositeVariable {
		return space.Add(ctx, v.Variable, v.Describe(), cognitive.With(set))
	}
	c := cognitive.Composite{Inputs: v.Inputs, Names: v.Names, Text: v.Expression, Cost: uint64(v.Cost)}
	switch v.Result {
	case "integer":
		_, err = cognitive.AddComposite[int64](ctx, space, v.Variable, c)
	case "text":
		_, err = cognitive.AddComposite[string](ctx, space, v.Variable, c)
	case "truth":
		_, err = cognitive.AddComposite[bool](ctx, space, v.Variable, c)
	default:
		_, err = cognitive.AddComposite[float64](ctx, space, v.Variable, c)
	}
	return err
}

// decisionPolicy is who must agree to changes, as package cognitive has it.
func decisionPolicy(v config.SharedVariable) cognitive.Policy {
	if !v.Decided() {
		return cognitive.Policy{}
	}
	d := v.Decision
	return cognitive.Policy{Mode: string(d.Mode), Above: d.Above, Support: d.Support, Quorum: d.Quorum, Electorate: d.Electorate, Within: d.Within}
}

// there reports whether something was added before.
func there(err error) bool { return errors.Is(err, cognitive.ErrDuplicateName) }
