// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// The graces of the default configuration, which tell the timers apart.
const (
	startTimeout = 5 * time.Second
	stopGrace    = 4 * time.Second
	termGrace    = 3 * time.Second
	closeGrace   = 2 * time.Second
	cancelGrace  = 6 * time.Second
)

var graces = protocol.Config{StopGrace: stopGrace, TermGrace: termGrace, CloseGrace: closeGrace, CancelGrace: cancelGrace, PingInterval: protocol.Never}

func TestAnOrdinaryProgramWorksAndStops(t *testing.T) {
	s := play(t, "echo", graces)
	ready := next[protocol.BecameReady](s)
	assert.Equal(t, []string{"echo"}, ready.Hello.Capabilities)
	for i := range 100 {
		id := fmt.Sprint("t", i)
		s.assign(id)
		done := next[protocol.TaskDone](s)
		assert.Equal(t, id, done.ID)
		assert.JSONEq(t, `{"text":"`+id+`"}`, string(done.Output))
	}
	s.port.Stop()
	next[protocol.Logged](s) // what it says while stopping still counts
	end := s.finish()
	assert.Equal(t, "normal, asked", end.Reason.String())
	assert.Zero(t, end.Junk)
}

func TestEachWayToEndHasItsReason(t *testing.T) {
	for _, tc := range []struct {
		mode   string
		task   bool
		act    func(*stage) // after hello, and the task when there is one
		want   protocol.ReasonKind
		reason string // the start of what the reason says
		cause  error
	}{
		{mode: "crash", task: true, want: protocol.Signaled, reason: "signal 9"},
		{mode: "exit 3", task: true, want: protocol.ExitStatus, reason: "exit 3"},
		{mode: "half a line", task: true, want: protocol.Normal, reason: "normal"},
		{mode: "flood stdout junk", want: protocol.Protocol, reason: "protocol (protocol: more than 100 junk lines"},
		{mode: "close stdout and live", act: func(s *stage) { s.awaitTimer(closeGrace); s.pass(closeGrace) }, want: protocol.Protocol, cause: protocol.ErrOutputClosed},
		{mode: "close stdin and live", act: func(s *stage) {
			next[protocol.Logged](s)
			s.assign("lost")
			s.awaitTimer(closeGrace)
			s.pass(closeGrace)
		}, want: protocol.Protocol, cause: protocol.ErrInputClosed},
		{mode: "bye", want: protocol.Normal, reason: "normal"},
		{mode: "bye and stay", act: func(s *stage) { next[protocol.Leaving](s); s.pass(stopGrace) }, want: protocol.Unhealthy, cause: protocol.ErrStayed},
		{mode: "hang in a task", task: true, act: func(s *stage) {
			next[protocol.TaskProgressed](s)
			s.pass(deadline)
			assert.ErrorIs(s.t, next[protocol.TaskFailed](s).Err, protocol.ErrDeadline)
			s.pass(cancelGrace)
		}, want: protocol.Unhealthy, cause: protocol.ErrCancelIgnored},
		{mode: "deaf to stop", act: func(s *stage) { s.port.Stop(); s.pass(stopGrace) }, want: protocol.Signaled, reason: "signal 15, asked"},
		{mode: "ignore TERM", act: func(s *stage) {
			s.port.Stop()
			s.pass(stopGrace)
			s.awaitTimer(termGrace)
			s.pass(termGrace)
		}, want: protocol.Signaled, reason: "signal 9, asked"},
		{mode: "ignore TERM", act: func(s *stage) { s.port.Kill() }, want: protocol.Signaled, reason: "signal 9, asked"},
		{mode: "grandchild holds stdout", act: func(s *stage) { next[protocol.EventReceived](s); s.port.Stop() }, want: protocol.Normal, reason: "normal, asked"},
		{mode: "grandchild holds stdout", act: func(s *stage) { next[protocol.EventReceived](s); s.port.Kill() }, want: protocol.Signaled, reason: "signal 9, asked"},
		{mode: "grandchild outlives the leader", want: protocol.Normal, reason: "normal"},
	} {
		t.Run(tc.mode, func(t *testing.T) {
			s := play(t, tc.mode, graces)
			next[protocol.BecameReady](s)
			if tc.task {
				s.assign("held")
			}
			if tc.act != nil {
				tc.act(s)
			}
			end := s.finish()
			assert.Equal(t, tc.want.String(), end.Reason.Kind.String())
			assert.True(t, strings.HasPrefix(end.Reason.String(), tc.reason), "%s", end.Reason)
			if tc.cause != nil {
				assert.ErrorIs(t, end.Reason.Cause, tc.cause)
			}
			for id, err := range s.failures() {
				if !errors.Is(err, protocol.ErrDeadline) {
					assert.ErrorIs(t, err, protocol.ErrAgentDown, id)
				}
			}
			assert.Equal(t, tc.task, len(s.failures()) == 1 && s.failures()["held"] != nil)
		})
	}
}

// awaitTimer runs the loop until a timer of this duration is armed.
func (s *stage) awaitTimer(d time.Duration) {
	s.t.Helper()
	armed := func() bool {
		return slices.ContainsFunc(s.clock.running(), func(t *handTimer) bool { return t.after == d })
	}
	for !armed() {
		s.seen = append(s.seen, s.port.Handle(<-s.inbox.Inputs())...)
	}
}

func TestAProgramThatNeverSaysHelloFailsItsStart(t *testing.T) {
	s := play(t, "hang before hello", graces)
	_, err := s.port.Assign(protocol.Task{ID: "x"})
	require.ErrorIs(t, err, protocol.ErrNotReady)
	s.pass(startTimeout)
	end := s.finish()
	assert.Equal(t, protocol.StartTimeout, end.Reason.Kind)

	s = play(t, "exit before hello", graces)
	assert.Equal(t, "exit 4", s.finish().Reason.String())
}

func TestAProgramThatDoesNotReadIsBusyThenUnhealthy(t *testing.T) {
	s := play(t, "never read stdin", graces, func(spec *program.Spec) { spec.WriteTimeout = writeTimeout })
	next[protocol.BecameReady](s)
	data, _ := json.Marshal(strings.Repeat("d", 100<<10)) // more than a pipe holds
	var err error
	for sent := 0; err == nil; sent++ {
		require.Less(t, sent, 70, "the queue has no end")
		err = s.port.Publish(protocol.Event{Topic: "more", Data: data})
	}
	require.ErrorIs(t, err, program.ErrBusy)
	_, err = s.port.Assign(protocol.Task{ID: "x"})
	require.ErrorIs(t, err, program.ErrBusy)
	end := s.finish()
	assert.Equal(t, protocol.Unhealthy, end.Reason.Kind)
	assert.ErrorIs(t, end.Reason.Cause, protocol.ErrWriteBlocked)
}

func TestAStuckInputDoesNotHoldUpStop(t *testing.T) {
	s := play(t, "never read stdin", graces)
	next[protocol.BecameReady](s)
	data, _ := json.Marshal(strings.Repeat("d", 100<<10))
	require.NoError(t, s.port.Publish(protocol.Event{Topic: "more", Data: data}))
	s.port.Stop()
	s.pass(stopGrace)
	assert.Equal(t, "signal 15, asked", s.finish().Reason.String())
}

func TestFloodedStderrNeitherBlocksNorFillsTheLog(t *testing.T) {
	s := play(t, "flood stderr", graces, func(spec *program.Spec) { spec.StderrRate = 10 })
	next[protocol.BecameReady](s)
	s.assign("x")
	next[protocol.TaskDone](s)
	s.port.Stop()
	s.finish()
	tail := s.port.StderrTail()
	assert.Len(t, tail, 64<<10)
	assert.Contains(t, string(tail), "e\nlast words") // a coverage build says something of its own after that
	logged, skipped := 0, 0
	for _, l := range s.stderr {
		skipped += l.Skipped
		if l.Text != "" {
			logged++
		}
	}
	assert.Equal(t, 20001, logged+skipped, "every line is logged or counted")
	assert.Greater(t, skipped, 0)
}

func TestALineOf100MBEndsTheProgramInBoundedMemory(t *testing.T) {
	s := play(t, "100 MB line", graces)
	next[protocol.BecameReady](s)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.assign("x")
	end := s.finish()
	runtime.ReadMemStats(&after)
	var long *protocol.LineTooLongError
	require.ErrorAs(t, end.Reason.Cause, &long)
	assert.Equal(t, protocol.Protocol, end.Reason.Kind)
	assert.Equal(t, protocol.DefaultLineLimit, long.Limit)
	assert.Equal(t, strings.Repeat("x", 80), long.Head)
	// All that was ever allocated, collected or not: growing to the limit, and no more.
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10<<20))
}

func TestAnswersToWrongTasksAreReportedAndNeverDelivered(t *testing.T) {
	s := play(t, "wrong ids", graces)
	next[protocol.BecameReady](s)
	s.assign("x")
	done := next[protocol.TaskDone](s)
	assert.JSONEq(t, `{"text":"x"}`, string(done.Output))
	s.port.Stop()
	end := s.finish()
	assert.Equal(t, 3, end.Junk)
	var kinds []string
	for _, n := range s.seen {
		switch n := n.(type) {
		case protocol.StrayAnswer:
			kinds = append(kinds, n.Stray.Kind.String())
		case protocol.JunkSeen:
			kinds = append(kinds, n.Junk.Kind.String())
		}
	}
	assert.Equal(t, []string{"bad_field", "unknown_task", "wrong_attempt"}, kinds)
}

func TestASecondResultIsReportedAndNeverDelivered(t *testing.T) {
	s := play(t, "duplicates", graces)
	next[protocol.BecameReady](s)
	s.assign("x")
	assert.Equal(t, `"first"`, string(next[protocol.TaskDone](s).Output))
	assert.Equal(t, protocol.Duplicate, next[protocol.StrayAnswer](s).Stray.Kind)
	s.port.Kill()
	s.finish()
}

func TestOutputWrittenJustBeforeTheExitIsDelivered(t *testing.T) {
	for range 20 {
		s := play(t, "result then exit", graces)
		next[protocol.BecameReady](s)
		s.assign("x")
		end := s.finish()
		assert.Equal(t, "exit 7", end.Reason.String())
		assert.Empty(t, s.failures())
	}
}

func TestASlowOwnerLosesNothingAndOrderIsKept(t *testing.T) {
	s := play(t, "numbers", graces)
	want := 0
	s.until(func(n protocol.Notice) bool {
		if e, ok := n.(protocol.EventReceived); ok {
			require.Equal(t, strconv.Itoa(want), string(e.Event.Data))
			want++
		}
		_, ok := n.(protocol.Leaving)
		return ok
	})
	assert.Equal(t, 20000, want)
	s.finish()
}

func TestAProgramWaitsWhileItsOwnerIsBusy(t *testing.T) {
	s := play(t, "flood stdout", graces)
	next[protocol.BecameReady](s)
	// The owner's loop stands still now. The program tells over the lifeline when a write of it hangs.
	require.NoError(t, s.life.SetReadDeadline(time.Now().Add(guard)))
	said, err := bufio.NewReader(s.life).ReadString('\n')
	require.NoError(t, err)
	written, err := strconv.Atoi(strings.TrimSpace(said))
	require.NoError(t, err)
	assert.Less(t, written, 256<<10, "a pipe and a read's worth")
	s.port.Kill()
	s.finish()
}

func TestAProgramWhoseOwnerIsGoneIsKilled(t *testing.T) {
	s := play(t, "flood stdout", graces)
	next[protocol.BecameReady](s)
	s.inbox.Leave()
	<-s.port.Done()
	s.allDead()

	s = play(t, "deaf to stop", graces) // would live on though its pipes are closed
	s.inbox.Leave()
	<-s.port.Done()
	s.allDead()
}

func TestTheEnvironmentHoldsOnlyWhatIsAllowed(t *testing.T) {
	t.Setenv("SECRET_TOKEN", "hidden")
	t.Setenv("WANTED", "passed on")
	t.Setenv("LANG", "xx_XX")
	dir, err := os.MkdirTemp("", "work")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	s := play(t, "environment", graces, func(spec *program.Spec) {
		spec.Dir, spec.PassEnv = dir, []string{"WANTED", "NOT_SET"}
		spec.Env = append(spec.Env, "LANG=C")
	})
	next[protocol.BecameReady](s)
	s.assign("x")
	got := next[protocol.EventReceived](s).Event
	assert.Equal(t, dir, got.Topic)
	var env, names []string
	require.NoError(t, json.Unmarshal(got.Data, &env))
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		names = append(names, name)
	}
	assert.Subset(t, []string{"PATH", "HOME", "LANG", "TMPDIR", "PWD", "WANTED", rogueMode, rogueLife}, names)
	assert.Contains(t, env, "WANTED=passed on")
	assert.Contains(t, env, "LANG=C")
	s.port.Kill()
	s.finish()
}

// A descendant with its own session cannot be found by a signal to the group. What is promised: it holds up
// nothing.
func TestADescendantThatEscapesItsGroupHoldsUpNothing(t *testing.T) {
	s := play(t, "setsid escape", graces)
	var pid int
	require.NoError(t, json.Unmarshal(next[protocol.EventReceived](s).Event.Data, &pid))
	end := next[protocol.Ended](s)
	<-s.port.Done()
	assert.Equal(t, protocol.Normal, end.Reason.Kind)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "the limit stated in the documentation is gone: say so there")
	s.allDead()
}
