// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry"
)

func TestTaskOfADeadAgentIsGivenAgainAtOnce(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		starts := collect[work.AttemptStarted](r)
		began := time.Now()
		r.submit(task("a", "hang"))
		synctest.Wait()
		r.kill(starts()[0].Agent)
		synctest.Wait()
		started := starts()
		assert.Equal(t, time.Duration(0), time.Since(began), "no back-off for the death of an agent")
		require.Len(t, started, 2)
		assert.NotEqual(t, started[0].Agent, started[1].Agent)
		require.NoError(t, r.queue.Cancel(t.Context(), "a", "test"))
		assert.Equal(t, "cancelled", func() string { r.done(); return r.out.outcomes(t)["a"].Outcome }())
	})
}

func TestTaskThatKillsThreeAgentsIsPoison(t *testing.T) {
	bubble(t, setup{agents: crew(4), plan: plan.Spec{Attempts: 10}}, func(t *testing.T, r *rig) {
		dead := collect[work.TaskDead](r)
		r.submit(task("a", "panic"))
		r.done()
		require.Len(t, dead(), 1)
		assert.Equal(t, string(plan.CausePoison), dead()[0].Cause)
		letters, err := r.queue.DeadLetters(t.Context())
		require.NoError(t, err)
		require.Len(t, letters, 1)
		assert.Len(t, letters[0].Attempts, 3)
	})
}

func TestNeighbourOfAGuiltyTaskIsNotSuspected(t *testing.T) {
	bubble(t, setup{agents: []agents.Spec{{ID: "a", Concurrency: 2}}, plan: plan.Spec{Poison: 1}}, func(t *testing.T, r *rig) {
		r.submit(task("innocent", "slow"), task("guilty", "panic"))
		r.done()
		got := r.out.outcomes(t)
		assert.Equal(t, "done", got["innocent"].Outcome)
		assert.Equal(t, "poison", got["guilty"].Cause)
	})
}

func TestAgentThatDoesNotLetGoIsKilledAndItsOtherTasksAreNotSuspected(t *testing.T) {
	stuck, long := task("stuck", "stuck"), task("long", "hang")
	stuck.Timeout, stuck.Attempts = time.Second, 1
	long.Timeout, long.Attempts = 20*time.Second, 2
	bubble(t, setup{agents: []agents.Spec{{ID: "a", Concurrency: 2}}, plan: plan.Spec{Poison: 1}}, func(t *testing.T, r *rig) {
		condemned := collect[work.AgentCondemned](r)
		r.submit(stuck, long)
		r.done()
		got := r.out.outcomes(t)
		assert.Equal(t, "attempts", got["stuck"].Cause)
		assert.Equal(t, "timeout", got["stuck"].Attempts[0].End)
		require.Len(t, got["long"].Attempts, 2)
		assert.Equal(t, "down", got["long"].Attempts[0].End)
		assert.Len(t, condemned(), 1)
	})
}

func TestAnswerAfterTheEndIsDroppedAndTold(t *testing.T) {
	hang := task("a", "hang")
	hang.Timeout, hang.Attempts = time.Second, 1
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		late := collect[work.AnswerLate](r)
		r.submit(hang)
		stats := r.done()
		synctest.Wait()
		assert.Len(t, late(), 1)
		assert.Equal(t, 1, stats.Dead)
		assert.Equal(t, "dead", r.out.outcomes(t)["a"].Outcome)
	})
}

func TestPriorityGoesFirst(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		low, high := task("low", "work"), task("high", "work")
		low.Priority, high.Priority = -5, 5
		r.submit(task("first", "slow"), low, task("middle", "work"), high)
		r.done()
		got := r.out.outcomes(t)
		assert.Less(t, got["high"].Position, got["middle"].Position)
		assert.Less(t, got["middle"].Position, got["low"].Position)
	})
}

func TestTaskGoesToAnAgentWithTheCapability(t *testing.T) {
	team := []agents.Spec{{ID: "plain"}, {ID: "able", Capabilities: agents.Can("go")}}
	bubble(t, setup{agents: team}, func(t *testing.T, r *rig) {
		want, never := task("want", "work"), task("never", "work")
		want.Capability, never.Capability = "go", "rust"
		r.submit(want, never)
		synctest.Wait()
		assert.Equal(t, "able", r.out.outcomes(t)["want"].Agent)
		v, err := r.queue.View(t.Context())
		require.NoError(t, err)
		require.Len(t, v.Blocked, 1)
		assert.Equal(t, "rust", v.Blocked[0].Capability)
		assert.Equal(t, 1, v.Blocked[0].Tasks)
		assert.Equal(t, `no agent offers "rust"`, v.Blocked[0].Reason)
		require.ErrorIs(t, v.Blocked[0].NoAgent, balance.ErrNoAgent)
		assert.Equal(t, `capability = "rust"`, v.Blocked[0].NoAgent.Query.String())
		seen, err := r.queue.Lookup(t.Context(), "never")
		require.NoError(t, err)
		assert.Equal(t, plan.StateAccepted, seen.State)
		_, err = r.queue.Lookup(t.Context(), "nobody")
		assert.ErrorIs(t, err, plan.ErrUnknown)
		require.NoError(t, r.queue.Cancel(t.Context(), "never", ""))
		require.ErrorIs(t, r.queue.Cancel(t.Context(), "never", ""), plan.ErrEnded)
		require.ErrorIs(t, r.queue.Cancel(t.Context(), "nobody", ""), plan.ErrUnknown)
	})
}

func TestDuplicatesAreMergedAndConflictsRefused(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		keyed, other := task("one", "work"), task("two", "work")
		keyed.Key, other.Key = "k", "k"
		receipts, err := r.queue.Submit(t.Context(), keyed, keyed, other, task("one", "slow"), task("", "work"))
		require.NoError(t, err)
		assert.NoError(t, receipts[0].Err)
		assert.True(t, receipts[1].Duplicate)
		assert.Equal(t, "one", receipts[2].ID, "the same key is the same task")
		assert.True(t, receipts[2].Duplicate)
		assert.ErrorIs(t, receipts[3].Err, plan.ErrConflict)
		var field *plan.FieldError
		assert.ErrorAs(t, receipts[4].Err, &field)
		r.done()
		assert.Len(t, r.out.outcomes(t), 1)
	})
	bubble(t, setup{agents: crew(1), plan: plan.Spec{Duplicates: plan.Refuse}}, func(t *testing.T, r *rig) {
		receipts, err := r.queue.Submit(t.Context(), task("one", "work"), task("one", "work"))
		require.NoError(t, err)
		assert.ErrorIs(t, receipts[1].Err, plan.ErrDuplicate)
	})
}

func TestFullQueueRefusesOrLetsWait(t *testing.T) {
	bubble(t, setup{agents: crew(1), plan: plan.Spec{Limit: 4}}, func(t *testing.T, r *rig) {
		full := collect[work.QueueFull](r)
		most := 0
		var tasks []plan.Task
		for i := range 20 {
			tasks = append(tasks, task(fmt.Sprint(i), "slow"))
		}
		receipts, err := r.queue.TrySubmit(t.Context(), tasks[:5]...)
		require.NoError(t, err)
		assert.NoError(t, receipts[3].Err)
		assert.ErrorIs(t, receipts[4].Err, plan.ErrFull)
		answered := make(chan error, 1)
		go func() { // the test receives its answer
			_, err := r.queue.Submit(t.Context(), tasks...)
			answered <- err
		}()
		for range 10 {
			<-time.After(time.Second)
			stats, err := r.queue.Stats(t.Context())
			require.NoError(t, err)
			most = max(most, stats.Open())
			assert.Positive(t, stats.Parked)
		}
		assert.LessOrEqual(t, most, 4)
		require.NoError(t, <-answered)
		r.done()
		assert.NotEmpty(t, full())
		assert.Len(t, r.out.outcomes(t), 20)
	})
}

func TestNobodyOvertakesThoseWhoWaitForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{plan: plan.Spec{Limit: 16}}) // nobody works
		submit := func(prefix string, n int) {
			var tasks []plan.Task
			for i := range n {
				tasks = append(tasks, task(fmt.Sprint(prefix, i), "work"))
			}
			go func() { _, _ = r.queue.Submit(t.Context(), tasks...) }() // ends with the system
			synctest.Wait()
		}
		submit("a", 18)
		require.NoError(t, r.queue.Cancel(t.Context(), "a0", ""))
		submit("b", 1) // there is room for one, but not yet for those who wait
		_, err := r.queue.Lookup(t.Context(), "b0")
		require.ErrorIs(t, err, plan.ErrUnknown)
		for i := range 3 {
			require.NoError(t, r.queue.Cancel(t.Context(), fmt.Sprint("a", i+1), ""))
		}
		synctest.Wait()
		_, err = r.queue.Lookup(t.Context(), "b0")
		require.NoError(t, err)
		stats, err := r.queue.Stats(t.Context())
		require.NoError(t, err)
		assert.Zero(t, stats.Parked)
		r.close()
	})
}

func TestDrainLetsRunningAttemptsEndAndTakesBackTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{agents: crew(2), plan: plan.Spec{Limit: 3}})
		parked := make(chan []work.Receipt, 1)
		r.submit(task("slow", "slow"), task("long", "hang"), task("waits", "work"))
		go func() { // the test receives its answer
			receipts, _ := r.queue.Submit(t.Context(), task("parked", "work"))
			parked <- receipts
		}()
		synctest.Wait()
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		began := time.Now()
		stats, err := r.queue.Drain(ctx)
		require.NoError(t, err)
		assert.Equal(t, 10*time.Second, time.Since(began))
		assert.True(t, stats.Draining)
		assert.Equal(t, 0, stats.Running)
		assert.Equal(t, 2, stats.Accepted)
		assert.Len(t, r.out.outcomes(t), 1)
		assert.ErrorIs(t, (<-parked)[0].Err, plan.ErrDraining)
		receipts, err := r.queue.Submit(t.Context(), task("new", "work"))
		require.NoError(t, err)
		assert.ErrorIs(t, receipts[0].Err, plan.ErrDraining)
		r.kill("queue")
		<-time.After(time.Second)
		stats, err = r.queue.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 0, stats.Running, "a restarted queue goes on draining")
		r.close()

		r = newRig(t, setup{agents: crew(2), store: r.store, out: r.out})
		defer r.close()
		synctest.Wait()
		seen, err := r.queue.Lookup(t.Context(), "long")
		require.NoError(t, err)
		assert.Equal(t, plan.StateRunning, seen.State)
		assert.Equal(t, 1, seen.Attempt, "the attempt taken back was not counted")
		require.NoError(t, r.queue.Cancel(t.Context(), "long", ""))
		r.done()
		assert.Len(t, r.out.outcomes(t), 3)
	})
}

func TestDrainOfAnIdleQueueIsOverAtOnce(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "work"))
		r.done()
		began := time.Now()
		_, err := r.queue.Drain(t.Context())
		require.NoError(t, err)
		assert.Zero(t, time.Since(began))
	})
}

func TestWaitDoneEndsWithItsContext(t *testing.T) {
	bubble(t, setup{}, func(t *testing.T, r *rig) {
		r.submit(task("a", "work"))
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		_, err := r.queue.WaitDone(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestOptionsTellEveryProblem(t *testing.T) {
	_, err := work.New(nil, work.Options{Plan: plan.Spec{Limit: -1, Policy: "best"}})
	for _, want := range []string{"epoch is missing", "journal is missing", "directory is missing", "policy", "limit"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestEveryEventNamesItselfAndItsQueue(t *testing.T) {
	for _, e := range []telemetry.Logged{
		work.TaskAccepted{},
		work.AttemptStarted{},
		work.AttemptEnded{},
		work.TaskEnded{},
		work.TaskDead{},
		work.AnswerLate{},
		work.AgentCondemned{},
		work.QueueFull{},
		work.QueueRecovered{},
		work.SnapshotFailed{},
		work.BadLine{},
		work.SourceEnded{},
		work.SinkFailed{},
		work.JournalFull{},
		work.TaskRevived{},
		work.TaskPurged{},
		work.QueuePaused{},
		work.QueueUnpaused{},
	} {
		assert.Regexp(t, `^work\.[a-z_]+$`, e.EventName())
		assert.Equal(t, telemetry.KeyQueue, e.LogAttrs()[0].Key)
		_ = e.LogLevel()
	}
}
