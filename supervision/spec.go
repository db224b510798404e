// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/plan"
)

// The vocabulary of specs; see package plan for the meaning of each value. Zero values are OTP's defaults.
type (
	// Strategy says which siblings are restarted with a child.
	Strategy = plan.Strategy
	// Restart says after which exits a child is restarted.
	Restart = plan.Restart
	// Shutdown says how a child is stopped: Brutal, Infinity, or After a time.
	Shutdown = plan.Shutdown
	// AutoShutdown says when the end of significant children ends the supervisor.
	AutoShutdown = plan.AutoShutdown
	// Intensity limits restarts; the zero value is 1 in 5 s, NoRestarts as Max is OTP's intensity 0.
	Intensity = plan.Intensity
	// ChildKind tells workers from supervisors.
	ChildKind = plan.Kind
	// Backoff lets restarts wait, each longer than the one before; every zero field is a default.
	Backoff = plan.Backoff
	// Limit bounds the restarts of one child, before the supervisor's intensity does.
	Limit = plan.Limit
	// Schedule restarts a child from time to time although nothing is wrong with it.
	Schedule = plan.Schedule
	// Counts are the numbers that Count returns.
	Counts = plan.Counts
)

// The values of the vocabulary.
const (
	OneForOne       = plan.OneForOne
	OneForAll       = plan.OneForAll
	RestForOne      = plan.RestForOne
	SimpleOneForOne = plan.SimpleOneForOne

	Permanent = plan.Permanent
	Transient = plan.Transient
	Temporary = plan.Temporary

	KindWorker     = plan.Worker
	KindSupervisor = plan.Supervisor

	Never          = plan.Never
	AnySignificant = plan.AnySignificant
	AllSignificant = plan.AllSignificant

	Brutal     = plan.Brutal
	Infinity   = plan.Infinity
	NoRestarts = plan.NoRestarts
	NoChildren = plan.NoChildren

	StopChild = plan.StopChild
	GiveUp    = plan.GiveUp

	Scheduled = plan.Scheduled
)

// After asks a child to stop and kills it when it is not dead after d; 0 is legal and kills what does not leave at once.
func After(d time.Duration) Shutdown { return plan.After(d) }

// StartFunc starts a child: with actors.SpawnLink, on the spawner that it is given. args are those of StartDynamic, nil for other
// children. actors.ErrIgnore says that there is to be no process; any other error, and a panic, is a failed start.
type StartFunc func(in actors.Spawner, args any) (actors.PID, error)

// Child describes one child. Every zero value but ID and Start is OTP's default.
type Child struct {
	// ID is unique within the supervisor; required.
	ID string
	// Start starts the process; required. Worker and Sub make it.
	Start StartFunc
	// Restart: zero is Permanent.
	Restart Restart
	// Shutdown: zero is 5 s for a worker and Infinity for a supervisor.
	Shutdown Shutdown
	// Kind: zero is KindWorker.
	Kind ChildKind
	// Significant children count for AutoShutdown; refused with Permanent and with AutoShutdown Never.
	Significant bool
	// Backoff lets restarts wait, each longer than the one before; nil, as in OTP, tries them at once. It is refused with Temporary and must
	// not be changed once it is given, as must the next two, which OTP lacks as well.
	Backoff *Backoff
	// Limit bounds the restarts of this child: one too many leaves it down, or makes the supervisor give up. Refused with Temporary.
	Limit *Limit
	// Schedule restarts this child from time to time: it is asked to stop with Shutdown(Scheduled). Refused with Temporary.
	Schedule *Schedule
}

// Spec describes a supervisor. The zero value is a OneForOne supervisor without children and with OTP's defaults.
type Spec struct {
	Strategy     Strategy
	Intensity    Intensity
	AutoShutdown AutoShutdown
	// Children in the order in which they start; exactly one, the template, for SimpleOneForOne.
	Children []Child
	// Dynamic says that children come at run time, each with a spec of its own, and are known by their process. Package
	// supervision/dynamic sets it; Strategy, AutoShutdown and Children are then left alone.
	Dynamic bool
	// MaxChildren limits the children of a Dynamic supervisor, restarting ones included; 0 is no limit, NoChildren is none.
	MaxChildren int
	// View is for packages that build on supervisors: a value that they find again from the process with Supervisor.View, of this incarnation
	// alone. It must be safe for concurrent use. Replace does not change it.
	View any
}

// Worker describes a permanent worker whose behaviour start builds anew for each incarnation. Options are those of actors.Spawn; the
// child's name is its id, as a part of its path.
func Worker[M any](id string, start func() actors.Behavior[M], options ...actors.Option) Child {
	options = local(options)
	return Child{ID: id, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, id, start, options...)
		return ref.PID(), err
	}}
}

// Template describes the one child of a SimpleOneForOne supervisor: start builds a behaviour from the args of StartDynamic, which are
// kept for its restarts and must be of type A.
func Template[A, M any](id string, start func(args A) actors.Behavior[M], options ...actors.Option) Child {
	options = local(options)
	return Child{ID: id, Start: func(in actors.Spawner, args any) (actors.PID, error) {
		a, ok := args.(A)
		if none := args == nil && any(a) == nil; !ok && !none { // nil is a value of A where A is an interface
			return actors.PID{}, &ArgsError{Child: id, Got: args, Want: *new(A)}
		}
		ref, err := actors.SpawnLink(in, "", func() actors.Behavior[M] { return start(a) }, options...)
		return ref.PID(), err
	}}
}

// local makes the options of a child, once for all its incarnations: its name is one among siblings.
func local(options []actors.Option) []actors.Option {
	return append([]actors.Option{actors.Local()}, options...)
}

// Sub describes a supervisor as a child.
func Sub(id string, spec Spec) Child {
	return Child{ID: id, Kind: KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		s, err := link(in, id, given(spec), actors.Local())
		return s.PID(), err
	}}
}

// Check returns every mistake of one child spec under a supervisor with the given AutoShutdown, as Faults, or nil.
func Check(c Child, a AutoShutdown) error { return plan.Check(c.plan(), a) }

// Validate returns every mistake of the spec, as Faults, or nil.
func (s Spec) Validate() error { return s.plan().Validate() }

// plan converts the child; its Start stays what it is, behind an any that the plan never looks at.
func (c Child) plan() plan.Child {
	p := plan.Child{
		ID: c.ID, Restart: c.Restart, Shutdown: c.Shutdown, Kind: c.Kind, Significant: c.Significant,
		Backoff: c.Backoff, Limit: c.Limit, Schedule: c.Schedule,
	}
	if c.Start != nil {
		p.Start = c.Start
	}
	return p
}

func (s Spec) plan() plan.Spec {
	p := plan.Spec{
		Strategy: s.Strategy, Intensity: s.Intensity, AutoShutdown: s.AutoShutdown, Dynamic: s.Dynamic, MaxChildren: s.MaxChildren,
	}
	for _, c := range s.Children {
		p.Children = append(p.Children, c.plan())
	}
	return p
}

// childOf converts back.
func childOf(p *plan.Child) Child {
	start, _ := p.Start.(StartFunc)
	return Child{
		ID: p.ID, Start: start, Restart: p.Restart, Shutdown: p.Shutdown, Kind: p.Kind, Significant: p.Significant,
		Backoff: p.Backoff, Limit: p.Limit, Schedule: p.Schedule,
	}
}
