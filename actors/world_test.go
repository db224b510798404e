// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// do is a message that says itself what its receiver is to do: the test's code runs in the process's turn.
type do func(c *cx) error

type (
	cx  = actors.Context[do]
	ref = actors.Ref[do]
)

// doer is the behaviour of the tests' processes; every callback is optional.
type doer struct {
	init func(c *cx) error
	term func(c *cx, why actors.Reason) error
	view func() any
}

func (d *doer) Receive(c *cx, m do) error { return m(c) }

func (d *doer) Init(c *cx) error {
	if d.init == nil {
		return nil
	}
	return d.init(c)
}

func (d *doer) Terminate(c *cx, why actors.Reason) error {
	if d.term == nil {
		return nil
	}
	return d.term(c, why)
}

func (d *doer) Inspect() any {
	if d.view == nil {
		return nil
	}
	return d.view()
}

// of makes a start function of a behaviour that is used once.
func of(d doer) func() actors.Behavior[do] { return func() actors.Behavior[do] { return &d } }

// plain starts a process with no callbacks of its own.
func plain() func() actors.Behavior[do] { return of(doer{}) }

// world is one system inside one bubble, with what it reported.
type world struct {
	*actors.System
	mu      sync.Mutex
	started []actors.ProcessStarted
	exited  []actors.ProcessExited
	letters []actors.DeadLetter
	left    []actors.ProcessAbandoned
	back    []actors.ProcessReleased
	stuck   []actors.ProcessStuck
	order   []telemetry.Event
	lines   []string // what a test's processes noted, in order
}

// listen subscribes the world to its own system.
func (w *world) listen() *telemetry.Bus {
	bus := telemetry.NewBus()
	bus.SubscribeAll("test", func(e telemetry.Event) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := e.(type) {
		case actors.ProcessStarted:
			w.started = append(w.started, e)
		case actors.ProcessExited:
			w.exited = append(w.exited, e)
		case actors.DeadLetter:
			w.letters = append(w.letters, e)
		case actors.ProcessAbandoned:
			w.left = append(w.left, e)
		case actors.ProcessReleased:
			w.back = append(w.back, e)
		case actors.ProcessStuck:
			w.stuck = append(w.stuck, e)
		}
		w.order = append(w.order, e)
	})
	return bus
}

// say notes a line; it may be called from any process.
func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// says is a message that notes a line.
func (w *world) says(format string, args ...any) do {
	return func(*cx) error { w.say(format, args...); return nil }
}

// heard waits until every process rests and returns the lines noted so far.
func (w *world) heard() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.lines...)
}

// dead waits until every process rests and returns the causes of the dead letters so far.
func (w *world) dead() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	var why []string
	for _, l := range w.letters {
		why = append(why, l.Why)
	}
	return why
}

// bubble runs body in a bubble with a system of its own, which is closed at the end.
func bubble(t *testing.T, body func(t *testing.T, w *world)) { bubbleWith(t, actors.Options{}, body) }

func bubbleWith(t *testing.T, o actors.Options, body func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		o.Events = w.listen()
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
		w.System = actors.New(o)
		body(t, w)
		if err := w.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
		synctest.Wait() // for handlers that a test has let go on
		if n := w.Len(); n != 0 {
			t.Errorf("%d processes are left after Close", n)
		}
		if n := w.Totals().Abandoning; n != 0 {
			t.Errorf("%d handlers are still abandoned", n)
		}
	})
}

// tell sends m and waits until every process rests.
func tell(r ref, m do) {
	r.Tell(m)
	synctest.Wait()
}

// ask runs m in the process and returns what it returned; the process goes on.
func ask[R any](t *testing.T, r ref, m func(c *cx) R) R {
	t.Helper()
	v, err := actors.Call(context.Background(), r, func(reply actors.Reply[R]) do {
		return func(c *cx) error { reply.Send(m(c)); return nil }
	})
	if err != nil {
		t.Fatalf("ask %s: %v", r, err)
	}
	return v
}

// why waits until every process rests and returns the reason of a dead one.
func why(t *testing.T, r ref) actors.Reason {
	t.Helper()
	synctest.Wait()
	reason, ok := r.PID().Reason()
	if !ok {
		t.Fatalf("%s is alive", r)
	}
	return reason
}

// alive waits until every process rests.
func alive(r ref) bool {
	synctest.Wait()
	return r.PID().Alive()
}

// sayDown is the notice that notes a Down.
func (w *world) sayDown(d actors.Down) do { return w.says("down %s", d.Reason) }

// sayExit is the notice that notes an Exit.
func (w *world) sayExit(e actors.Exit) do { return w.says("exit %s", e.Reason) }

// trapper starts a process that notes exits.
func (w *world) trapper() func() actors.Behavior[do] {
	return of(doer{init: func(c *cx) error { c.TrapExit(w.sayExit); return nil }})
}
