// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
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

// change makes an adaptation the one of a variable, whether it has one or not. What the former one has learned is lost.
func (a *adaptations) change(ctx context.Context, s *cognitive.Space, variable string, how config.VariableAdaptation) error {
	next := a.n.adaptation(variable, how)
	i, err := s.Info(variable)
	if err != nil {
		return err
	}
	if next.Spec.Kind = i.Kind; !next.Static {
		if err := next.Spec.Validate(); err != nil { // the one that there is stays
			return fmt.Errorf("node: adapt %q: %w", variable, err)
		}
	}
	if err := a.end(ctx, s, variable); err != nil && !errors.Is(err, cognitive.ErrNotFound) {
		return err
	}
	return a.begin(ctx, s, variable, how)
}

// end stops the adaptation of a variable; its value stays.
func (a *adaptations) end(ctx context.Context, s *cognitive.Space, variable string) error {
	err := s.StopAdapting(ctx, variable)
	if err == nil {
		a.set(s.Name(), variable, nil)
	}
	return err
}

// adaptation is what a config says, as package cognitive has it.
func (n *Node) adaptation(variable string, how config.VariableAdaptation) cognitive.Adaptation {
	a := cognitive.Adaptation{Variable: variable, Static: how.Strategy == config.StaticStrategy, Share: how.Share}
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
		Objective: objective(how), MinGain: how.MinGain, Step: how.LearningRate, MaxStep: max(0.25, how.LearningRate), Warm: how.Warm, Settle: how.Settle,
		Trial: how.Trial, Watch: how.Watch, Patience: how.Patience, Budget: how.Budget,
	}
	if how.Settle == 0 {
		a.Spec.Settle = -1 // what is written as 0 is none
	}
	for _, p := range how.Problems {
		a.Spec.Problems = append(a.Spec.Problems, problem(p))
	}
	return a
}

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
	out := adapt.Problem{Name: p.Problem, Metric: p.Metric, Above: level(p.Above), Below: level(p.Below), For: p.For, Direction: p.Direction, Option: p.Option}
	switch {
	case p.Clear != nil:
		out.Clear = *p.Clear
	case p.Above != nil:
		out.Clear = *p.Above
	default:
		out.Clear = level(p.Below)
	}
	return out
}
