// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"sync"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/config"
)

// adaptations are the adaptations of the node's variables. They belong to the node, and outlive all processes.
type adaptations struct {
	n  *Node
	mu struct {
		sync.Mutex
		now map[string]config.VariableAdaptation // in force, by SPACE/VARIABLE
	}
}

func newAdaptations(n *Node) *adaptations {
	a := &adaptations{n: n}
	a.mu.now = map[string]config.VariableAdaptation{}
	return a
}

// of is what is in force for a variable.
func (a *adaptations) of(space, variable string) (config.VariableAdaptation, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	how, ok := a.mu.now[space+"/"+variable]
	return how, ok
}

// all are the names of what is in force, sorted, and what it is.
func (a *adaptations) all() ([]string, map[string]config.VariableAdaptation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(maps.Keys(a.mu.now)), maps.Clone(a.mu.now)
}

// set notes what is in force, and has it measured.
func (a *adaptations) set(space, variable string, how *config.VariableAdaptation) {
	defer a.n.tuning.measure.again()
	a.mu.Lock()
	defer a.mu.Unlock()
	if how == nil {
		delete(a.mu.now, space+"/"+variable)
		return
	}
	a.mu.now[space+"/"+variable] = *how
}

// begin starts the adaptation of a variable that has none.
func (a *adaptations) begin(ctx context.Context, s *cognitive.Space, variable string, how config.VariableAdaptation) error {
	err := s.Adapt(ctx, a.n.adaptation(variable, how))
	if err == nil {
		a.set(s.Name(), variable, &how)
	}
	return err
}

// change makes an adaptation the one of a variable, whether it has one or not. What was learned of values stays; a group is left as it is.
func (a *adaptations) change(ctx context.Context, s *cognitive.Space, variable string, how config.VariableAdaptation) error {
	err := s.Readapt(ctx, a.n.adaptation(variable, how))
	if errors.Is(err, cognitive.ErrNotFound) {
		return a.begin(ctx, s, variable, how)
	}
	if err == nil {
		a.set(s.Name(), variable, &how)
	}
	return err
}

// end stops the adaptation of a variable; its value stays.
func (a *adaptations) end(ctx context.Context, s *cognitive.Space, variable string) error {
	err := s.StopAdapting(ctx, variable)
	if err == nil {
		a.set(s.Name(), variable, nil)
	}
	return err
}

// adaptation is what a config says, as package cognitive has it. Its weights and bounds are more than the strategies of package adapt have, so all but two become an objective.
func (n *Node) adaptation(variable string, how config.VariableAdaptation) cognitive.Adaptation {
	a := cognitive.Adaptation{Variable: variable, Group: how.With, Share: how.Share}
	switch {
	case how.Immediate:
		a.Every = -1
	case how.Cycle != nil:
		a.Every = *how.Cycle
	}
	if how.Agents != "" {
		a.Agents = pool{n, how.Agents}
	}
	a.Spec = adapt.Spec{
		MinGain: how.MinGain, LearningRate: how.LearningRate, Exploration: how.Exploration, Warm: how.Warm, Settle: how.Settle,
		Trial: how.Trial, Watch: how.Watch, Patience: how.Patience, Budget: how.Budget,
	}
	switch {
	case how.Strategy == config.StaticStrategy:
		a.Spec.Strategy = adapt.Static
	case len(how.Loads) > 0:
		a.Spec.Strategy, a.Spec.Goals = adapt.LoadBalancing, adapt.Goals{Loads: how.Loads, Latency: latency, Ceiling: how.Ceilings[latency]}
	default:
		a.Spec.Objective = objective(how)
	}
	if how.Settle == 0 {
		a.Spec.Settle = -1 // what is written as 0 is none
	}
	for _, p := range how.Problems {
		a.Spec.Problems = append(a.Spec.Problems, problem(p))
	}
	return a
}

// latency is the one metric that may have a ceiling where loads are balanced.
const latency = "latency"

// objective is what a strategy is after.
func objective(how config.VariableAdaptation) (o adapt.Objective) {
	weights := how.Weighed()
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		o.Weights = append(o.Weights, adapt.Weight{Metric: name, Weight: weights[name]})
	}
	bounded := map[string]bool{}
	for name := range how.Floors {
		bounded[name] = true
	}
	for name := range how.Ceilings {
		bounded[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(bounded)) {
		b := adapt.Bound{Metric: name, Min: math.NaN(), Max: math.NaN()}
		if least, ok := how.Floors[name]; ok {
			b.Min = least
		}
		if most, ok := how.Ceilings[name]; ok {
			b.Max = most
		}
		o.Bounds = append(o.Bounds, b)
	}
	return o
}

func problem(p config.VariableProblem) adapt.Problem {
	level := func(x *float64) float64 {
		if x == nil {
			return math.NaN()
		}
		return *x
	}
	out := adapt.Problem{Name: p.Problem, Metric: p.Metric, Above: level(p.Above), Below: level(p.Below), For: p.For, First: action(p.First), Next: action(p.Next)}
	switch p.Figure {
	case "surely":
		out.Sure = true
	case "p50":
		out.Quantile = 0.5
	case "p95":
		out.Quantile = 0.95
	case "p99":
		out.Quantile = 0.99
	case "per_second":
		out.Rate = true
	}
	switch {
	case p.Clear != nil:
		out.Clear = *p.Clear
	case p.Above != nil:
		out.Clear = min(0.9**p.Above, *p.Above)
	default:
		out.Clear = level(p.Below)
	}
	return out
}

func action(a *config.VariableAction) adapt.Action {
	if a == nil {
		return adapt.Action{}
	}
	return adapt.Action{Direction: a.Direction, Option: a.Option, Escalate: a.Escalate}
}
