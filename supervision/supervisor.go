// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/plan"
)

// Supervisor is the handle of a running supervisor; it stays valid when the process ends, and its calls then fail.
type Supervisor struct{ ref actors.Ref[message] }

// message is what a supervisor process takes.
type message interface{ supervisor() }

// call is a management call on its way to the plan.
type call struct {
	op    Operation
	ev    plan.Event                // in place of op, if it is known already
	reply actors.Reply[plan.Action] // a plan.Reply, which is boxed once
}

// ended is an exit signal.
type ended actors.Exit

// retry is a failed restart that is due again.
type retry struct{ key plan.RetryKey }

// waited is the end of a wait before a restart, or of the time to a planned one.
type waited struct{ key plan.WaitKey }

// describe asks for the supervisor's part of the tree.
type describe struct{ reply actors.Reply[branch] }

func (call) supervisor()     {}
func (ended) supervisor()    {}
func (retry) supervisor()    {}
func (waited) supervisor()   {}
func (describe) supervisor() {}

// Start starts a supervisor and its children, and returns when all are up. The name is unique in the system; inside a process the new
// supervisor is not linked to it (see StartLink).
func Start(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	ref, err := actors.Spawn(in, name, body(given(spec)), unbounded(options)...)
	return handle(ref, err)
}

// StartLink is Start with a link to the spawning process, which becomes the parent.
func StartLink(in actors.Spawner, name string, spec Spec, options ...actors.Option) (*Supervisor, error) {
	return link(in, name, given(spec), options...)
}

// StartInit is StartLink with the spec made by a function that runs as the new process, self: OTP's init/1. actors.Ignore and other errors
// of init end the start as they would for any process.
func StartInit(in actors.Spawner, name string, init func(self actors.PID) (Spec, error), options ...actors.Option) (*Supervisor, error) {
	return link(in, name, init, options...)
}

func link(in actors.Spawner, name string, init func(actors.PID) (Spec, error), options ...actors.Option) (*Supervisor, error) {
	ref, err := actors.SpawnLink(in, name, body(init), unbounded(options)...)
	return handle(ref, err)
}

// given is the init of a spec that is known.
func given(spec Spec) func(actors.PID) (Spec, error) {
	return func(actors.PID) (Spec, error) { return spec, nil }
}

func handle(ref actors.Ref[message], err error) (*Supervisor, error) {
	if err != nil {
		return &Supervisor{}, err
	}
	return &Supervisor{ref}, nil
}

// unbounded lets every call and notice in: a supervisor that turned down the death of a child would be wrong for ever.
func unbounded(options []actors.Option) []actors.Option {
	return append([]actors.Option{actors.OnFull(actors.Unbounded), actors.Kind("supervisor")}, options...)
}

// Of returns the handle of a supervisor known by its PID; ErrWrongType says that the process is none.
func Of(pid actors.PID) (*Supervisor, error) {
	ref, err := actors.RefOf[message](pid)
	if err != nil {
		return nil, err
	}
	return &Supervisor{ref}, nil
}

// PID returns the supervisor's process.
func (s *Supervisor) PID() actors.PID { return s.ref.PID() }

// StartChild adds a child behind the others and starts it. The zero PID says that it chose not to start. Errors: Faults,
// *AlreadyStartedError, ErrAlreadyPresent, *StartError, ErrSimpleOneForOne, ErrMaxChildren. Under a Dynamic supervisor an id may be taken by
// any number of children.
func (s *Supervisor) StartChild(ctx context.Context, c Child) (actors.PID, error) {
	return s.pid(ctx, plan.StartChild{Child: c.plan()})
}

// StartDynamic starts one more child of a SimpleOneForOne supervisor with these args, which its restarts get too. Errors: *StartError,
// ErrNotSimpleOneForOne.
func (s *Supervisor) StartDynamic(ctx context.Context, args any) (actors.PID, error) {
	return s.pid(ctx, plan.StartDynamic{Args: args})
}

// TerminateChild stops a child; its spec stays, unless it is temporary. Only RestartChild or the restart of its group brings it back.
// Errors: ErrNotFound, ErrSimpleOneForOne.
func (s *Supervisor) TerminateChild(ctx context.Context, id string) error {
	_, err := s.call(ctx, plan.TerminateChild{ID: id})
	return err
}

// TerminateDynamic stops a child of a SimpleOneForOne or Dynamic supervisor, known by its process or by its last one while it restarts.
// ErrNotFound says that the process is no child; under SimpleOneForOne one that is dead is as good as stopped.
func (s *Supervisor) TerminateDynamic(ctx context.Context, pid actors.PID) error {
	_, err := s.call(ctx, plan.TerminateRef{Ref: pid, Alive: alive})
	return err
}

// RestartChild starts a child that has no process; it counts nowhere. Errors: ErrNotFound, ErrRunning, ErrRestarting, *StartError,
// ErrSimpleOneForOne.
func (s *Supervisor) RestartChild(ctx context.Context, id string) (actors.PID, error) {
	return s.pid(ctx, plan.RestartChild{ID: id})
}

// DeleteChild forgets the spec of a child that has no process. Errors: ErrNotFound, ErrRunning, ErrRestarting, ErrSimpleOneForOne.
func (s *Supervisor) DeleteChild(ctx context.Context, id string) error {
	_, err := s.call(ctx, plan.DeleteChild{ID: id})
	return err
}

// ChildSpec returns the spec of a child with its defaults filled in.
func (s *Supervisor) ChildSpec(ctx context.Context, id string) (Child, error) {
	r, err := s.call(ctx, plan.GetChild{ID: id})
	if err != nil {
		return Child{}, err
	}
	return childOf(r.Child), nil
}

// ChildInfo is one line of Children.
type ChildInfo struct {
	ID     string // empty for a dynamic child
	PID    actors.PID
	Status plan.Status
	Kind   ChildKind
	Waits  bool // restarting: it waits as its Backoff says
}

// Children returns one entry per child, latest start first.
func (s *Supervisor) Children(ctx context.Context) ([]ChildInfo, error) {
	r, err := s.call(ctx, plan.ListChildren{})
	if err != nil {
		return nil, err
	}
	return infos(r.Children), nil
}

func infos(in []plan.ChildInfo) []ChildInfo {
	out := make([]ChildInfo, len(in))
	for i, c := range in {
		pid, _ := c.Ref.(actors.PID)
		out[i] = ChildInfo{ID: c.ID, PID: pid, Status: c.Status, Kind: c.Kind, Waits: c.Waits}
	}
	return out
}

// Count returns how many specs, living processes, supervisors and workers there are.
func (s *Supervisor) Count(ctx context.Context) (Counts, error) {
	r, err := s.call(ctx, plan.CountChildren{Alive: alive})
	return r.Counts, err
}

// alive is asked by the plan in the supervisor's turn: a notice of death may still wait in its mailbox.
func alive(ref plan.Ref) bool { return ref.(actors.PID).Alive() }

// Replace changes the spec of the running supervisor: OTP's code change. Running children keep their processes, new ones are not
// started, those that the new spec lacks stay. Any fault changes nothing.
func (s *Supervisor) Replace(ctx context.Context, spec Spec) error {
	_, err := s.call(ctx, plan.Replace{Spec: spec.plan()})
	return err
}

// ReplaceInit is Replace with the spec made in the supervisor's turn: init is called again, as OTP's code_change does. Its error, or its
// panic as a *actors.CrashError, is returned and changes nothing; actors.Ignore changes nothing either and is no error.
func (s *Supervisor) ReplaceInit(ctx context.Context, init func() (Spec, error)) error {
	_, err := s.run(ctx, Respec(init))
	return err
}

func (s *Supervisor) pid(ctx context.Context, ev plan.Event) (actors.PID, error) {
	r, err := s.call(ctx, ev)
	pid, _ := r.Ref.(actors.PID)
	return pid, err
}

// call has no deadline but that of ctx: a stop may take as long as its child's shutdown time.
func (s *Supervisor) call(ctx context.Context, ev plan.Event) (plan.Reply, error) {
	r, err := s.ask(ctx, nil, ev)
	switch err { //nolint:errorlint // only the values themselves lack a subject
	case ErrNotFound, ErrRunning, ErrRestarting, ErrAlreadyPresent, ErrSimpleOneForOne, ErrNotSimpleOneForOne,
		ErrDynamic, ErrNotDynamic, ErrMaxChildren:
		operation, child := named(ev)
		err = &refusedCall{operation, child, err}
	}
	return r, err
}

// named says what a call that can be refused asks for, and of which child.
func named(ev plan.Event) (operation, child string) {
	switch ev := ev.(type) {
	case plan.StartChild:
		return "start child", ev.Child.ID
	case plan.StartDynamic:
		return "start dynamic child", fmt.Sprint(ev.Args)
	case plan.StartOwn:
		return "start child", ev.Child.ID
	case plan.TerminateChild:
		return "terminate child", ev.ID
	case plan.TerminateRef:
		return "terminate child", pidOf(ev.Ref).String()
	case plan.RestartChild:
		return "restart child", ev.ID
	case plan.DeleteChild:
		return "delete child", ev.ID
	case plan.GetChild:
		return "get child", ev.ID
	}
	return "call", ""
}

// Do makes a management call that is made up in the supervisor's turn (see Operation), and waits for its outcome. The reply carries
// actors.PIDs as references.
func (s *Supervisor) Do(ctx context.Context, op Operation) (plan.Reply, error) { return s.run(ctx, op) }

func (s *Supervisor) run(ctx context.Context, op Operation) (plan.Reply, error) {
	return s.ask(ctx, op, nil)
}

func (s *Supervisor) ask(ctx context.Context, op Operation, ev plan.Event) (plan.Reply, error) {
	a, err := actors.CallForever(ctx, s.ref, func(reply actors.Reply[plan.Action]) message { return call{op, ev, reply} })
	r, _ := a.(plan.Reply)
	if err != nil {
		return r, err
	}
	return r, refusal(r.Err)
}
