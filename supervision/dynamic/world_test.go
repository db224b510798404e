// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"errors"
	"io"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

var errFound = errors.New("found")

// do is a message that says itself what its receiver is to do: the test's code runs in the child's turn.
type do func(c *cx) error

type cx = actors.Context[do]

// idle is a child that does what it is told.
var idle = actors.Stateless(func(c *cx, m do) error { return m(c) })

// trapper is a child that traps exits; what it then does with the stop of its supervisor is given.
type trapper struct{ answer func(c *cx) error }

func (b *trapper) Receive(c *cx, m do) error { return m(c) }

func (b *trapper) Init(c *cx) error {
	c.TrapExit(func(actors.Exit) do { return func(*cx) error { return nil } })
	return nil
}

func (b *trapper) Terminate(c *cx, _ actors.Reason) error { return b.answer(c) }

func trapping(answer func(c *cx) error) func() actors.Behavior[do] {
	return func() actors.Behavior[do] { return &trapper{answer} }
}

// stuck is what a trapper does that does not end within d.
func stuck(d time.Duration) func(c *cx) error {
	return func(*cx) error { <-time.After(d); return nil }
}

// child is a worker that is given its start function's outcomes: one for each start, the last one again and again.
func child(outcomes ...string) supervision.Child {
	n := 0
	return supervision.Child{ID: "child", Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		outcome := outcomes[min(n, len(outcomes)-1)]
		n++
		switch outcome {
		case "ignore":
			return actors.PID{}, actors.ErrIgnore
		case "error":
			return actors.PID{}, errFound
		case "nothing":
			return actors.PID{}, nil
		case "panic":
			panic("oops")
		}
		ref, err := actors.SpawnLink(in, "", idle)
		return ref.PID(), err
	}}
}

// failing is a child that comes up once and fails to restart ever after; tried is closed when it has failed for the first time.
func failing(outcome string) (c supervision.Child, tried chan struct{}) {
	tried = make(chan struct{})
	c = child("ok", outcome)
	do, n := c.Start, 0
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		if n++; n == 2 {
			close(tried)
		}
		if n >= 2 {
			runtime.Gosched() // on one core the attempts would be over before the test has had a turn
		}
		return do(in, args)
	}
	return c, tried
}

// with changes the spec of a child.
func with(c supervision.Child, change func(c *supervision.Child)) supervision.Child {
	change(&c)
	return c
}

func transient(c *supervision.Child) { c.Restart = supervision.Transient }
func temporary(c *supervision.Child) { c.Restart = supervision.Temporary }

// many is a limit of restarts that no test reaches.
var many = supervision.Intensity{Max: 100_000}

// bubble runs body in a bubble with a system of its own, which is closed at the end.
func bubble(t *testing.T, body func(t *testing.T, sys *actors.System)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer func() {
			require.NoError(t, sys.Close(t.Context()))
			time.Sleep(2 * time.Hour) // for handlers that a test has left stuck
		}()
		body(t, sys)
	})
}

// open starts the supervisor "sup".
func open(t *testing.T, sys *actors.System, spec dynamic.Spec) *dynamic.Supervisor {
	t.Helper()
	sup, err := dynamic.Start(sys, "sup", spec)
	require.NoError(t, err)
	return sup
}

// start starts a child that comes up.
func start(t *testing.T, sup *dynamic.Supervisor, c supervision.Child) actors.PID {
	t.Helper()
	pid, err := sup.StartChild(t.Context(), c)
	require.NoError(t, err)
	require.False(t, pid.IsZero())
	return pid
}

// end sends a child an exit signal and waits until every process rests.
func end(who actors.PID, why actors.Reason) {
	who.Exit(why)
	synctest.Wait()
}

// stop stops the supervisor as its parent would and returns how long that took.
func stop(t *testing.T, sup *dynamic.Supervisor) time.Duration {
	t.Helper()
	begin := time.Now()
	sup.PID().Stop()
	_, err := sup.PID().Await(t.Context())
	require.NoError(t, err)
	return time.Since(begin)
}

// ends waits until every process rests and returns the reasons of processes that have ended, as text.
func ends(t *testing.T, pids ...actors.PID) (texts []string) {
	t.Helper()
	synctest.Wait()
	for _, pid := range pids {
		why, ended := pid.Reason()
		require.True(t, ended, "%s lives", pid)
		texts = append(texts, why.String())
	}
	return texts
}

// count waits until every process rests and returns the supervisor's numbers.
func count(t *testing.T, sup *dynamic.Supervisor) supervision.Counts {
	t.Helper()
	synctest.Wait()
	n, err := sup.Count(t.Context())
	require.NoError(t, err)
	return n
}

// workers are the numbers of a supervisor with n workers, of which active have a process.
func workers(n, active int) supervision.Counts {
	return supervision.Counts{Specs: n, Active: active, Workers: n}
}

// statuses waits until every process rests and returns what each child is doing, in start order.
func statuses(t *testing.T, sup *dynamic.Supervisor) (words []string) {
	t.Helper()
	synctest.Wait()
	infos, err := sup.Children(t.Context())
	require.NoError(t, err)
	for i := len(infos) - 1; i >= 0; i-- {
		words = append(words, infos[i].Status.String())
	}
	return words
}

// whatever is a crash as a reason.
var whatever = exit.CrashOf(&exit.CrashError{Cause: errors.New("whatever")})

// odd is a shutdown with a term.
var odd = exit.ShutdownWith("odd")
