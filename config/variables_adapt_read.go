// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
)

// ReadAdaptation reads how a variable of a config is to be adapted from a text of its own, YAML or JSON, with the keys of the section adapt. What it does not say is as it is now,
// but for weights and loads, which are those of a strategy; without an adaptation now it is the default. The error is an Errors whose paths begin with adapt.
func ReadAdaptation(cfg Config, space, variable string, now *VariableAdaptation, series []string, data []byte) (VariableAdaptation, error) {
	var how VariableAdaptation
	top, _, problems := parse("adapt", data)
	if top == nil {
		return how, finish(problems)
	}
	d := &decoder{shapes: shapes{}, series: series, places: map[string]place{}, refused: map[string]bool{}, problems: problems}
	for _, p := range problems {
		d.refused[p.path] = true
	}
	d.decode(top, reflect.ValueOf(&how).Elem(), "adapt", field{})
	if now != nil {
		was := *now
		if top.get("strategy") != nil && how.Strategy != was.Strategy {
			was.Weights, was.Loads = nil, nil
		}
		keep(d, top, reflect.ValueOf(&how).Elem(), reflect.ValueOf(was))
	}
	s := slices.IndexFunc(cfg.Variables.Spaces, func(s VariableSpace) bool { return s.Space == space })
	if s >= 0 {
		c := newSpaceCheck(d, "adapt", cfg.Variables.Spaces[s], &cfg)
		v, ok := c.known[variable]
		switch {
		case !ok:
		case !v.Adaptable():
			c.tell("adapt", fault{code: CodeConflict, reason: "kind " + string(v.Kind) + " cannot be adapted", got: variable, want: "floats, integers and choices"})
		default:
			v.Adapt = &how
			c.adaptation(v, "adapt")
		}
	}
	if len(d.problems) > 0 {
		return VariableAdaptation{}, finish(d.problems)
	}
	return how, nil
}

// keep takes over what a text does not say.
func keep(d *decoder, top *value, into, from reflect.Value) {
	for _, f := range d.shapes.of(into.Type()) {
		if top.get(f.name) == nil {
			into.FieldByIndex(f.index).Set(from.FieldByIndex(f.index))
		}
	}
}
