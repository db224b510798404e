// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/supervision"
)

func TestAnswerToARecalledTaskIsDroppedAndFreesThePlace(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")
	progress, dropped := watch[exec.TaskProgressed](w), watch[exec.AnswerDropped](w)
	first := task("first", "wait")
	done := w.give(a, first)
	said := await(w, progress, "progress")
	assert.Equal(t, "first", said.Task)
	assert.Equal(t, "a", said.Agent)
	assert.JSONEq(t, `"waiting"`, string(said.Data))

	var f *agents.Failure
	_, err := w.do(a, "second", "echo")
	require.ErrorAs(t, err, &f)
	assert.Equal(t, agents.ClassUndelivered, f.Class, "the agent is busy")

	a.Ref().Tell(agents.Recall{Token: first.Token, Reason: "late"})
	res := await(w, done, "the answer")
	require.ErrorAs(t, res.err, &f)
	assert.Equal(t, agents.Failure{Class: agents.ClassRetryable, Reason: "agents: attempt recalled: late"}, *f)
	assert.Equal(t, "first", await(w, dropped, "the dropped answer").Task)

	_, err = w.do(a, "third", "echo")
	require.NoError(t, err, "the place is free again")
}

func TestDeadlineEndsATaskEvenIfNobodyRecallsIt(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")
	late := task("late", "wait")
	late.Until = time.Now().Add(400 * time.Millisecond)
	var f *agents.Failure
	require.ErrorAs(t, await(w, w.give(a, late), "the failure").err, &f)
	assert.Equal(t, "deadline", f.Code)

	late.Until = time.Now().Add(-time.Second)
	require.ErrorAs(t, await(w, w.give(a, late), "the refusal").err, &f)
	assert.Equal(t, agents.ClassUndelivered, f.Class)
}

func TestHungProgramIsKilledAfterTheRecallAndItsAgentRestarted(t *testing.T) {
	w := newWorld(t)
	dir, dirChild := agents.NewDirectory(w.sys, "agents")
	child, err := agents.Child(w.spec("a", "honest", func(s *exec.Settings) { s.CancelGrace = 100 * time.Millisecond }), exec.Kind(), dir)
	require.NoError(t, err)
	progress, started := watch[exec.TaskProgressed](w), watch[supervision.ChildStarted](w)
	_, err = supervision.Start(w.sys, "node", supervision.Spec{
		Strategy: supervision.RestForOne, Children: []supervision.Child{dirChild, child},
	})
	require.NoError(t, err)
	await(w, started, "the directory")
	await(w, started, "the agent")
	before, err := dir.Lookup(w.ctx, "a")
	require.NoError(t, err)
	assert.Equal(t, []string{"echo", "spec"}, before.Spec.Offers(), "the program says what it can do")

	stuck := task("stuck", "hang")
	done := make(chan error, 1)
	go func() { // ends with the call
		_, err := actors.Call(w.ctx, before.Ref, func(r actors.Reply[agents.Outcome]) agents.Message {
			return agents.Assign{Task: stuck, Reply: r}
		})
		done <- err
	}()
	await(w, progress, "the task to begin")
	before.Ref.Tell(agents.Recall{Token: stuck.Token, Reason: "late"})
	err = await(w, done, "the end of the agent")
	assert.ErrorIs(t, err, protocol.ErrCancelIgnored)
	var guilty *agents.TaskPanicError
	require.ErrorAs(t, err, &guilty)
	assert.Equal(t, "stuck", guilty.Task)

	await(w, started, "the restart")
	after, err := dir.Lookup(w.ctx, "a")
	require.NoError(t, err)
	assert.NotEqual(t, before.PID, after.PID)
	_, err = actors.Call(w.ctx, after.Ref, func(r actors.Reply[agents.Outcome]) agents.Message {
		return agents.Assign{Task: task("next", "echo"), Reply: r}
	})
	require.NoError(t, err)
}

func TestTaskThatWouldNotLetGoIsToBlameAmongSeveral(t *testing.T) {
	w := newWorld(t)
	s := w.spec("a", "honest", func(s *exec.Settings) { s.CancelGrace = 100 * time.Millisecond })
	s.Concurrency = 2
	a, err := agents.Spawn(w.sys, s, exec.Kind(), nil)
	require.NoError(t, err)
	progress := watch[exec.TaskProgressed](w)
	innocent := w.give(a, task("innocent", "wait"))
	await(w, progress, "the innocent task to begin")
	stuck := task("stuck", "hang")
	done := w.give(a, stuck)
	await(w, progress, "the stuck task to begin")
	a.Ref().Tell(agents.Recall{Token: stuck.Token, Reason: "late"})
	var ended *exec.ExitError
	require.ErrorAs(t, await(w, done, "the end").err, &ended)
	assert.Equal(t, []string{"innocent", "stuck"}, ended.Tasks)
	assert.Equal(t, "stuck", ended.Culprit)
	assert.Error(t, await(w, innocent, "the innocent's end").err)
	assert.Equal(t, exit.Crash, w.reason(a).Kind())
}

func TestResumedAttemptAnswersTheNewCaller(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest")
	progress := watch[exec.TaskProgressed](w)
	first := task("first", "wait")
	w.give(a, first)
	await(w, progress, "the task to begin")
	resume := func(token agents.Token) <-chan agents.Outcome {
		out := make(chan agents.Outcome, 1)
		go func() { // ends with the call
			o, err := actors.Call(w.ctx, a.Ref(), func(r actors.Reply[agents.Outcome]) agents.Message {
				return agents.Resume{Token: token, Reply: r}
			})
			if err == nil {
				out <- o
			}
		}()
		return out
	}
	o := await(w, resume(first.Token+1), "the answer for an unknown token")
	assert.Equal(t, agents.ClassUndelivered, o.Failure.Class)

	resumed := resume(first.Token)
	again := await(w, w.give(a, first), "the refusal of the same task").err
	var f *agents.Failure
	require.ErrorAs(t, again, &f)
	assert.Equal(t, agents.ClassUndelivered, f.Class)
	a.Ref().Tell(agents.Recall{Token: first.Token, Reason: "late"})
	assert.NotNil(t, await(w, resumed, "the resumed answer").Failure)
}

func TestTasksTheProgramCannotGetArePermanentFailures(t *testing.T) {
	w := newWorld(t)
	a := w.spawn("honest", func(s *exec.Settings) { s.LineLimit = 4096 })
	var f *agents.Failure
	large := task("large", "echo")
	large.Input = append(append([]byte(`"`), make([]byte, 5000)...), '"')
	for i := range 5000 {
		large.Input[i+1] = 'x'
	}
	require.ErrorAs(t, await(w, w.give(a, large), "the refusal").err, &f)
	assert.Equal(t, agents.ClassPermanent, f.Class)
	assert.Equal(t, "too_large", f.Code)
	broken := task("broken", "echo")
	broken.Input = []byte(`{"half":`)
	require.ErrorAs(t, await(w, w.give(a, broken), "the refusal").err, &f)
	assert.Equal(t, agents.ClassPermanent, f.Class)
	assert.Equal(t, "invalid", f.Code)
}

func TestProgramLowersTheConcurrency(t *testing.T) {
	w := newWorld(t)
	dir, dirChild := agents.NewDirectory(w.sys, "agents")
	s := w.spec("a", "one at a time")
	s.Concurrency, s.Capabilities = 4, agents.Can("x")
	child, err := agents.Child(s, exec.Kind(), dir)
	require.NoError(t, err)
	_, err = supervision.Start(w.sys, "node", supervision.Spec{Children: []supervision.Child{dirChild, child}})
	require.NoError(t, err)
	e, err := dir.Lookup(w.ctx, "a")
	require.NoError(t, err)
	assert.Equal(t, 1, e.Spec.Slots())
	assert.Equal(t, agents.Can("x"), e.Spec.Capabilities)
}
