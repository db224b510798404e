// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// Spec describes a supervisor of tasks. The zero value has Elixir's defaults.
type Spec = dynamic.Spec

// Supervisor is the handle of a running supervisor of tasks; it stays valid when the process ends, and its calls then fail.
type Supervisor struct{ super *dynamic.Supervisor }

// Start starts a supervisor without tasks. The name is unique in the system; inside a process the new supervisor is not linked to it (see
// StartLink). Errors: those of actors.Spawn, with supervision.Faults as the cause for an invalid spec.
func Start(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	return handle(dynamic.Start(in, name, spec, named(options)...))
}

// StartLink is Start with a link to the spawning process, which becomes the parent.
func StartLink(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	return handle(dynamic.StartLink(in, name, spec, named(options)...))
}

func named(options []actors.Option) []actors.Option {
	return append([]actors.Option{actors.Kind("tasks")}, options...)
}

func handle(super *dynamic.Supervisor, err error) (*Supervisor, error) {
	return &Supervisor{super}, err
}

// Child describes a supervisor of tasks as a child of another supervisor. Its tasks end with it.
func Child(id string, spec Spec, options ...actors.Option) supervision.Child {
	options = append([]actors.Option{actors.Local()}, options...)
	return supervision.Child{ID: id, Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		s, err := StartLink(in, id, spec, options...)
		return s.PID(), err
	}}
}

// Of returns the handle of a supervisor known by its PID; actors.ErrWrongType says that the process is none.
func Of(pid actors.PID) (*Supervisor, error) {
	super, err := dynamic.Of(pid)
	if err != nil {
		return nil, err
	}
	return &Supervisor{super}, nil
}

// PID returns the supervisor's process; the zero PID for the zero Supervisor.
func (s *Supervisor) PID() actors.PID {
	if s.super == nil {
		return actors.PID{}
	}
	return s.super.PID()
}

// Supervisor returns the handle in its general form, for supervision.Tree.
func (s *Supervisor) Supervisor() *supervision.Supervisor { return s.super.Supervisor() }

// StartChild starts a task that nobody waits for: it is supervised, and its end is known to nobody else. An error that run returns is a
// crash. Errors: ErrMaxChildren; supervision.Faults for an invalid option; those of a call to a supervisor that has ended.
func (s *Supervisor) StartChild(ctx context.Context, run func(ctx *Context) error, options ...Option) (actors.PID, error) {
	if run == nil {
		panic("task: StartChild needs a function")
	}
	template, err := settingsOf(options).template()
	if err != nil {
		return actors.PID{}, err
	}
	j := &job{callers: callersFor(ctx), run: func(ctx *Context) error {
		if err := run(ctx); err != nil {
			return err
		}
		return actors.Stop
	}}
	ref, err := j.start(ctx, s, template)
	return ref.PID(), err
}

// TerminateChild stops a task within its shutdown time. dynamic.ErrNotFound says that the process is no task of this supervisor, or has
// ended.
func (s *Supervisor) TerminateChild(ctx context.Context, pid actors.PID) error {
	return s.super.TerminateChild(ctx, pid)
}

// Children returns the processes of the tasks, latest start first; those that are being restarted have none.
func (s *Supervisor) Children(ctx context.Context) ([]actors.PID, error) {
	infos, err := s.super.Children(ctx)
	var pids []actors.PID
	for _, info := range infos {
		if !info.PID.IsZero() {
			pids = append(pids, info.PID)
		}
	}
	return pids, err
}

// Count returns how many tasks there are (Specs) and how many of them have a process (Active).
func (s *Supervisor) Count(ctx context.Context) (supervision.Counts, error) {
	return s.super.Count(ctx)
}
