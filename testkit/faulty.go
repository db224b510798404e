// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"mabeam.dev/actors"
)

// Faulty makes processes of a behaviour that go wrong when the test says so. Messages and starts are counted over all incarnations together,
// so a supervised process does not fail for ever. It may be used from any goroutine.
type Faulty[M any] struct {
	start func() actors.Behavior[M]
	mu    struct {
		sync.Mutex
		plan    plan[M]
		slow    time.Duration
		hanging []*hang       // in the order in which they began
		kits    map[*kit]bool // of systems whose tests are going to call Calm at their end
	}
}

// hang is a handler or start that hangs.
type hang struct{ end context.CancelFunc }

// NewFaulty wraps the start function of a behaviour. Nothing goes wrong until one of the methods is called.
func NewFaulty[M any](start func() actors.Behavior[M]) *Faulty[M] {
	f := &Faulty[M]{start: start}
	f.mu.plan.at, f.mu.kits = map[int]Fault{}, map[*kit]bool{}
	return f
}

// Start is the start function of the faulty behaviour, for actors.Spawn and supervision.Worker.
func (f *Faulty[M]) Start() actors.Behavior[M] { return &faulty[M]{plan: f} }

// At makes the nth message from now go wrong; n < 1 panics.
func (f *Faulty[M]) At(n int, do Fault) {
	if n < 1 {
		panic(fmt.Sprintf("testkit: fault %q: message %d will never come", do, n))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.plan.at[f.mu.plan.seen+n] = do
}

// When makes every message that fits go wrong, until Calm. match must be quick and must not call the Faulty.
func (f *Faulty[M]) When(match func(M) bool, do Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.plan.when = append(f.mu.plan.when, rule[M]{orAny(match), do})
}

// Slow makes every message take d longer on the system's clock, until the process stops; 0 ends it.
func (f *Faulty[M]) Slow(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.slow = d
}

// FailStarts makes the next n starts fail with [ErrInjected]; the behaviour's own Init is not called.
func (f *Faulty[M]) FailStarts(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.plan.starts = n
}

// HangStarts makes the next n starts hang until Release or a kill, and go on then. A process can be killed in its Init only if it has a
// StartTimeout.
func (f *Faulty[M]) HangStarts(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.plan.stuck = n
}

// Release lets all that hangs now go on.
func (f *Faulty[M]) Release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.mu.hanging {
		h.end()
	}
	f.mu.hanging = nil
}

// Calm ends all faults that are still to come; what hangs goes on.
func (f *Faulty[M]) Calm() {
	f.mu.Lock()
	f.mu.plan = plan[M]{at: map[int]Fault{}, seen: f.mu.plan.seen}
	f.mu.slow = 0
	f.mu.Unlock()
	f.Release()
}

// Seen returns how many messages there have been, in all incarnations.
func (f *Faulty[M]) Seen() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.plan.seen
}

// Hanging returns how many handlers and starts hang.
func (f *Faulty[M]) Hanging() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.mu.hanging)
}

// hang holds the caller, in a turn of ctx, up until Release or a kill.
func (f *Faulty[M]) hang(ctx *actors.Context[M]) {
	wait, end := context.WithCancel(context.WithoutCancel(ctx)) // it is the process that waits, but a stop does not end it
	defer end()
	h, k := &hang{end}, kitOf(ctx.System())
	f.mu.Lock()
	f.mu.hanging = append(f.mu.hanging, h)
	known := f.mu.kits[k]
	f.mu.kits[k] = true
	f.mu.Unlock()
	if !known {
		k.atEnd(f.Calm)
	}
	_ = ctx.System().Sleep(wait, -1) // ended by Release, or by a kill
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.hanging = slices.DeleteFunc(f.mu.hanging, func(o *hang) bool { return o == h })
}

// faulty is one incarnation of the behaviour.
type faulty[M any] struct {
	plan  *Faulty[M]
	inner actors.Behavior[M]
}

// Init starts the behaviour, unless this start is to fail.
func (b *faulty[M]) Init(ctx *actors.Context[M]) error {
	b.plan.mu.Lock()
	fails, hangs := b.plan.mu.plan.start()
	b.plan.mu.Unlock()
	if fails {
		return fmt.Errorf("%w: the start of %s", ErrInjected, ctx.PID().Path())
	}
	if hangs {
		b.plan.hang(ctx)
	}
	if b.inner = b.plan.start(); b.inner == nil {
		return actors.ErrNoBehavior
	}
	if inner, ok := b.inner.(actors.Initer[M]); ok {
		return inner.Init(ctx)
	}
	return nil
}

// Receive handles the message, or lets its fault have it.
func (b *faulty[M]) Receive(ctx *actors.Context[M], m M) error {
	b.plan.mu.Lock()
	fault, wrong := b.plan.mu.plan.next(m)
	slow := b.plan.mu.slow
	b.plan.mu.Unlock()
	if slow > 0 {
		_ = ctx.System().Sleep(ctx, slow) // cut short by a stop or a kill
	}
	if !wrong {
		return b.inner.Receive(ctx, m)
	}
	crash := fmt.Errorf("%w: %s at %T", ErrInjected, fault, m)
	switch fault {
	case Crash:
		return crash
	case CrashAfter:
		return errorOr(b.inner.Receive(ctx, m), crash)
	case Panic:
		panic(crash)
	case Kill:
		ctx.PID().Kill()
	case Hang:
		b.plan.hang(ctx)
	case Skip:
		return nil
	}
	return b.inner.Receive(ctx, m)
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Terminate is the behaviour's.
func (b *faulty[M]) Terminate(ctx *actors.Context[M], why actors.Reason) error {
	if inner, ok := b.inner.(actors.Terminator[M]); ok {
		return inner.Terminate(ctx, why)
	}
	return nil
}

// Inspect is the behaviour's.
func (b *faulty[M]) Inspect() any {
	if inner, ok := b.inner.(actors.Inspector); ok {
		return inner.Inspect()
	}
	return nil
}

var (
	_ actors.Initer[int]     = (*faulty[int])(nil)
	_ actors.Terminator[int] = (*faulty[int])(nil)
	_ actors.Inspector       = (*faulty[int])(nil)
)
