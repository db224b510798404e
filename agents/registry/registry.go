// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Registry is the handle of a registry: it reads the tables, and reaches the process that writes them under its name, so it survives restarts
// of both. It may be used by any number of goroutines.
type Registry struct {
	sys     *actors.System
	options Options
	ref     actors.Ref[message]
	readers atomic.Pointer[readers]
	circle  circle
	inbox   inbox
	nudges  atomic.Pointer[actors.Feed[message]] // to the owner of now; nil before the first
	sealed  atomic.Bool                          // see SetReadOnly

	passing func(point string) // where a commit is; nil but in tests, which end the owner there
}

var _ Book = (*Registry)(nil)

// New returns the handle of a registry, whether or not it runs yet, and the child that runs it: a supervisor of the owner and the holder. Errors
// are those of [Options.Validate].
func New(sys *actors.System, o Options) (*Registry, supervision.Child, error) {
	if err := o.Validate(); err != nil {
		return nil, supervision.Child{}, err
	}
	o = o.withDefaults()
	r := &Registry{sys: sys, options: o, ref: actors.Named[message](sys, o.Name)}
	if o.Source != nil {
		o.Source.Observe(r.news)
	}
	return r, supervision.Sub(o.Name, supervision.Spec{
		Intensity: o.Intensity,
		Children:  []supervision.Child{r.holderChild(), r.ownerChild()},
	}), nil
}

// Name returns the registry's name.
func (r *Registry) Name() string { return r.options.Name }

// The names of the registry's tables.
func (o Options) rowsName() string { return o.Name + ".rows" }
func (o Options) viewName() string { return o.Name + ".view" }
func (o Options) pastName() string { return o.Name + ".past" }

// pass says that a commit has come to a point.
func (r *Registry) pass(point string) {
	if r.passing != nil {
		r.passing(point)
	}
}
