// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"reflect"

	"mabeam.dev/config"
)

// retuning is a change of how one variable adapts.
type retuning struct {
	space, variable string
	now, next       *config.VariableAdaptation // nil for none
}

func (t retuning) change() change {
	c := change{mark: '~', key: "variables.spaces[" + t.space + "].variables[" + t.variable + "].adapt"}
	switch {
	case t.now == nil:
		c.mark = '+'
	case t.next == nil:
		c.mark = '-'
	}
	return c
}

// retunings are what a reload changes about adaptation. It can do so if the variables are the same but for how they adapt; then same is true. What is in force counts, whether the
// config or somebody since has said so.
func (n *Node) retunings(next config.Config) (all []retuning, same bool) {
	if n.tuning.adapted == nil || next.Variables == nil || !reflect.DeepEqual(unadapted(n.o.Config.Variables), unadapted(next.Variables)) {
		return nil, false
	}
	for _, s := range next.Variables.Spaces {
		for _, v := range s.Variables {
			t := retuning{space: s.Space, variable: v.Variable, next: v.Adapt}
			if how, ok := n.tuning.adapted.of(s.Space, v.Variable); ok {
				t.now = &how
			}
			if !reflect.DeepEqual(t.now, t.next) {
				all = append(all, t)
			}
		}
	}
	return all, true
}

// unadapted is what a config says of variables, without how they adapt.
func unadapted(v *config.Variables) config.Variables {
	out := config.Variables{}
	for _, s := range v.Spaces {
		s.Variables = append([]config.SharedVariable(nil), s.Variables...)
		for i := range s.Variables {
			s.Variables[i].Adapt = nil
		}
		out.Spaces = append(out.Spaces, s)
	}
	return out
}

// retune does what a reload changes. Adaptations that end are first, so that their variables may be part of others.
func (n *Node) retune(ctx context.Context, all []retuning) error {
	var errs []error
	for _, t := range all {
		if t.now != nil && (t.next == nil || !reflect.DeepEqual(t.now.With, t.next.With)) {
			errs = append(errs, n.tuning.adapted.end(ctx, n.VariableSpace(t.space), t.variable))
		}
	}
	for _, t := range all {
		if t.next != nil {
			errs = append(errs, n.tuning.adapted.change(ctx, n.VariableSpace(t.space), t.variable, *t.next))
		}
	}
	return errors.Join(errs...)
}
