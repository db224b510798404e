// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// errBoom is what the tests' workers crash with.
var errBoom = errors.New("boom")

// do is a message that says itself what its receiver is to do: the test's code runs in the worker's turn.
type do func(c *cx) error

type cx = actors.Context[do]

// doer is the behaviour of the tests' workers; the callbacks are optional.
type doer struct {
	init func(c *cx) error
	term func(c *cx, why actors.Reason) error
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

// of makes a start function of a behaviour that every incarnation shares.
func of(d doer) func() actors.Behavior[do] { return func() actors.Behavior[do] { return &d } }

// plain is a worker without callbacks.
func plain(id string) supervision.Child { return supervision.Worker(id, of(doer{})) }

// trapping is a worker that traps exits.
func trapping(id string, o ...actors.Option) supervision.Child {
	return supervision.Worker(id, of(doer{init: trap}), o...)
}

func trap(c *cx) error {
	c.TrapExit(func(actors.Exit) do { return func(*cx) error { return nil } })
	return nil
}

// starting is a worker whose Init is given.
func starting(id string, init func(c *cx) error, o ...actors.Option) supervision.Child {
	return supervision.Worker(id, of(doer{init: init}), o...)
}

// with changes the spec of a child.
func with(c supervision.Child, change func(c *supervision.Child)) supervision.Child {
	change(&c)
	return c
}

func transient(c *supervision.Child) { c.Restart = supervision.Transient }
func temporary(c *supervision.Child) { c.Restart = supervision.Temporary }

// many is an intensity that no test uses up.
var many = supervision.Intensity{Max: 1 << 30}

// world is one system inside one bubble, with what happened in it.
type world struct {
	*actors.System
	mu   sync.Mutex
	log  []string // supervisors' events and what the tests' processes said
	ends []string // deaths: path and reason
}

// bubble runs body in a bubble with a system of its own, which is closed at the end.
func bubble(t *testing.T, body func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		bus := telemetry.NewBus()
		bus.SubscribeAll("test", w.hear)
		w.System = actors.New(actors.Options{Events: bus, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer func() {
			if t.Failed() { // a test that stopped half-way: its processes would hide what it has to say
				_ = w.Close(closed())
			}
		}()
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

// closed is a context that has ended.
func closed() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// say notes a line; it may be called from any process.
func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// told waits until every process rests and returns the lines since the last time.
func (w *world) told() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.log
	w.log = nil
	return lines
}

// deaths waits until every process rests and returns who ended since the last time, in order.
func (w *world) deaths() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	ends := w.ends
	w.ends = nil
	return ends
}

// hear notes events in one line each.
func (w *world) hear(e telemetry.Event) {
	if line := eventLine(e); line != "" {
		w.say("%s", line)
	}
	if e, ok := e.(actors.ProcessExited); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ends = append(w.ends, e.PID.Path()+" "+short(e.Reason))
	}
}

// eventLine is an event of a supervisor as the tests write it down.
func eventLine(e telemetry.Event) string {
	switch e := e.(type) {
	case supervision.ChildStarted:
		return "started " + e.ID
	case supervision.ChildIgnored:
		return "ignored " + e.ID
	case supervision.ChildStartFailed:
		return fmt.Sprintf("start failed %s: %s", e.ID, short(e.Reason))
	case supervision.ChildExited:
		return fmt.Sprintf("exited %s: %s, restarts %t", e.ID, short(e.Reason), e.Restarts)
	case supervision.ChildRestarting:
		return fmt.Sprintf("restarting %s: %d of %d, %s", e.ID, e.Attempt.N, e.Attempt.Max, e.Group)
	case supervision.BackoffWait:
		return fmt.Sprintf("waiting with %s: attempt %d, %s", e.ID, e.Attempt, e.For)
	case supervision.LimitReached:
		return fmt.Sprintf("limit of %s: %d of %d", e.ID, e.Attempt.N, e.Attempt.Max)
	case supervision.PlannedRestart:
		return "planned restart of " + e.ID
	case supervision.ChildStopped:
		return fmt.Sprintf("stopped %s: %s", e.ID, short(e.Reason))
	case supervision.ShutdownError:
		return fmt.Sprintf("stop went wrong %s: %s, timed out %t", e.ID, short(e.Reason), e.TimedOut)
	case supervision.GaveUp:
		return fmt.Sprintf("gave up on %s: %d of %d", e.ID, e.Attempt.N, e.Attempt.Max)
	case supervision.AutoShutdownBegun:
		return "auto shutdown by " + e.ID
	case supervision.SpecReplaced:
		return fmt.Sprintf("replaced: added %v, kept %v", e.Added, e.Kept)
	}
	return ""
}

// short is a reason without the places that crashes name.
func short(why actors.Reason) string {
	if c := why.CrashError(); c != nil {
		return "crash: " + c.Cause.Error()
	}
	if term, ok := why.Term(); ok {
		if failed, ok := term.(*supervision.StartFailed); ok {
			return fmt.Sprintf("shutdown: %s failed: %s", failed.ID, short(failed.Reason))
		}
	}
	return why.String()
}

// start starts the supervisor "app".
func (w *world) start(t *testing.T, spec supervision.Spec) *supervision.Supervisor {
	t.Helper()
	sup, err := supervision.Start(w, "app", spec)
	require.NoError(t, err)
	return sup
}

// children waits until every process rests and returns the children in start order, each as id and status.
func children(t *testing.T, sup *supervision.Supervisor) (lines []string) {
	t.Helper()
	synctest.Wait()
	infos, err := sup.Children(t.Context())
	require.NoError(t, err)
	for i := len(infos) - 1; i >= 0; i-- {
		lines = append(lines, infos[i].ID+" "+infos[i].Status.String())
	}
	return lines
}

// child waits until every process rests and returns the process of a child.
func child(t *testing.T, sup *supervision.Supervisor, id string) actors.PID {
	t.Helper()
	synctest.Wait()
	infos, err := sup.Children(t.Context())
	require.NoError(t, err)
	for _, info := range infos {
		if info.ID == id {
			return info.PID
		}
	}
	t.Fatalf("%s has no child %q", sup.PID(), id)
	return actors.PID{}
}

// sub returns the handle of a child that is a supervisor.
func sub(t *testing.T, sup *supervision.Supervisor, id string) *supervision.Supervisor {
	t.Helper()
	s, err := supervision.Of(child(t, sup, id))
	require.NoError(t, err)
	return s
}

// tell sends a worker something to do.
func tell(t *testing.T, who actors.PID, m do) {
	t.Helper()
	ref, err := actors.RefOf[do](who)
	require.NoError(t, err)
	ref.Tell(m)
}

// crash lets a worker crash and waits until every process rests.
func crash(t *testing.T, who actors.PID) {
	t.Helper()
	tell(t, who, func(*cx) error { return errBoom })
	synctest.Wait()
}

// why waits until every process rests and returns the reason of one that has ended.
func why(t *testing.T, who actors.PID) actors.Reason {
	t.Helper()
	synctest.Wait()
	reason, ended := who.Reason()
	require.True(t, ended, "%s lives", who)
	return reason
}

// crashOf is a crash as a reason, for exit signals from outside.
func crashOf(err error) actors.Reason { return exit.CrashOf(&exit.CrashError{Cause: err}) }
