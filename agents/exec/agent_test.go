// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/protocol"
)

func TestProgramAnswersTasksInItsOwnWords(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")

	out, err := w.do(a, "t1", "echo")
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"t1"}`, out)

	var f *agents.Failure
	_, err = w.do(a, "t2", "refuse")
	require.ErrorAs(t, err, &f)
	assert.Equal(t, agents.Failure{Class: agents.ClassRetryable, Code: "no", Reason: "not today"}, *f)

	_, err = w.do(a, "t3", "refuse for ever")
	require.ErrorAs(t, err, &f)
	assert.Equal(t, agents.Failure{Class: agents.ClassPermanent, Code: "never", Reason: "not ever"}, *f)

	late := task("t4", "deadline")
	late.Until = time.Now().Add(time.Hour)
	res := await(w, w.give(a, late), "the outcome")
	require.NoError(t, res.err)
	assert.Equal(t, "true", res.out, "the program is told how much time remains")

	now, err := actors.Call(w.ctx, a.Ref(), func(r actors.Reply[agents.Activity]) agents.Message { return agents.Describe{Reply: r} })
	require.NoError(t, err)
	assert.Equal(t, agents.Activity{Done: 2, Failed: 2}, now)
}

func TestProgramThatDoesNotStartFailsTheStartWithItsLastWords(t *testing.T) {
	for _, c := range []struct {
		role   string
		reason protocol.ReasonKind
		cause  error
		words  string
	}{
		{"silent", protocol.StartTimeout, protocol.ErrNoHello, "no greeting today\n"},
		{"gone before hello", protocol.ExitStatus, nil, "cannot open the database\n"},
		{"another version", protocol.Protocol, nil, ""},
	} {
		t.Run(c.role, func(t *testing.T) {
			w := newWorld(t)
			_, err := agents.Spawn(w.sys, w.spec("a", c.role, func(s *exec.Settings) {
				if c.role == "silent" {
					s.HelloTimeout = 300 * time.Millisecond
				}
			}), exec.Kind(), nil)
			var failed *exec.StartError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, c.reason, failed.Reason.Kind)
			assert.Equal(t, c.words, failed.Stderr)
			if c.cause != nil {
				assert.ErrorIs(t, err, c.cause)
			}
		})
	}
	t.Run("not there", func(t *testing.T) {
		w := newWorld(t)
		_, err := agents.Spawn(w.sys, w.spec("a", "", func(s *exec.Settings) { s.Command = []string{"./no-such-program"} }), exec.Kind(), nil)
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
	t.Run("mistaken settings", func(t *testing.T) {
		w := newWorld(t)
		_, err := agents.Spawn(w.sys, w.spec("a", "", func(s *exec.Settings) { s.Command, s.PingMisses = nil, -1 }), exec.Kind(), nil)
		require.Error(t, err)
		assert.ErrorContains(t, err, "command")
		assert.ErrorContains(t, err, "ping_misses", "all mistakes at once")
	})
}

func TestEndOfTheProgramIsTheEndOfItsAgentAndNamesTheTask(t *testing.T) {
	for _, c := range []struct {
		kind   string
		reason protocol.ReasonKind
		code   int
	}{
		{"exit 0", protocol.Normal, 0},
		{"exit 3", protocol.ExitStatus, 3},
		{"signal", protocol.Signaled, 0},
		{"junk", protocol.Protocol, 0},
		{"long line", protocol.Protocol, 0},
		{"half a line", protocol.Normal, 0},
	} {
		t.Run(c.kind, func(t *testing.T) {
			w := newWorld(t)
			a := w.spawn("honest")
			_, err := w.do(a, "bad", c.kind)
			var died *actors.CallError
			require.ErrorAs(t, err, &died)
			var ended *exec.ExitError
			require.ErrorAs(t, err, &ended)
			assert.Equal(t, c.reason, ended.Reason.Kind)
			assert.Equal(t, c.code, ended.Reason.Code)
			assert.Equal(t, []string{"bad"}, ended.Tasks)
			var guilty *agents.TaskPanicError
			require.ErrorAs(t, err, &guilty)
			assert.Equal(t, "bad", guilty.Task)
			if c.kind == "exit 3" {
				assert.Equal(t, "something broke\n", ended.Stderr)
			}
			assert.Equal(t, exit.Crash, w.reason(a).Kind())
			w.allDead()
		})
	}
}

func TestProgramThatLeavesWithNothingInHandEndsNormally(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")
	_, err := w.do(a, "t1", "bye")
	require.NoError(t, err)
	assert.Equal(t, exit.Normal, w.reason(a).Kind())
}

func TestCulpritIsNamedOnlyWhenItCanBeTold(t *testing.T) {
	w := newWorld(t)
	s := w.spec("a", "honest")
	s.Concurrency = 2
	a, err := agents.Spawn(w.sys, s, exec.Kind(), nil)
	require.NoError(t, err)
	progress := watch[exec.TaskProgressed](w)
	first := w.give(a, task("first", "wait"))
	await(w, progress, "the first task's progress")
	_, err = w.do(a, "second", "exit 3")
	var ended *exec.ExitError
	require.ErrorAs(t, err, &ended)
	assert.Equal(t, []string{"first", "second"}, ended.Tasks)
	assert.Empty(t, ended.Culprit)
	var guilty *agents.TaskPanicError
	assert.False(t, errors.As(err, &guilty))
	assert.Error(t, await(w, first, "the first outcome").err)
}

func TestSilentProgramIsKilledAsUnhealthy(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("pinged", func(s *exec.Settings) { s.PingInterval, s.PingMisses = 50*time.Millisecond, 2 })
	why := w.reason(a)
	require.Equal(t, exit.Crash, why.Kind())
	assert.ErrorIs(t, why.CrashError(), protocol.ErrSilent)
}

func TestKilledAgentTakesItsProgramAndThatOnesChildrenAlong(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")
	_, err := w.do(a, "t1", "child")
	require.NoError(t, err)
	a.PID().Kill()
	w.allDead()
}

func TestAgentKilledDuringItsStartLeavesNothing(t *testing.T) {
	w := newWorld(t)
	s := w.spec("a", "silent")
	s.StartTimeout = 200 * time.Millisecond // of the process; the program's own is 5 s
	_, err := agents.Spawn(w.sys, s, exec.Kind(), nil)
	require.ErrorIs(t, err, actors.ErrStartTimeout)
	w.allDead()
}

func TestClosedSystemLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.spawn("stubborn")
	ctx, cancel := context.WithCancel(w.ctx)
	cancel() // so that all is killed
	assert.Error(t, w.sys.Close(ctx))
	w.allDead()
}
