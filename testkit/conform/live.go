// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// Live is an engine on the actor runtime: real supervisor processes with real workers, on a clock that the driver moves.
type Live struct {
	*world
	simulation *sim.Sim // nil: real time and threads, on a clock that stands still
}

// world is the engine during one script. Starts that were held when it ended may still look at it.
type world struct {
	rec    *Recorder
	sys    *actors.System
	under  substrate
	parent actors.Ref[job] // parent of the root; blocked while the root starts
	caller actors.Ref[job] // makes the calls
	held   gates           // starts that are held; opened by Close
	cancel func()          // ends the subscription to deaths
}

// NewLive returns an engine on the actor runtime. It may run one script after another.
func NewLive() *Live { return &Live{world: &world{}} }

// NewSimulated returns an engine on the actor runtime inside a simulation, for one script: the order of turns is the seed's.
func NewSimulated(s *sim.Sim) *Live { return &Live{world: &world{}, simulation: s} }

var _ Engine = (*Live)(nil)

// job is something to do in the turn of one of the engine's own processes.
type job func(ctx *actors.Context[job])

func doJob(ctx *actors.Context[job], run job) error {
	run(ctx)
	return nil
}

// Open starts a system of its own.
func (e *Live) Open(rec *Recorder) error {
	bus := telemetry.NewBus()
	e.world = &world{rec: rec}
	e.cancel = telemetry.Subscribe(bus, "recorder", func(ev actors.ProcessExited) { rec.Died(ev.PID, exitTerm(ev.Reason)) })
	o := actors.Options{CallTimeout: -1, Events: bus, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if e.simulation != nil {
		e.sys = e.simulation.NewSystem(o)
		e.under = simulated{e.simulation}
	} else {
		clock := newClock()
		o.Clock, o.TrackIdle = clock, true
		e.sys = actors.New(o)
		e.under = threads{e.sys, clock}
	}
	var err error
	if e.caller, err = actors.Spawn(e.sys, "caller", actors.Stateless(doJob)); err != nil {
		return err
	}
	e.parent, err = actors.Spawn(e.sys, "parent", actors.Stateless(doJob))
	e.parent.Tell(func(ctx *actors.Context[job]) {
		ctx.TrapExit(func(actors.Exit) job { return func(*actors.Context[job]) {} })
	})
	return err
}

// Close kills what is left.
func (e *Live) Close() error {
	if e.sys == nil {
		return nil
	}
	e.cancel()
	e.held.open()
	now, cancel := context.WithCancel(context.Background())
	cancel()
	err := e.sys.Close(now)
	if errors.Is(err, context.Canceled) {
		err = nil // killing is what was asked for
	}
	return err
}

// Settle waits until nothing is going on. Shutdown deadlines are the only timers there are, so a timer that is left is one.
func (e *world) Settle(ctx context.Context) error {
	for {
		if err := e.under.quiet(ctx); err != nil {
			return fmt.Errorf("conform: settle: %w", err)
		}
		if !e.under.next() {
			return nil
		}
	}
}

// Advance settles and moves the clock.
func (e *world) Advance(ctx context.Context, d time.Duration) error {
	if err := e.Settle(ctx); err != nil {
		return err
	}
	e.under.skip(d)
	return nil
}

// Start starts the root as a child of the engine's parent process.
func (e *world) Start(name string, answer *Answer) {
	e.parent.Tell(func(ctx *actors.Context[job]) {
		pid, err := e.startSup(ctx, name)
		var failed *actors.StartError
		switch {
		case err == nil:
			answer.Set(Reply{Reply: plan.Reply{Ref: pid}})
		case errors.Is(err, actors.ErrIgnore):
			answer.Set(Reply{Ignored: true})
		case errors.As(err, &failed):
			answer.Set(Reply{Reply: plan.Reply{Err: &plan.StartError{ID: name, Reason: ReasonOf(exitTerm(failed.Reason))}}})
		default:
			answer.Set(Reply{Reply: plan.Reply{Err: &plan.StartError{ID: name, Reason: ReasonOf(errorTerm(err))}}})
		}
	})
}

// Stop sends shutdown as the root's parent.
func (e *world) Stop(root Proc, answer *Answer) {
	pid := root.(actors.PID)
	e.caller.Tell(func(ctx *actors.Context[job]) {
		ctx.Monitor(pid, func(actors.Down) job { return func(*actors.Context[job]) { answer.Set(Reply{}) } })
		pid.Stop()
	})
}

// Call queues a request at the supervisor before it returns to the driver's next operation.
func (e *world) Call(sup Proc, what any, answer *Answer) {
	op := e.operation(what)
	e.caller.Tell(func(ctx *actors.Context[job]) {
		s, err := supervision.Of(sup.(actors.PID))
		if err != nil {
			answer.Set(Reply{Down: termNoProc})
			return
		}
		supervision.Request(ctx, s, op, func(r plan.Reply, err error) job {
			return func(*actors.Context[job]) { answer.Set(reply(r, err)) }
		})
	})
	_ = e.under.quiet(context.Background()) // the request is in the mailbox when nothing else is going on
}

func (e *world) operation(what any) supervision.Operation {
	switch op := what.(type) {
	case RawStart:
		raw := op.Child
		raw.Start = e.startFunc(raw.ID, raw.Kind)
		return supervision.RawStart(raw)
	case Respec:
		return supervision.Respec(func() (supervision.Spec, error) { return e.spec(op.Name) })
	case plan.Event:
		return supervision.Event(op)
	}
	return func(*plan.State) (plan.Event, error) {
		return nil, fmt.Errorf("conform: call %T: %w", what, errors.ErrUnsupported)
	}
}

func reply(r plan.Reply, err error) Reply {
	var ended *actors.CallError
	var started *supervision.AlreadyStartedError
	var failed *supervision.StartError
	switch {
	case errors.As(err, &ended):
		return Reply{Down: exitTerm(ended.Reason)}
	case errors.Is(err, actors.ErrNoProc):
		return Reply{Down: termNoProc}
	case errors.As(err, &started):
		r.Err = &plan.AlreadyStartedError{ID: started.ID, Ref: started.PID}
	case errors.As(err, &failed):
		r.Err = &plan.StartError{ID: failed.ID, Reason: ReasonOf(exitTerm(failed.Reason))}
	}
	return Reply{Reply: r}
}

// Exit lets a worker exit by itself.
func (e *world) Exit(worker Proc, reason Term) {
	if ref, err := actors.RefOf[leave](worker.(actors.PID)); err == nil {
		ref.Tell(leave{reason})
	}
}

// Kill kills a process.
func (e *world) Kill(p Proc) { p.(actors.PID).Kill() }

// StrayExit sends an exit signal from outside any process.
func (e *world) StrayExit(sup Proc, reason Term) { sup.(actors.PID).Exit(termExit(reason)) }
