// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Supervisor is the handle of a partition supervisor: of one incarnation, or of whoever holds a name (see [Named]). It stays valid when the
// process ends, and its calls then fail.
type Supervisor struct {
	pid   actors.PID
	super *supervision.Supervisor // its general handle; nil if it takes other messages
	sys   *actors.System          // of a handle by name
	name  string
}

// kind is what snapshots and trees call the process.
const kind = "partition"

// Start starts a supervisor and its partitions, and returns when all are up. The name is unique in the system; inside a process the new
// supervisor is not linked to it (see StartLink). Errors: those of Spec.Validate and ErrNoName, joined, before anything starts; those of
// actors.Spawn, of which an *actors.StartError with Shutdown(*supervision.StartFailed) names the partition that failed.
func Start(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	return start(supervision.Start, in, name, spec, options)
}

// StartLink is Start with a link to the spawning process, which becomes the parent.
func StartLink(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	return start(supervision.StartLink, in, name, spec, options)
}

// starter is supervision.Start or supervision.StartLink.
type starter func(actors.Spawner, string, supervision.Spec, ...actors.Option) (*supervision.Supervisor, error)

func start(run starter, in actors.Spawner, name string, spec Spec, options []actors.Option) (*Supervisor, error) {
	err := spec.Validate()
	if name == "" {
		err = errors.Join(ErrNoName, err)
	}
	if err != nil {
		return nil, fmt.Errorf("partition: start %q: %w", name, err)
	}
	spec = spec.withDefaults()
	t := newTable(spec)
	general := spec.general(t.children)
	general.View = t
	super, err := run(in, name, general, append([]actors.Option{actors.Kind(kind)}, options...)...)
	if err != nil {
		return nil, err
	}
	return &Supervisor{pid: super.PID(), super: super}, nil
}

// Child describes a partition supervisor as a child of another supervisor. The name is its id there, and unique in the system, so that
// [Named] finds it whichever incarnation runs.
func Child(name string, spec Spec) supervision.Child {
	return supervision.Child{ID: name, Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		s, err := StartLink(in, name, spec)
		if err != nil {
			return actors.PID{}, err
		}
		return s.pid, nil
	}}
}

// Of returns the handle of a supervisor known by its PID. What else the process may be shows when it is used: ErrNotPartitioned,
// actors.ErrWrongType.
func Of(pid actors.PID) *Supervisor {
	super, _ := supervision.Of(pid)
	return &Supervisor{pid: pid, super: super}
}

// Named returns a handle of whoever holds a name at the time of each use: it survives the supervisor's own restarts.
func Named(sys *actors.System, name string) *Supervisor { return &Supervisor{sys: sys, name: name} }

// PID returns the supervisor's process; of a handle by name the present one, or the zero PID.
func (s *Supervisor) PID() actors.PID {
	if s.sys != nil {
		return s.sys.WhereIs(s.name)
	}
	return s.pid
}

// String returns the name, or the path of the process.
func (s *Supervisor) String() string {
	if s.sys != nil {
		return s.name
	}
	return s.pid.Path()
}

// Supervisor returns the handle in its general form, for supervision.Tree. Errors: actors.ErrNoProc, actors.ErrWrongType, ErrNotPartitioned.
func (s *Supervisor) Supervisor() (*supervision.Supervisor, error) {
	super, _, err := s.open()
	return super, err
}

// open finds the supervisor and its table, without asking its process.
func (s *Supervisor) open() (super *supervision.Supervisor, t *table, err error) {
	pid := s.PID()
	if super = s.super; super == nil {
		if super, err = supervision.Of(pid); err != nil {
			return nil, nil, s.failed(err)
		}
	}
	t, ok := super.View().(*table)
	switch {
	case ok:
		return super, t, nil
	case pid.Published() == nil: // it has ended, or has only begun to start
		err = actors.ErrNoProc
	default:
		err = ErrNotPartitioned
	}
	return nil, nil, s.failed(err)
}

func (s *Supervisor) failed(err error) error {
	return fmt.Errorf("partition: supervisor %q: %w", s, err)
}

// Partitions returns how many partitions keys lead to, without asking the supervisor's process. Errors: actors.ErrNoProc,
// actors.ErrWrongType, ErrNotPartitioned.
func (s *Supervisor) Partitions() (int, error) {
	_, t, err := s.open()
	if err != nil {
		return 0, err
	}
	return int(t.routed.Load()), nil
}

// Partition returns the process that a key leads to now, without asking the supervisor's process; it may just have ended. Errors: actors.ErrNoProc when the supervisor
// or this partition has no process or there are no partitions, actors.ErrWrongType, ErrNotPartitioned.
func (s *Supervisor) Partition(key Key) (actors.PID, error) {
	super, t, err := s.open()
	if err != nil {
		return actors.PID{}, err
	}
	id, some := t.route(key)
	if !some {
		return actors.PID{}, s.failed(fmt.Errorf("zero partitions: %w", actors.ErrNoProc))
	}
	pid := super.Child(id)
	if pid.IsZero() {
		return actors.PID{}, s.failed(fmt.Errorf("partition %s: %w", id, actors.ErrNoProc))
	}
	return pid, nil
}

// Children returns one entry per partition, in their order, if the strategy never reordered them; the ID is the number as text.
func (s *Supervisor) Children(ctx context.Context) ([]supervision.ChildInfo, error) {
	super, _, err := s.open()
	if err != nil {
		return nil, err
	}
	infos, err := super.Children(ctx)
	slices.Reverse(infos)
	return infos, err
}

// Count returns how many partitions there are (Specs), how many have a process (Active), and how many are workers and supervisors.
func (s *Supervisor) Count(ctx context.Context) (supervision.Counts, error) {
	super, _, err := s.open()
	if err != nil {
		return supervision.Counts{}, err
	}
	return super.Count(ctx)
}
