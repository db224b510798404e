// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// startFunc returns the start function of a child; the args of a dynamic child are its name.
func (e *world) startFunc(name, kind string) supervision.StartFunc {
	return func(in actors.Spawner, args any) (actors.PID, error) {
		if label, dynamic := args.(string); dynamic {
			name = label
		}
		if kind == plan.Supervisor.String() {
			return e.startSup(in, name)
		}
		return e.startWorker(in, name)
	}
}

// spec parses the present definition of a supervisor.
func (e *world) spec(name string) (supervision.Spec, error) {
	raw := e.rec.Definition(name).raw()
	for i, c := range raw.Children {
		if c.Start != nil {
			raw.Children[i].Start = e.startFunc(c.ID, c.Kind)
		}
	}
	return supervision.Parse(raw)
}

// outcome asks for the scripted outcome of a start attempt and blocks while it is held.
func (e *world) outcome(name string) Outcome {
	o := e.rec.Attempt(name)
	if !o.Hold {
		return o
	}
	gate := e.sys.NewGate()
	e.rec.Hold(name, gate.Open)
	e.held.add(gate)
	gate.Wait()
	return o
}

// startSup runs in the process that starts the supervisor.
func (e *world) startSup(in actors.Spawner, name string) (actors.PID, error) {
	o := e.outcome(name)
	if o.Kind == StartError {
		e.rec.NotStarted(name, o)
		return actors.PID{}, termError(o.Reason)
	}
	s, err := supervision.StartInit(in, name, func(self actors.PID) (supervision.Spec, error) {
		switch o.Kind {
		case StartIgnore:
			e.rec.NotStarted(name, o)
			return supervision.Spec{}, actors.Ignore
		case StartBad:
			e.rec.NotStarted(name, o)
			return supervision.Spec{}, termError(tuple("bad_return", o.Reason))
		case StartOK, StartError:
		}
		e.rec.Started(name, plan.Supervisor, self, parentOf(self))
		return e.spec(name)
	}, actors.Local())
	return s.PID(), err
}

func parentOf(p actors.PID) Proc { return p.Parent() }

// startWorker runs in the worker's supervisor.
func (e *world) startWorker(in actors.Spawner, name string) (actors.PID, error) {
	switch o := e.outcome(name); o.Kind {
	case StartIgnore:
		e.rec.NotStarted(name, o)
		return actors.PID{}, actors.ErrIgnore
	case StartError, StartBad:
		e.rec.NotStarted(name, o)
		return actors.PID{}, termError(o.Reason)
	case StartOK:
	}
	ref, err := actors.SpawnLink(in, name, func() actors.Behavior[leave] {
		return &worker{engine: e, name: name, stop: e.rec.Stop(name)}
	}, actors.Local())
	return ref.PID(), err
}

// leave tells a worker to exit by itself; an exit signal of somebody else is told in the same way and has no reason.
type leave struct{ reason Term }

// worker traps exits and does what the script says when it is asked to stop.
type worker struct {
	engine *world
	name   string
	stop   Stop
}

// Init reports the worker before its start returns.
func (w *worker) Init(ctx *actors.Context[leave]) error {
	ctx.TrapExit(func(actors.Exit) leave { return leave{} })
	w.engine.rec.Started(w.name, plan.Worker, ctx.PID(), ctx.PID().Parent())
	return nil
}

// Receive exits with the reason given.
func (w *worker) Receive(_ *actors.Context[leave], m leave) error {
	if m.reason == "" {
		return nil
	}
	return actors.StopBecause(termExit(m.reason))
}

// Terminate answers the supervisor's request; an exit of its own goes through.
func (w *worker) Terminate(ctx *actors.Context[leave], why actors.Reason) error {
	if _, asked := ctx.Asked(); !asked {
		return nil
	}
	switch w.stop.Mode {
	case StopUnsaid, StopClean:
	case StopExit:
		return actors.StopBecause(termExit(w.stop.Reason))
	case StopHang:
		_, err := ctx.AwaitExit(w.engine.caller.PID(), -1) // until it is killed
		return err
	}
	return nil
}

// termError is a term as an error, the cause of a crash.
type termError Term

// Error returns the term.
func (t termError) Error() string { return string(t) }

// termExit gives the exit reason that a term stands for.
func termExit(t Term) actors.Reason {
	switch r := ReasonOf(t); r.Class {
	case plan.ClassNormal:
		return exit.ReasonNormal
	case plan.ClassShutdown:
		return exit.ReasonShutdown
	case plan.ClassShutdownTerm:
		return exit.ShutdownWith(t)
	default:
		return exit.CrashOf(&exit.CrashError{Cause: termError(t)})
	}
}

// exitTerm prints an exit reason as OTP does.
func exitTerm(why actors.Reason) Term {
	switch why.Kind() {
	case exit.Normal:
		return termNormal
	case exit.Killed:
		return termKilled
	case exit.NoProc:
		return termNoProc
	case exit.Crash:
		return errorTerm(why.CrashError().Cause)
	case exit.Shutdown:
	}
	switch term, _ := why.Term(); term := term.(type) {
	case Term:
		return term
	case *supervision.StartFailed:
		return tuple(termShutdown, tuple("failed_to_start_child", Term(term.ID), exitTerm(term.Reason)))
	}
	return termShutdown
}

func errorTerm(err error) Term {
	var t termError
	var faults plan.Faults
	switch {
	case errors.As(err, &t):
		return Term(t)
	case errors.As(err, &faults):
		return startFault(faults)
	}
	return Term(err.Error())
}
