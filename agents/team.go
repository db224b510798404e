// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/events"
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
	// Journal keeps the specs of durable members; nil means that none can be. Its process must run before the team.
	Journal *events.Journal
}

// Team is a team's handle. It reaches whoever runs under its name, so it survives restarts of the supervisors.
type Team struct {
	spec   TeamSpec
	super  *partition.Supervisor
	ledger *ledger                   // nil without a journal
	keeper actors.Ref[keeperMessage] // with it
}

// NewTeam returns the handle of a team, whether or not it runs yet, and the child that runs it. Members are gone when the supervisor of their
// partition is restarted: whoever added them adds them again. Durable members are started again by the team, also after a restart of the node.
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
	team := &Team{spec: t, super: partition.Named(sys, t.Name)}
	if t.Journal != nil {
		var err error
		if child, err = team.kept(sys, child); err != nil {
			return nil, supervision.Child{}, fmt.Errorf("agents: check team %q: %w", t.Name, err)
		}
	}
	return team, child, nil
}

// kept puts what keeps the durable members around the child that runs the team.
func (t *Team) kept(sys *actors.System, partitions supervision.Child) (supervision.Child, error) {
	ledger, err := newLedger(t.spec.Name, t.spec.Journal)
	if err != nil {
		return supervision.Child{}, err
	}
	name := t.spec.Name + ".keeper"
	t.ledger, t.keeper = ledger, actors.Named[keeperMessage](sys, name)
	return supervision.Sub(t.spec.Name+".team", supervision.Spec{Strategy: supervision.RestForOne, Children: []supervision.Child{
		supervision.Worker(ledger.Name(), ledger.Behavior, ledger.ProcessOptions()...),
		partitions,
		{ID: name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
			ref, err := actors.SpawnLink(in, name, func() actors.Behavior[keeperMessage] { return &keeper{team: t} }, actors.Kind("keeper"))
			return ref.PID(), err
		}},
	}}), nil
}

// Add starts one more member: its team is this one. Errors are those of Spec.Validate, partition.Supervisor.Partition and
// dynamic.Supervisor.StartChild; for a durable member also ErrNotDurable, ErrKept, and those of the journal. Ids are the user's to keep apart: of two
// members with one id the directory knows the later.
func (t *Team) Add(ctx context.Context, s Spec) (Agent, error) {
	s.Team, s.Kind = t.spec.Name, t.spec.Kind.Name
	var pid actors.PID
	var err error
	if !s.Durable {
		pid, err = t.start(ctx, s)
	} else if err = errors.Join(s.Validate(), s.durable(t.ledger)); err == nil {
		pid, err = actors.CallForever(ctx, t.keeper, func(r actors.Reply[actors.PID]) keeperMessage { return addKept{s, r} })
	}
	if err != nil {
		return Agent{}, err
	}
	ref, err := actors.RefOf[Message](pid)
	return Agent{s, ref}, err
}

// start starts a member in its partition.
func (t *Team) start(ctx context.Context, s Spec) (actors.PID, error) {
	child, err := Child(s, t.spec.Kind, t.spec.Directory)
	if err != nil {
		return actors.PID{}, err
	}
	super, err := t.partition(s.ID)
	if err != nil {
		return actors.PID{}, err
	}
	return super.StartChild(ctx, child)
}

// Remove stops a member within its shutdown time and forgets it. dynamic.ErrNotFound says that it is none, or has been restarted since: then
// the directory has the handle of its present incarnation. A durable member is not kept any more; errors are then also those of the journal.
func (t *Team) Remove(ctx context.Context, id string, member actors.PID) error {
	if t.ledger == nil {
		return t.stop(ctx, id, member)
	}
	_, err := actors.CallForever(ctx, t.keeper, func(r actors.Reply[struct{}]) keeperMessage { return dropKept{id, member, r} })
	return err
}

// stop stops a member.
func (t *Team) stop(ctx context.Context, id string, member actors.PID) error {
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
		infos, err := membersOf(ctx, p.PID)
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
