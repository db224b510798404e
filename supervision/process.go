// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"errors"
	"runtime/debug"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// process is a supervisor as a behaviour: it executes a plan. It blocks while it starts or stops a child, so that what arrives
// meanwhile waits in the mailbox.
type process struct {
	init  func(actors.PID) (Spec, error)
	plan  *plan.State
	born  time.Time
	reply actors.Reply[plan.Action]     // of the call in hand
	past  map[string]*childLog          // by id, of children that have ended at least once
	refs  *refs                         // who runs under which id; read by anybody
	waits map[plan.WaitKey]actors.Timer // restarts that wait or are planned; nil until there is one

	ending bool // Terminate has begun
}

// childLog is what is remembered of a child over its incarnations. One that has not ended has none, as there may be very many.
type childLog struct {
	restarts int           // starts but the first
	last     actors.Reason // of its latest end
}

func body(init func(actors.PID) (Spec, error)) func() actors.Behavior[message] {
	return func() actors.Behavior[message] { return &process{init: init, past: map[string]*childLog{}} }
}

type scope = actors.Context[message]

// Init makes the plan and starts the children.
func (p *process) Init(ctx *scope) error {
	ctx.TrapExit(func(e actors.Exit) message { return ended(e) })
	p.refs = newRefs()
	p.born = ctx.Now()
	spec, err := p.init(ctx.PID())
	p.init = nil
	if err != nil {
		return err
	}
	ctx.Publish(&present{p.refs, spec.View})
	if p.plan, err = plan.New(spec.plan()); err != nil {
		return err
	}
	return p.step(ctx, plan.Begin{})
}

// Receive takes one event to the plan and executes what it answers.
func (p *process) Receive(ctx *scope, m message) error {
	switch m := m.(type) {
	case call:
		return p.serve(ctx, m)
	case ended:
		return p.step(ctx, plan.ChildExited{Ref: m.From, Reason: reasonTo(m.Reason), Now: p.age(ctx), Chance: ctx.Rand().Float64()})
	case retry:
		return p.step(ctx, plan.RetryDue{Key: m.key, Now: p.age(ctx), Chance: ctx.Rand().Float64()})
	case waited:
		delete(p.waits, m.key)
		return p.step(ctx, plan.WaitOver{Key: m.key})
	case describe:
		m.reply.Send(p.branch(ctx))
		return nil
	}
	return &actors.UnknownMessageError{Message: m}
}

// serve handles one management call.
func (p *process) serve(ctx *scope, m call) error {
	ev, err := m.ev, error(nil)
	if ev == nil {
		ev, err = m.op.make(ctx, p.plan)
	}
	if err != nil || ev == nil {
		m.reply.Send(plan.Reply{Err: err})
		return nil
	}
	p.reply = m.reply
	defer func() { p.reply = actors.Reply[plan.Action]{} }()
	err = p.step(ctx, ev)
	if ev, ok := ev.(plan.DeleteChild); ok && p.plan.Lookup(ev.ID) == nil {
		delete(p.past, ev.ID) // a later child of this id is another one
	}
	return err
}

// Terminate stops the children in order when the supervisor ends for another reason than the plan's own: the parent's stop, or a bug.
func (p *process) Terminate(ctx *scope, why actors.Reason) error {
	if p.plan == nil || p.plan.Busy() || p.plan.Ended() {
		return nil
	}
	p.ending = true
	if err := p.step(ctx, plan.ParentExit{Reason: reasonTo(why)}); errors.Is(err, actors.ErrFenced) {
		return err
	}
	return nil
}

func (p *process) age(ctx *scope) time.Duration { return ctx.Now().Sub(p.born) }

// step runs one event through the plan, effects included.
func (p *process) step(ctx *scope, ev plan.Event) error {
	p.plan.Mute(!ctx.Events().Active())
	for {
		result, err := p.perform(ctx, p.plan.Step(ev))
		if err != nil || !p.plan.Busy() {
			return err
		}
		ev = result
	}
}

// perform executes a batch; an effect is its last action and gives the next event.
func (p *process) perform(ctx *scope, actions []plan.Action) (plan.Event, error) {
	for _, action := range actions {
		switch a := action.(type) {
		case plan.Start:
			result := p.start(ctx, a)
			if !ctx.PID().Alive() { // killed meanwhile: whatever followed would be done in a dead process's name
				return nil, actors.ErrFenced
			}
			return result, nil
		case plan.Stop:
			return stop(ctx, a)
		case plan.StopAll:
			return stopAll(ctx, a)
		case plan.PostRetry:
			ctx.Self().Tell(retry{a.Key})
		case plan.Wait:
			p.wait(ctx, a)
		case plan.CancelWait:
			p.waits[a.Key].Cancel()
			delete(p.waits, a.Key)
		case plan.Reply:
			p.reply.Send(action)
		case plan.Emit:
			p.note(ctx, a.Notice)
		case plan.Exit:
			return nil, actors.StopBecause(reasonFrom(a.Reason))
		case plan.Ready:
		}
	}
	return nil, nil
}

// start runs a child's start function; its panic is a failed start.
func (p *process) start(ctx *scope, a plan.Start) (result plan.Event) {
	defer func() {
		if r := recover(); r != nil {
			result = plan.Failed{Reason: reasonTo(exit.CrashOf(&exit.CrashError{
				Path:    ctx.PID().Path() + "/" + a.Child.ID,
				Message: "Start", Cause: &exit.PanicError{Value: r}, Stack: debug.Stack(),
			}))}
		}
	}()
	pid, err := a.Child.Start.(StartFunc)(ctx, a.Args)
	if err == nil && !pid.IsZero() {
		return p.came(ctx, a.Child, pid)
	}
	return notStarted(err)
}

// notStarted is the result of a start function that returned no process.
func notStarted(err error) plan.Event {
	var failed *actors.StartError
	switch {
	case err == nil:
		err = ErrNoProcess
	case errors.Is(err, actors.ErrIgnore):
		return plan.Ignored{}
	case errors.As(err, &failed):
		return plan.Failed{Reason: reasonTo(failed.Reason)}
	}
	return plan.Failed{Reason: reasonTo(exit.CrashOf(&exit.CrashError{Cause: err}))}
}
