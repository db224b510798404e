// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"mabeam.dev/actors/exit"
	"mabeam.dev/internal/kernel"
	"mabeam.dev/telemetry"
)

// Context is a process seen from inside. It belongs to the process's own callbacks: of its methods only those of context.Context, Self
// and Now may be used elsewhere. As a context.Context it is cancelled when the process ends or a stop takes effect; context.Cause
// gives an *exit.Error with the reason.
type Context[M any] struct {
	proc *kernel.Proc
	rand *rand.Rand // made when it is first asked for
}

var _ context.Context = (*Context[int])(nil)

func (c *Context[M]) spawner() (*kernel.System, *kernel.Proc) { return c.proc.System(), c.proc }
func (c *Context[M]) sender() *kernel.Proc                    { return c.proc }

// Self returns the Ref of this incarnation.
func (c *Context[M]) Self() Ref[M] { return Ref[M]{proc: c.proc} }

// PID returns this incarnation.
func (c *Context[M]) PID() PID { return PID{c.proc} }

// Now returns the system's time.
func (c *Context[M]) Now() time.Time { return c.proc.System().Clock().Now() }

// Rand returns this incarnation's source of random numbers, the same at each call. What it draws depends on the system's seed and the
// process's path alone.
func (c *Context[M]) Rand() *rand.Rand {
	if c.rand == nil {
		c.rand = c.proc.System().Rand(c.proc.Path())
	}
	return c.rand
}

// Logger returns the system's logger with the process's path.
func (c *Context[M]) Logger() *slog.Logger {
	return c.proc.System().Logger().With("process", c.proc.Path(), "incarnation", c.proc.ID())
}

// Events returns the bus of the system.
func (c *Context[M]) Events() *telemetry.Bus { return c.proc.System().Events() }

// Deadline is that of no process: ok is always false.
func (c *Context[M]) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

// Done is closed when the process ends or a stop takes effect.
func (c *Context[M]) Done() <-chan struct{} { return c.proc.Context().Done() }

// Err is context.Canceled once Done is closed.
func (c *Context[M]) Err() error { return c.proc.Context().Err() }

// Value finds the process for Call and TellContext; the process's context carries nothing else.
func (c *Context[M]) Value(key any) any {
	if _, ok := key.(processKey); ok {
		return c.proc
	}
	return c.proc.Context().Value(key)
}

// Continue makes m the next message, before anything that waits.
func (c *Context[M]) Continue(m M) { c.proc.Continue(m) }

// Stash sets the message in hand aside, with its sender and its reply address. Stashed messages count against the mailbox's bound.
func (c *Context[M]) Stash() { c.proc.Stash() }

// Unstash puts all that is stashed, oldest first, before the queue.
func (c *Context[M]) Unstash() { c.proc.Unstash() }

// Go runs fn on a goroutine that belongs to the process. fn's context is the process's; the message it returns arrives when it is
// done; its panic is a crash of the process. An ordered stop waits for it within the shutdown time; a crash or kill does not, and its
// result is then void. It is the only way in which a behaviour starts a goroutine.
func (c *Context[M]) Go(fn func(ctx context.Context) M) {
	c.proc.Go(func(ctx context.Context) any { return fn(ctx) })
}

// Do is Go for work without a result message.
func (c *Context[M]) Do(fn func(ctx context.Context)) {
	c.proc.Go(func(ctx context.Context) any {
		fn(ctx)
		return nil
	})
}

// Timer is a message to oneself in the future; see After and Every.
type Timer struct{ t *kernel.Timer }

// Cancel stops the timer: after it returns no tick is delivered, even if one was queued. Cancelling twice, or the zero Timer, is harmless.
func (t Timer) Cancel() {
	if t.t != nil {
		t.t.Cancel()
	}
}

// Reset arms the timer anew for d from now; an older tick that was queued is not delivered.
func (t Timer) Reset(d time.Duration) {
	if t.t != nil {
		t.t.Reset(d)
	}
}

// After sends m to this process when d has passed on the system's clock. The timer dies with the incarnation.
func (c *Context[M]) After(d time.Duration, m M) Timer {
	return Timer{c.proc.After(d, func() any { return m })}
}

// Every sends m to this process each d on a fixed schedule; ticks that fall due while one still waits are merged. It panics unless d
// is positive.
func (c *Context[M]) Every(d time.Duration, m M) Timer {
	if d <= 0 {
		panic("actors: Every needs a positive period")
	}
	return Timer{c.proc.Every(d, func() any { return m })}
}

// WithTimeout returns a context that also ends after d on the system's clock, with ErrTimeout as its cause.
func (c *Context[M]) WithTimeout(d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Context(c))
	t := c.proc.System().Clock().AfterFunc(d, func() { cancel(ErrTimeout) })
	return limited{ctx, c.Now().Add(d)}, func() { t.Stop(); cancel(context.Canceled) }
}

// limited is a context that ends at a time of the system's clock.
type limited struct {
	context.Context
	at time.Time
}

func (l limited) Deadline() (time.Time, bool) { return l.at, true }

// Register gives this process another name that is unique in the system. *NameTakenError says who has it.
func (c *Context[M]) Register(name string) error {
	holder, err := c.proc.Register(name)
	if holder != nil {
		return &NameTakenError{Name: name, Holder: PID{holder}}
	}
	return err
}

// Publish keeps a value with the process that others read without asking it, through [PID.Published]: a view that the process keeps up to
// date. The value must be safe for concurrent use. It goes with the process.
func (c *Context[M]) Publish(v any) { c.proc.Publish(v) }

// Asked reports, in Terminate, whether the process ends because of an exit signal, and with which reason; false for an end of the
// process's own.
func (c *Context[M]) Asked() (why Reason, asked bool) { return c.proc.Asked() }

// Stopped returns the reason of the stop that has taken effect, while the handler in hand is still to return.
func (c *Context[M]) Stopped() (Reason, bool) {
	if e, ok := context.Cause(c.proc.Context()).(*exit.Error); ok { //nolint:errorlint // the kernel's own value
		return e.Reason, true
	}
	return Reason{}, false
}
