// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"

	"mabeam.dev/actors"
)

// Msg is what a registry's process takes. Registries send it themselves; nobody else has a use for it.
type Msg struct{ wait func() } // somebody waits for a lock

// Start starts a process with a registry of its own. Started from a process it is linked to it and ends with it; started from a system it lives
// until the system closes or somebody stops its PID. Under a supervisor give Owner to the child instead. Errors are those of actors.Spawn;
// behind an *actors.StartError are those of Spec.Validate and the *actors.NameTakenError of a name that another process has.
func Start[K comparable, V any](in actors.Spawner, spec Spec) (*Registry[K, V], error) {
	spawn := actors.Spawn[Msg]
	if _, inside := in.(actors.Sender); inside {
		spawn = actors.SpawnLink[Msg]
	}
	ref, err := spawn(in, spec.Name, Owner[K, V](spec), actors.Local(), actors.Kind("registry"), actors.MailboxSize(-1))
	if err != nil {
		return nil, err
	}
	r, ok := ref.PID().Published().(*Registry[K, V])
	if !ok {
		return nil, &refusal{"start", spec.Name, ErrEnded} // it has been killed between its start and now
	}
	return r, nil
}

// Owner makes the behaviour of a process that owns a registry, for supervision.Worker and the like. Each incarnation makes a registry of its own,
// which is empty; Open finds it by the name of the spec.
func Owner[K comparable, V any](spec Spec) func() actors.Behavior[Msg] {
	return func() actors.Behavior[Msg] { return &owner[K, V]{spec: spec} }
}

// owner is the process of a registry. Registering and looking up go past it: it is there so that the registry ends when it does, and so
// that those who wait for a lock have somebody to wait for.
type owner[K comparable, V any] struct {
	spec Spec
	r    *Registry[K, V]
}

func (o *owner[K, V]) Init(c *actors.Context[Msg]) error {
	if err := o.spec.Validate(); err != nil {
		return err
	}
	if o.spec.Name != "" {
		var taken *actors.NameTakenError
		if err := c.Register(o.spec.Name); err != nil && (!errors.As(err, &taken) || taken.Holder != c.PID()) {
			return err
		}
	}
	o.r = newRegistry[K, V](o.spec, c.Self())
	if _, err := actors.AtEnd(c, o.r.end); err != nil {
		return err
	}
	c.Publish(o.r)
	return nil
}

func (o *owner[K, V]) Receive(_ *actors.Context[Msg], m Msg) error {
	if m.wait != nil {
		m.wait()
	}
	return nil
}

// View is what a registry's process shows of itself.
type View struct {
	Name       string // of the registry
	Keys       string // unique or duplicate
	Partitions int    // that the keys are spread over
	Entries    int    // registrations
	Holders    int    // processes that have some
	Listeners  int    // who hear of registrations
}

// Inspect returns a View.
func (o *owner[K, V]) Inspect() any {
	r := o.r
	return View{
		Name: r.spec.Name, Keys: r.spec.Keys.String(), Partitions: len(r.parts), Entries: int(r.size.Load()),
		Holders: r.holders.Size(), Listeners: len(r.heard.now()),
	}
}
