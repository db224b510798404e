// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
	"mabeam.dev/supervision/partition"
)

// TeamSpec describes a team: agents of one kind that come and go.
type TeamSpec struct {
	// Name is the team's, and its supervisor's in the system.
	Name string
	// Kind is what the members are.
	Kind Kind
	// Directory is where they are known; nil is nowhere.
	Directory *Directory
	// Partitions is how many supervisors share the members; 0 means 1. Each starts one member at a time, so more of them start more at once.
	Partitions int
	// MaxMembers limits the members of one partition; 0 is no limit.
	MaxMembers int
	// Intensity limits the restarts of members within a partition; the zero value is 3 in 5 s.
	Intensity supervision.Intensity
}

// Team is a team's handle. It reaches whoever runs under its name, so it survives restarts of the supervisors.
type Team struct {
	spec  TeamSpec
	super *partition.Supervisor
}

// NewTeam returns the handle of a team, whether or not it runs yet, and the child that runs it. Members are gone when the supervisor of their
// partition is restarted: whoever added them adds them again.
func NewTeam(sys *actors.System, t TeamSpec) (*Team, supervision.Child, error) {
	var all []error
	if t.Name == "" {
		all = append(all, errors.New("agents: check team: name: is missing"))
	}
	if t.Kind.New == nil {
		all = append(all, fmt.Errorf("agents: check team %q: kind %q has no New", t.Name, t.Kind.Name))
	}
	t.Partitions = max(t.Partitions, 1)
	members := dynamic.Spec{Intensity: t.Intensity, MaxChildren: t.MaxMembers}
	if err := members.Validate(); err != nil {
		all = append(all, fmt.Errorf("agents: check team %q: %w", t.Name, err))
	}
	if err := errors.Join(all...); err != nil {
		return nil, supervision.Child{}, err
	}
	child := partition.Child(t.Name, partition.Spec{Partitions: t.Partitions, Child: func(id string, _ int) supervision.Child {
		return dynamic.Child(id, members)
	}})
	return &Team{spec: t, super: partition.Named(sys, t.Name)}, child, nil
}

// Add starts one more member: its team is this one. Errors are those of Spec.Validate, partition.Supervisor.Partition and
// dynamic.Supervisor.StartChild. Ids are the user's to keep apart: of two members with one id the directory knows the later.
func (t *Team) Add(ctx context.Context, s Spec) (Agent, error) {
	s.Team = t.spec.Name
	child, err := Child(s, t.spec.Kind, t.spec.Directory)
	if err != nil {
		return Agent{}, err
	}
	super, err := t.partition(s.ID)
	if err != nil {
		return Agent{}, err
	}
	pid, err := super.StartChild(ctx, child)
	if err != nil {
		return Agent{}, err
	}
	ref, err := actors.RefOf[Message](pid)
	s.Kind = t.spec.Kind.Name
	return Agent{s, ref}, err
}

// Remove stops a member within its shutdown time and forgets it. dynamic.ErrNotFound says that it is none, or has been restarted since: then
// the directory has the handle of its present incarnation.
func (t *Team) Remove(ctx context.Context, id string, member actors.PID) error {
	super, err := t.partition(id)
	if err != nil {
		return err
	}
	return super.TerminateChild(ctx, member)
}

// Members returns the processes of the members, partition by partition, the latest start first. One that is being restarted has none.
func (t *Team) Members(ctx context.Context) ([]actors.PID, error) {
	partitions, err := t.super.Children(ctx)
	if err != nil {
		return nil, err
	}
	var all []actors.PID
	for _, p := range partitions {
		if p.PID.IsZero() {
			continue
		}
		super, err := dynamic.Of(p.PID)
		if err != nil {
			return nil, err
		}
		infos, err := super.Children(ctx)
		if err != nil {
			return nil, err
		}
		for _, info := range infos {
			if !info.PID.IsZero() {
				all = append(all, info.PID)
			}
		}
	}
	return all, nil
}

func (t *Team) partition(id string) (*dynamic.Supervisor, error) {
	pid, err := t.super.Partition(partition.Text(id))
	if err != nil {
		return nil, err
	}
	return dynamic.Of(pid)
}
