// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"errors"
	"slices"
)

// Option is one option of a choice.
type Option struct {
	// Name is unique and not empty.
	Name string `json:"name"`
	// Cost is what using the option costs, in the user's unit; not negative.
	Cost float64 `json:"cost,omitempty"`
	// Weight is the share of work that the option gets where several are in use; not negative.
	Weight float64 `json:"weight,omitempty"`
	// Disabled options stay known but cannot be chosen.
	Disabled bool `json:"disabled,omitempty"`
}

// Choice is one of at least two options.
type Choice struct {
	// Options are all of them, in the order in which they are shown.
	Options []Option `json:"options"`
	// SwitchingCost is what a change of the option must gain at least before an adapter may make it, in the unit of its objective.
	SwitchingCost float64 `json:"switching_cost,omitempty"`
}

// OptionsOf makes a choice of names alone.
func OptionsOf(names ...string) Choice {
	c := Choice{Options: make([]Option, len(names))}
	for i, n := range names {
		c.Options[i].Name = n
	}
	return c
}

// Type returns Text.
func (Choice) Type() Type   { return Text }
func (Choice) name() string { return "choice" }

// Validate returns every problem, joined.
func (k Choice) Validate() error { return k.validate("choice") }

func (k Choice) validate(kind string) error {
	var problems []error
	if len(k.Options) < 2 {
		problems = append(problems, wrong(kind, "Options", "%d, want at least 2", len(k.Options)))
	}
	enabled := 0
	for i, o := range k.Options {
		if o.Name == "" {
			problems = append(problems, wrong(kind, "Options", "number %d has no name", i+1))
		} else if slices.IndexFunc(k.Options, func(p Option) bool { return p.Name == o.Name }) != i {
			problems = append(problems, wrong(kind, "Options", "%q is there twice", o.Name))
		}
		if !finite(o.Cost) || o.Cost < 0 || !finite(o.Weight) || o.Weight < 0 {
			problems = append(problems, wrong(kind, "Options", "%q has a cost or a weight that is no amount", o.Name))
		}
		if !o.Disabled {
			enabled++
		}
	}
	if enabled == 0 && len(k.Options) > 0 {
		problems = append(problems, wrong(kind, "Options", "all are disabled"))
	}
	if !finite(k.SwitchingCost) || k.SwitchingCost < 0 {
		problems = append(problems, wrong(kind, "SwitchingCost", "%v is no amount", k.SwitchingCost))
	}
	return errors.Join(problems...)
}

// Normal returns the option, if it can be chosen.
func (k Choice) Normal(v Value) (Value, error) {
	if err := typed(k, v); err != nil {
		return Value{}, err
	}
	for _, o := range k.Options {
		if o.Name == v.text && !o.Disabled {
			return v, nil
		}
	}
	return Value{}, &UnknownChoiceError{Got: v.text, Options: k.Enabled()}
}

// Enabled returns the options that can be chosen, in their order.
func (k Choice) Enabled() []string {
	var names []string
	for _, o := range k.Options {
		if !o.Disabled {
			names = append(names, o.Name)
		}
	}
	return names
}

// First returns the first option that can be chosen.
func (k Choice) First() Value {
	for _, o := range k.Options {
		if !o.Disabled {
			return OfChoice(o.Name)
		}
	}
	return Value{}
}

// Distance is 0 or 1.
func (Choice) Distance(a, b Value) float64 { return unequal(a, b) }

// Module is a choice among registered implementations: who runs them prepares one before it is committed.
type Module struct{ Choice }

func (Module) name() string { return "module" }

// Validate returns every problem, joined.
func (k Module) Validate() error { return k.validate("module") }
