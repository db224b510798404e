// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"context"
	"fmt"
	"slices"
	"time"

	faults "mabeam.dev/actors/fault"
	"mabeam.dev/supervision/plan"
)

// Pure is an engine without a runtime: simulated processes, mailboxes in order of arrival and a virtual clock around the decisions of supervision/plan.
type Pure struct {
	rec    *Recorder
	now    time.Duration
	ready  []func() // what can happen now, in order
	timers []timer  // shutdown deadlines
	procs  []*proc  // living, in start order
}

// timer is a deadline; of equal ones the first set fires first.
type timer struct {
	at  time.Duration
	run func()
}

// NewPure returns a pure engine. It may run one script after another.
func NewPure() *Pure { return &Pure{} }

var _ Engine = (*Pure)(nil)

// Open starts afresh.
func (e *Pure) Open(rec *Recorder) error {
	*e = Pure{rec: rec}
	return nil
}

// Close forgets everything.
func (e *Pure) Close() error {
	*e = Pure{}
	return nil
}

// ErrRestless is returned when a tree does not come to rest: it restarts for ever.
var ErrRestless = faults.New(9821, "conform: settle: the tree does not come to rest")

// patience is how many turns a tree may take to come to rest. Scripts take a few hundred.
const patience = 100_000

// Settle runs what can happen until nothing is left, shutdown deadlines included.
func (e *Pure) Settle(ctx context.Context) error {
	for turns := 0; ; turns++ {
		if turns == patience {
			return ErrRestless
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("conform: settle: %w", context.Cause(ctx))
		}
		switch {
		case len(e.ready) > 0:
			run := e.ready[0]
			e.ready = e.ready[1:]
			run()
		case len(e.timers) > 0:
			e.fire()
		default:
			return nil
		}
	}
}

// Advance settles and then moves the clock. A settled engine has no timers, so there is nothing to stop at on the way.
func (e *Pure) Advance(ctx context.Context, d time.Duration) error {
	if err := e.Settle(ctx); err != nil {
		return err
	}
	e.now += d
	return nil
}

// Start starts the root.
func (e *Pure) Start(name string, answer *Answer) {
	report := func(ev plan.Event) {
		switch ev := ev.(type) {
		case plan.Started:
			answer.Set(Reply{Reply: plan.Reply{Ref: ev.Ref}})
		case plan.Ignored:
			answer.Set(Reply{Ignored: true})
		case plan.Failed:
			answer.Set(Reply{Reply: plan.Reply{Err: &plan.StartError{ID: name, Reason: ev.Reason}}})
		}
	}
	if ev := e.spawn(nil, name, plan.Supervisor, report); ev != nil {
		report(ev)
	}
}

// Stop sends shutdown as the root's parent.
func (e *Pure) Stop(root Proc, answer *Answer) {
	p := root.(*proc)
	p.onDeath(func(Term) { answer.Set(Reply{}) })
	e.deliver(p, entry{ev: plan.ParentExit{Reason: ReasonOf(termShutdown)}})
}

// Call queues a request.
func (e *Pure) Call(sup Proc, call any, answer *Answer) {
	e.deliver(sup.(*proc), entry{ev: call, answer: answer})
}

// Exit lets a worker exit.
func (e *Pure) Exit(worker Proc, reason Term) { e.die(worker.(*proc), reason) }

// Kill kills a process.
func (e *Pure) Kill(p Proc) { e.die(p.(*proc), termKilled) }

// StrayExit queues the notice of a death that is none of the supervisor's business.
func (e *Pure) StrayExit(sup Proc, reason Term) {
	e.deliver(sup.(*proc), entry{ev: plan.ChildExited{Ref: &proc{}, Reason: ReasonOf(reason)}})
}

func (e *Pure) later(run func()) { e.ready = append(e.ready, run) }

func (e *Pure) after(d time.Duration, run func()) {
	at := e.now + d
	if at < e.now {
		return // beyond the end of time
	}
	i, _ := slices.BinarySearchFunc(e.timers, at, func(t timer, at time.Duration) int {
		if t.at <= at {
			return -1
		}
		return 1
	})
	e.timers = slices.Insert(e.timers, i, timer{at, run})
}

func (e *Pure) fire() {
	t := e.timers[0]
	e.timers = e.timers[1:]
	e.now = max(e.now, t.at)
	t.run()
}
