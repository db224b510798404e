// SPDX-License-Identifier: Apache-2.0

package dynamic

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Supervisor is the handle of a running dynamic supervisor; it stays valid when the process ends, and its calls then fail.
type Supervisor struct{ super *supervision.Supervisor }

// kind is what snapshots and trees call the process.
const kind = "dynamic"

// Start starts a supervisor without children. The name is unique in the system; inside a process the new supervisor is not linked to it
// (see StartLink). Errors: those of actors.Spawn, with supervision.Faults as the cause for an invalid spec.
func Start(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	return handle(supervision.Start(in, name, spec.supervision(), named(options)...))
}

// StartLink is Start with a link to the spawning process, which becomes the parent.
func StartLink(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	return handle(supervision.StartLink(in, name, spec.supervision(), named(options)...))
}

// StartInit is StartLink with the spec made by a function that runs as the new process, self. actors.Ignore and other errors of init end
// the start as they would for any process.
func StartInit(in actors.Spawner, name string, init func(self actors.PID) (Spec, error), options ...actors.Option) (*Supervisor, error) {
	return handle(supervision.StartInit(in, name, func(self actors.PID) (supervision.Spec, error) {
		spec, err := init(self)
		return spec.supervision(), err
	}, named(options)...))
}

func named(options []actors.Option) []actors.Option {
	return append([]actors.Option{actors.Kind(kind)}, options...)
}

func handle(super *supervision.Supervisor, err error) (*Supervisor, error) {
	return &Supervisor{super}, err
}

// Child describes a dynamic supervisor as a child of another supervisor. Its children are gone when it is restarted: whoever asked for them
// asks again.
func Child(id string, spec Spec) supervision.Child {
	return supervision.Child{ID: id, Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		s, err := StartLink(in, id, spec, actors.Local())
		return s.PID(), err
	}}
}

// Of returns the handle of a supervisor known by its PID; actors.ErrWrongType says that the process is none. That it is a dynamic one shows
// when it is asked to start a child.
func Of(pid actors.PID) (*Supervisor, error) {
	super, err := supervision.Of(pid)
	if err != nil {
		return nil, err
	}
	return &Supervisor{super}, nil
}

// PID returns the supervisor's process.
func (s *Supervisor) PID() actors.PID { return s.super.PID() }

// Supervisor returns the handle in its general form, for supervision.Tree and supervision.Request. Calls by id answer it with
// supervision.ErrDynamic.
func (s *Supervisor) Supervisor() *supervision.Supervisor { return s.super }

// StartChild starts one more child, as its spec says. Its ID may be taken by any number of others. The zero PID says that it chose not to
// start. Errors: supervision.Faults, which come before anybody is asked; ErrMaxChildren; *supervision.StartError.
func (s *Supervisor) StartChild(ctx context.Context, c supervision.Child) (actors.PID, error) {
	shared, err := supervision.Share(c)
	if err != nil {
		return actors.PID{}, err
	}
	return s.super.StartShared(ctx, shared, nil)
}

// TerminateChild stops a child within its shutdown time and forgets it. The former process of a child that is restarting ends its retries.
// ErrNotFound says that the process is no child, which is also true of one that was terminated or has ended for good.
func (s *Supervisor) TerminateChild(ctx context.Context, child actors.PID) error {
	return s.super.TerminateDynamic(ctx, child)
}

// Children returns one entry per child, latest start first. A restarting one has no PID.
func (s *Supervisor) Children(ctx context.Context) ([]supervision.ChildInfo, error) {
	return s.super.Children(ctx)
}

// Count returns how many children there are (Specs), how many of them have a process (Active), and how many are workers and supervisors. A
// child that has died counts as it did until the supervisor hears of it.
func (s *Supervisor) Count(ctx context.Context) (supervision.Counts, error) {
	return s.super.Count(ctx)
}

// Replace changes the spec of the running supervisor. Children stay, even if they are more than the new limit. Faults change nothing.
func (s *Supervisor) Replace(ctx context.Context, spec Spec) error {
	return s.super.Replace(ctx, spec.supervision())
}

// ReplaceInit is Replace with the spec made in the supervisor's turn. The error of init, or its panic as a *actors.CrashError, is returned
// and changes nothing; actors.Ignore changes nothing either and is no error.
func (s *Supervisor) ReplaceInit(ctx context.Context, init func() (Spec, error)) error {
	return s.super.ReplaceInit(ctx, func() (supervision.Spec, error) {
		spec, err := init()
		return spec.supervision(), err
	})
}
