// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive"
	"mabeam.dev/config"
	"mabeam.dev/internal/admin"
)

// AdaptationError is what is wrong with a way to adapt a variable that somebody has asked for.
type AdaptationError struct {
	Problems config.Errors // all of them
}

// Error names all of it.
func (e *AdaptationError) Error() string {
	all := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		all[i] = p.Path + ": " + p.Reason
		if p.Suggestion != "" {
			all[i] += "; did you mean " + p.Suggestion + "?"
		}
	}
	return strings.Join(all, "; ")
}

// Unwrap returns the problems.
func (e *AdaptationError) Unwrap() error { return e.Problems }

// FaultCode is E1988.
func (*AdaptationError) FaultCode() fault.Code { return 1988 }

// tunes serves how variables are adapted besides everything else.
func (n *Node) tunes(all http.Handler, o admin.VariableOptions) http.Handler {
	if n.tuning.adapted == nil {
		return all
	}
	return admin.WithAdaptation(all, admin.Adaptation(admin.AdaptationOptions{VariableOptions: o, Adapting: n.tuning.adapted, Now: n.sys.Now}))
}

// Adapt makes an adaptation that of a variable; see admin.Adapting.
func (a *adaptations) Adapt(ctx context.Context, space, variable string, how []byte) error {
	s := a.n.VariableSpace(space)
	if s == nil {
		return cognitive.ErrNotFound
	}
	var now *config.VariableAdaptation
	if one, ok := a.of(space, variable); ok {
		now = &one
	}
	next, err := config.ReadAdaptation(a.n.o.Config, space, variable, now, SeriesNames(), how)
	if problems, bad := err.(config.Errors); bad { //nolint:errorlint // it is that type itself
		return &AdaptationError{problems}
	}
	if err != nil {
		return err
	}
	if now != nil && !slices.Equal(now.With, next.With) {
		if err := a.end(ctx, s, variable); err != nil {
			return err
		}
	}
	return a.change(ctx, s, variable, next)
}

// Stop ends the adaptation of a variable; see admin.Adapting.
func (a *adaptations) Stop(ctx context.Context, space, variable string) error {
	s := a.n.VariableSpace(space)
	if s == nil {
		return cognitive.ErrNotFound
	}
	return a.end(ctx, s, variable)
}

// Strategy is what a variable is adapted for; see admin.Adapting.
func (a *adaptations) Strategy(space, variable string) string {
	how, _ := a.of(space, variable)
	return string(how.Strategy)
}
