// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"sync"

	"mabeam.dev/actors"
)

// Probe is a process that records what it gets, in the place of one that the code under test talks to. Its methods belong to the test's
// goroutine.
type Probe[M any] struct {
	t    T
	sys  *actors.System
	ref  actors.Ref[M]
	got  *record[M]
	body *probeBody[M]
}

// probeBody is the process of a probe.
type probeBody[M any] struct {
	got *record[M]
	ctx *actors.Context[M] // of the process; set by Init
	mu  struct {
		sync.Mutex
		answer func(ctx *actors.Context[M], m M) error
		asked  func(ctx *actors.Context[M]) // what Inspect is to do in the process's turn
	}
}

// NewProbe starts a probe. It takes any number of messages unless an option says otherwise.
func NewProbe[M any](t T, in actors.Spawner, name string, options ...actors.Option) *Probe[M] {
	t.Helper()
	p := &Probe[M]{t: t, sys: actors.SystemOf(in), got: &record[M]{}}
	p.body = &probeBody[M]{got: p.got}
	options = append([]actors.Option{actors.Kind("probe"), actors.MailboxSize(-1)}, options...)
	ref, err := actors.Spawn(in, name, func() actors.Behavior[M] { return p.body }, options...)
	if err != nil {
		fail(t, p.sys, "start probe %q: %v", name, err)
	}
	p.ref = ref
	return p
}

// Init keeps the context for what the test asks for.
func (b *probeBody[M]) Init(ctx *actors.Context[M]) error {
	b.ctx = ctx
	return nil
}

// Receive records the message and then does what Answer was given.
func (b *probeBody[M]) Receive(ctx *actors.Context[M], m M) error {
	b.mu.Lock()
	answer := b.mu.answer
	b.mu.Unlock()
	b.got.add(m, ctx.Now())
	if answer == nil {
		return nil
	}
	return answer(ctx, m)
}

// Inspect does what the test asks for, between two messages.
func (b *probeBody[M]) Inspect() any {
	b.mu.Lock()
	asked := b.mu.asked
	b.mu.asked = nil
	b.mu.Unlock()
	if asked != nil {
		asked(b.ctx)
	}
	return nil
}

// Do runs do in the probe's turn, between two messages, and returns when it is done: to register a name, subscribe, or send in the probe's name.
func (p *Probe[M]) Do(do func(ctx *actors.Context[M])) {
	p.t.Helper()
	p.body.mu.Lock()
	p.body.mu.asked = do
	p.body.mu.Unlock()
	if _, err := actors.Inspect(context.Background(), p.ref.PID()); err != nil {
		fail(p.t, p.sys, "probe %q: %v", p.ref, err)
	}
}

// Ref returns the address of the probe.
func (p *Probe[M]) Ref() actors.Ref[M] { return p.ref }

// PID returns the process of the probe.
func (p *Probe[M]) PID() actors.PID { return p.ref.PID() }

// Answer has every message from here on handled by receive as well, in the probe's process, when it has been recorded: to reply to calls, or
// to end the probe. Nil means that messages are only recorded.
func (p *Probe[M]) Answer(receive func(ctx *actors.Context[M], m M) error) {
	p.body.mu.Lock()
	defer p.body.mu.Unlock()
	p.body.mu.answer = receive
}

// Monitor makes the end of a process arrive at the probe as the message that notice makes: behind all that the process has sent to the probe.
// See [ExpectDown] for an end whose place among messages does not matter.
func (p *Probe[M]) Monitor(who actors.PID, notice func(actors.Down) M) {
	p.t.Helper()
	p.Do(func(ctx *actors.Context[M]) { ctx.Monitor(who, notice) })
}

// TrapExit links the probe to a process, and makes exit signals arrive as the messages that notice makes in place of ending the probe.
func (p *Probe[M]) TrapExit(who actors.PID, notice func(actors.Exit) M) {
	p.t.Helper()
	p.Do(func(ctx *actors.Context[M]) {
		ctx.TrapExit(notice)
		ctx.Link(who)
	})
}
