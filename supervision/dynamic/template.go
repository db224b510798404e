// SPDX-License-Identifier: Apache-2.0

package dynamic

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Template is a child spec that any number of children share, each started with args of type A of its own. It is immutable, belongs to no
// supervisor and may be used by many. The zero Template starts nothing.
type Template[A, M any] struct{ spec supervision.Shared }

// NewTemplate describes children whose behaviour start builds from their args, anew for each incarnation. change, which may be nil, sets
// the other fields of the spec; the options are those of actors.Spawn. Errors: supervision.Faults.
func NewTemplate[A, M any](
	id string, start func(args A) actors.Behavior[M], change func(c *supervision.Child), options ...actors.Option,
) (Template[A, M], error) {
	c := supervision.Template(id, start, options...)
	if start == nil {
		c.Start = nil // Faults say that it is missing
	}
	if change != nil {
		change(&c)
	}
	spec, err := supervision.Share(c)
	return Template[A, M]{spec}, err
}

// Start starts one more child of the supervisor with these args, which its restarts get too. The zero Ref says that it chose not to start.
// Errors: ErrMaxChildren, *supervision.StartError, supervision.Faults for the zero Template.
func (t Template[A, M]) Start(ctx context.Context, in *Supervisor, args A) (actors.Ref[M], error) {
	pid, err := in.super.StartShared(ctx, t.spec, args)
	if err != nil || pid.IsZero() {
		return actors.Ref[M]{}, err
	}
	return actors.RefOf[M](pid)
}

// Spec returns the spec of the children with its defaults filled in.
func (t Template[A, M]) Spec() supervision.Child { return t.spec.Child() }
