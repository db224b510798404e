// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"

	"mabeam.dev/internal/nearest"
	"mabeam.dev/telemetry/alert"
)

// adaptation checks how a variable is adapted.
func (c *spaceCheck) adaptation(v SharedVariable, at string) {
	a := v.Adapt
	if a == nil || !v.Adaptable() {
		return // that others have the key is told
	}
	if a.Immediate && a.Cycle != nil {
		c.tell(at+".cycle", fault{code: CodeConflict, reason: "it thinks after each report already", want: "either cycle or immediate"})
	}
	if a.Strategy == "" || c.bad(at+".strategy") {
		return
	}
	c.grouped(v, at)
	if len(a.Weighed()) == 0 && a.Strategy != StaticStrategy && len(a.Loads) == 0 {
		c.tell(at+".weights", fault{code: CodeMissing, reason: "strategy " + string(a.Strategy) + " has no weights of its own", want: "a metric and what it is worth, as in {latency: -1}"})
	}
	if a.Strategy == CostStrategy && len(a.Floors) == 0 {
		c.tell(at+".floors", fault{code: CodeMissing, reason: "the lowest cost is that of doing nothing", want: "a floor of the quality, as in {quality: 0.8}"})
	}
	for name, least := range a.Floors { // the problems are sorted by place
		if most, both := a.Ceilings[name]; both && most <= least {
			c.tell(at+".ceilings."+name, fault{code: CodeConflict, reason: fmt.Sprintf("nothing is under %v and over %v", most, least), want: "a ceiling above the floor"})
		}
	}
	taken := map[string]string{}
	for i, p := range a.Problems {
		path := item(at+".problems", i)
		c.shared(taken, Plain(p.Problem), path+".problem", CodeDuplicateID, "a problem named "+quote(p.Problem)+" is there already")
		c.problem(v, p, path)
	}
	taken = map[string]string{}
	for i, s := range a.From {
		path := item(at+".from", i)
		c.shared(taken, Plain(s.Metric), path+".metric", CodeDuplicateID, "metric "+quote(s.Metric)+" is measured already")
		c.source(*a, s, path)
	}
}

// problem checks one state that should not be.
func (c *spaceCheck) problem(v SharedVariable, p VariableProblem, at string) {
	switch {
	case p.Above == nil && p.Below == nil:
		c.tell(at+".above", fault{code: CodeMissing, reason: "the problem has no level", want: "above or below"})
	case p.Above != nil && p.Below != nil:
		c.tell(at+".below", fault{code: CodeConflict, reason: "the problem has a level already", want: "one of above and below"})
	case p.Clear != nil && (p.Above != nil && *p.Clear > *p.Above || p.Below != nil && *p.Clear < *p.Below):
		c.tell(at+".clear", fault{code: CodeConflict, reason: "it would be over before it begins", want: "a level on the good side"})
	}
	for _, x := range []struct {
		key string
		do  *VariableAction
	}{{".first", p.First}, {".next", p.Next}} {
		if x.do != nil {
			c.action(v, *x.do, at+x.key)
		}
	}
	if p.Next != nil && p.First == nil {
		c.tell(at+".next", fault{code: CodeConflict, reason: "nothing is tried before it", want: "first"})
	}
}

// action checks what is tried against a problem.
func (c *spaceCheck) action(v SharedVariable, do VariableAction, at string) {
	ways := 0
	for _, used := range []bool{do.Direction != 0, do.Option != "", do.Escalate != ""} {
		if used {
			ways++
		}
	}
	switch {
	case ways != 1:
		c.tell(at, fault{code: CodeConflict, reason: fmt.Sprintf("the action does %d things", ways), want: "one of direction, option and escalate"}, at+".direction", at+".option")
	case do.Option != "" && v.Kind != ChoiceVariable:
		c.tell(at+".option", fault{code: CodeConflict, reason: "kind " + string(v.Kind) + " has no options", want: "a direction"})
	case do.Option != "":
		c.option(do.Option, v.Options, at+".option")
	case do.Direction != 0 && v.Kind == ChoiceVariable:
		c.tell(at+".direction", fault{code: CodeConflict, reason: "a choice has no direction", want: "an option"})
	}
}

// grouped checks the variables that are changed together, and their loads.
func (c *spaceCheck) grouped(v SharedVariable, at string) {
	a := v.Adapt
	for i, name := range a.With {
		path := item(at+".with", i)
		other, ok := c.input(name, path)
		switch {
		case !ok || other.Kind == "":
		case name == v.Variable || slices.Contains(a.With[:i], name):
			c.tell(path, fault{code: CodeDuplicateID, reason: quote(name) + " is there already", got: name})
		case !other.Adaptable():
			c.tell(path, fault{code: CodeConflict, reason: "kind " + string(other.Kind) + " cannot be adapted", got: name, want: "floats, integers and choices"})
		case other.Adapt != nil || slices.ContainsFunc(c.of.Variables, func(o SharedVariable) bool {
			return o.Variable != v.Variable && o.Adapt != nil && slices.Contains(o.Adapt.With, name)
		}):
			c.tell(path, fault{code: CodeConflict, reason: quote(name) + " is adapted elsewhere", got: name, want: "one adaptation for each variable"})
		}
	}
	switch n := len(a.Loads); {
	case n == 0:
	case a.Strategy != BalanceStrategy:
		c.tell(at+".loads", fault{code: CodeConflict, reason: "strategy " + string(a.Strategy) + " balances nothing", want: "strategy load_balancing"})
	case len(a.Floors) > 0 || len(a.Ceilings) > 1 || len(a.Ceilings) == 1 && a.Ceilings["latency"] <= 0:
		c.tell(at+".loads", fault{code: CodeConflict, reason: "where loads are moved only the latency has a bound", want: "ceilings: {latency: ...}"})
	case len(a.Weights) > 0:
		c.tell(at+".loads", fault{code: CodeConflict, reason: "the weights are the score already", want: "either loads or weights"})
	case n != len(a.With)+1 || n < 2:
		c.tell(at+".loads", fault{code: CodeConflict, reason: fmt.Sprintf("%d loads for %d variables", n, len(a.With)+1), want: "one for the variable and one for each in with"}, at+".with")
	}
}

// source checks one metric that the node measures.
func (c *spaceCheck) source(a VariableAdaptation, s VariableSource, at string) {
	var ways []string
	for _, w := range []struct {
		key  string
		used bool
	}{{"queue", s.Queue != ""}, {"of_agents", s.Agents != ""}, {"expression", s.Expression != ""}} {
		if w.used {
			ways = append(ways, w.key)
		}
	}
	if len(ways) != 1 {
		c.tell(at+".metric", fault{code: CodeConflict, reason: fmt.Sprintf("metric %s is measured in %d ways", quote(s.Metric), len(ways)), want: "one of queue, of_agents and expression"}, at+".queue", at+".of_agents", at+".expression")
		return
	}
	_, figure := c.places[at+".figure"]
	_, scope := c.places[at+".scope"]
	switch {
	case s.Queue == "" && figure:
		c.tell(at+".figure", fault{code: CodeConflict, reason: "figures are those of queues", want: "a queue"})
	case s.Expression == "" && scope:
		c.tell(at+".scope", fault{code: CodeConflict, reason: "a scope is that of an expression", want: "an expression"})
	}
	switch ways[0] {
	case "queue":
		if !slices.Contains(c.queues, s.Queue) {
			c.tell(at+".queue", fault{code: CodeUnknownValue, reason: "there is no queue " + quote(s.Queue), got: s.Queue, suggestion: nearest.Word(s.Queue, c.queues), oneOf: c.queues})
		}
	case "of_agents":
		if a.Agents == "" {
			c.tell(at+".of_agents", fault{code: CodeConflict, reason: "nobody knows which agents live by the variable", want: "adapt.agents, as in kind = \"exec\""})
		}
	case "expression":
		_, err := alert.ParseExpression(s.Expression)
		rule := AlertRule{Expression: s.Expression, Scope: s.Scope}
		c.decoder.expression(rule, err, at+".expression")
		c.scope(rule, at+".scope")
	}
}
