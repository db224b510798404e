// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"errors"
	"os"
	"runtime"
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

// supervised starts an agent under a supervisor.
func (w *world) supervised(s agents.Spec) (*supervision.Supervisor, actors.Ref[agents.Message]) {
	w.t.Helper()
	child, err := agents.Child(s, exec.Kind(), nil)
	require.NoError(w.t, err)
	sup, err := supervision.Start(w.sys, "node", supervision.Spec{Children: []supervision.Child{child}})
	require.NoError(w.t, err)
	children, err := sup.Children(w.ctx)
	require.NoError(w.t, err)
	ref, err := actors.RefOf[agents.Message](children[0].PID)
	require.NoError(w.t, err)
	return sup, ref
}

func TestSupervisorStopsAProgramGracefullyAndItsLastAnswerCounts(t *testing.T) {
	w := newWorld(t)
	sup, ref := w.supervised(w.spec("a", "slow to stop"))
	progress, ended := watch[exec.TaskProgressed](w), watch[exec.ProgramEnded](w)
	done := make(chan agents.Outcome, 1)
	go func() { // ends with the call
		out, err := actors.Call(w.ctx, ref, func(r actors.Reply[agents.Outcome]) agents.Message {
			return agents.Assign{Task: task("last", "wait"), Reply: r}
		})
		if err == nil {
			done <- out
		}
	}()
	await(w, progress, "the task to begin")
	require.NoError(t, sup.TerminateChild(w.ctx, "a"))
	assert.JSONEq(t, `"in time"`, string(await(w, done, "the answer").Output))
	end := await(w, ended, "the end of the program")
	assert.Equal(t, protocol.Reason{Kind: protocol.Normal, Asked: true}, end.Reason)
	why, _ := ref.PID().Reason()
	assert.Equal(t, exit.Shutdown, why.Kind())
	assert.Contains(t, w.log.String(), "goodbye")
	w.allDead()
}

func TestProgramThatIgnoresStopAndTermIsKilledWithinTheShutdownTime(t *testing.T) {
	w := newWorld(t)
	s := w.spec("a", "stubborn")
	s.Shutdown = supervision.After(2 * time.Second)
	sup, ref := w.supervised(s)
	ended, odd := watch[exec.ProgramEnded](w), watch[supervision.ShutdownError](w)
	require.NoError(t, sup.TerminateChild(w.ctx, "a"))
	end := await(w, ended, "the end of the program")
	assert.Equal(t, protocol.Signaled, end.Reason.Kind)
	assert.True(t, end.Reason.Asked)
	why, _ := ref.PID().Reason()
	assert.Equal(t, exit.Shutdown, why.Kind(), "the agent itself left in time")
	assert.Empty(t, odd)
	w.allDead()
}

func TestAgentKilledDuringItsStopTakesTheProgramAlong(t *testing.T) {
	for _, c := range []struct {
		name   string
		begins bool
	}{{"before the program hears of it", false}, {"while the program ignores it", true}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			s := w.spec("a", "stays")
			s.Shutdown = supervision.Infinity
			a, err := agents.Spawn(w.sys, s, exec.Kind(), nil)
			require.NoError(t, err)
			published := watch[exec.Published](w)
			a.PID().Stop()
			if c.begins {
				await(w, published, "the program to hear of the stop")
			}
			a.PID().Kill()
			w.allDead()
		})
	}
}

func TestBrutalKillLeavesNothing(t *testing.T) {
	w := newWorld(t)
	s := w.spec("a", "honest")
	s.Shutdown = supervision.Brutal
	sup, _ := w.supervised(s)
	require.NoError(t, sup.TerminateChild(w.ctx, "a"))
	w.allDead()
}

func TestSupervisorThatIsKilledTakesProgramsAlong(t *testing.T) {
	w := newWorld(t)
	sup, _ := w.supervised(w.spec("a", "stubborn"))
	sup.PID().Kill()
	w.allDead()
}

func TestManyStartsAndKillsLeaveNothing(t *testing.T) {
	w := newWorld(t)
	cycle := func(i int) {
		a, err := agents.Spawn(w.sys, w.spec("a", "honest"), exec.Kind(), nil)
		require.NoError(t, err)
		if i%2 == 0 {
			_, err = w.do(a, "t", "echo")
			require.NoError(t, err)
		}
		switch i % 3 {
		case 0:
			a.PID().Kill()
		case 1:
			a.PID().Stop()
		default:
			_, err = w.do(a, "t", "exit 3")
			require.Error(t, err)
		}
		w.reason(a)
		w.allDead()
	}
	cycle(0) // what is made once is made now
	files, routines := descriptors(t), runtime.NumGoroutine()
	for i := range 12 {
		cycle(i)
	}
	// The system does not wait for what the last cycles may still be about to close; a leak of one a cycle would be twelve.
	assert.LessOrEqual(t, descriptors(t), files+6)
	assert.LessOrEqual(t, runtime.NumGoroutine(), routines+6)
	assert.LessOrEqual(t, w.sys.Totals().LeftGo, int64(1))
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("needs /proc/self/fd")
	}
	require.NoError(t, err)
	return len(entries)
}
