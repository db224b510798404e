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

	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
)

func TestPausedQueueAcceptsAndGivesNothingOutEvenAfterARestart(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		paused, over := collect[work.QueuePaused](r), collect[work.QueueUnpaused](r)
		require.NoError(t, r.queue.Pause(t.Context(), "night"))
		require.NoError(t, r.queue.Pause(t.Context(), "another reason"))
		r.submit(task("a", "work"))
		r.kill("queue")
		synctest.Wait()
		r.submit(task("b", "work"))
		synctest.Wait()
		v, err := r.queue.View(t.Context())
		require.NoError(t, err)
		assert.True(t, v.Paused)
		assert.Equal(t, 2, v.Accepted)
		assert.Equal(t, []plan.Block{{Tasks: 2, Reason: "queue is paused: night"}}, v.Blocked)
		require.NoError(t, r.queue.Unpause(t.Context()))
		require.NoError(t, r.queue.Unpause(t.Context()))
		assert.Equal(t, 2, r.done().Done)
		assert.Equal(t, []work.QueuePaused{{Queue: "queue", Reason: "night"}}, paused())
		assert.Len(t, over(), 1)
	})
}

func TestDeadLettersAreListedRetriedAndPurged(t *testing.T) {
	bubble(t, setup{agents: crew(1), plan: plan.Spec{Attempts: 1}}, func(t *testing.T, r *rig) {
		r.submit(task("a", "refuse"), task("b", "refuse"), task("c", "work"), task("d", "refuse"))
		r.done()
		dead, err := r.queue.Tasks(t.Context(), plan.Selection{States: []plan.State{plan.StateDead}, Limit: 2})
		require.NoError(t, err)
		require.Len(t, dead, 2)
		assert.Equal(t, "a", dead[0].ID)
		assert.Equal(t, "b", dead[1].ID)
		more, err := r.queue.Tasks(t.Context(), plan.Selection{States: []plan.State{plan.StateDead}, After: dead[1].Seq})
		require.NoError(t, err)
		require.Len(t, more, 1)
		assert.Equal(t, "d", more[0].ID)

		receipts, err := r.queue.Retry(t.Context(), time.Time{}, "a", "c", "nobody")
		require.NoError(t, err)
		assert.NoError(t, receipts[0].Err)
		assert.Equal(t, "a", receipts[0].ID)
		assert.ErrorIs(t, receipts[1].Err, plan.ErrNotDead)
		assert.ErrorIs(t, receipts[2].Err, plan.ErrUnknown)
		stats := r.done()
		assert.Equal(t, 3, stats.Dead, "it fails again")
		assert.Len(t, func() []plan.Attempt {
			v, err := r.queue.Lookup(t.Context(), "a")
			require.NoError(t, err)
			return v.Attempts
		}(), 2, "with both series in its history")

		receipts, err = r.queue.Purge(t.Context(), "a", "c")
		require.NoError(t, err)
		assert.NoError(t, receipts[0].Err)
		assert.ErrorIs(t, receipts[1].Err, plan.ErrNotDead)
		receipts, err = r.queue.Retry(t.Context(), time.Time{}, "a")
		require.NoError(t, err)
		assert.ErrorIs(t, receipts[0].Err, plan.ErrNotDead)
		r.kill("queue")
		synctest.Wait()
		again, err := r.queue.Submit(t.Context(), task("a", "refuse"))
		require.NoError(t, err)
		assert.True(t, again[0].Duplicate, "a task that was purged is not done again")
		assert.Equal(t, plan.StateDead, again[0].State)
	})
}

func TestForgottenTasksAreStillRecognised(t *testing.T) {
	bubble(t, setup{agents: crew(2), plan: plan.Spec{Remember: 10}, every: -1}, func(t *testing.T, r *rig) {
		var all []plan.Task
		for i := range 100 {
			one := task(fmt.Sprint("t", i), "work")
			one.Key = fmt.Sprint("key", i)
			all = append(all, one)
		}
		r.submit(all...)
		r.done()
		stats, err := r.queue.Stats(t.Context())
		require.NoError(t, err)
		assert.Positive(t, stats.Forgotten)
		assert.Equal(t, 100, stats.Done)

		for round := range 2 { // the second time with a queue that has read its history again
			receipts, err := r.queue.Submit(t.Context(), all...)
			require.NoError(t, err)
			for i, receipt := range receipts {
				assert.NoError(t, receipt.Err)
				assert.True(t, receipt.Duplicate, "%d of round %d", i, round)
				assert.Equal(t, plan.StateDone, receipt.State)
				assert.NotZero(t, receipt.Version)
			}
			other := task("t3", "slow")
			fresh := task(fmt.Sprint("fresh", round), "work")
			receipts, err = r.queue.Submit(t.Context(), other, fresh)
			require.NoError(t, err)
			assert.ErrorIs(t, receipts[0].Err, plan.ErrConflict)
			assert.NoError(t, receipts[1].Err)
			assert.False(t, receipts[1].Duplicate)
			r.done()
			r.kill("queue")
			synctest.Wait()
		}
		v, err := r.queue.Seen(t.Context(), "t0")
		require.NoError(t, err)
		assert.Equal(t, plan.StateDone, v.State)
		o, err := r.queue.Outcome(t.Context(), "t0")
		require.NoError(t, err)
		assert.Contains(t, []string{`"a1"`, `"a2"`}, string(o.Output))
		_, err = r.queue.Seen(t.Context(), "nobody")
		assert.ErrorIs(t, err, plan.ErrUnknown)
		for range r.queue.Watch(t.Context(), "nobody") {
			break
		}
	})
}

// While the queue is full and forgets, those who wait for room are looked up again, and nothing is done twice.
func TestWaitingSubmissionsOfAFullQueueThatForgetsAreDoneOnce(t *testing.T) {
	bubble(t, setup{agents: crew(3), plan: plan.Spec{Remember: 1, Limit: 4}}, func(t *testing.T, r *rig) {
		const tasks = 120
		var all []plan.Task
		for i := range tasks {
			all = append(all, task(fmt.Sprint("t", i), "work"))
		}
		receipts, err := r.queue.Submit(t.Context(), append(all, all...)...)
		require.NoError(t, err)
		for i, receipt := range receipts {
			assert.NoError(t, receipt.Err)
			assert.Equal(t, i >= tasks, receipt.Duplicate)
		}
		r.done()
		assert.Len(t, r.out.outcomes(t), tasks)
	})
}

func TestJournalTellsTheWholeStoryOfATask(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "once panic"), task("b", "work"))
		r.done()
		page, err := r.log.Query(t.Context(), events.Query{Correlation: r.queue.Correlation("a")})
		require.NoError(t, err)
		var story []string
		for _, e := range page.Events {
			story = append(story, e.Type)
		}
		assert.Equal(t, []string{plan.TypeAccepted, plan.TypeStarted, plan.TypeFailed, plan.TypeStarted, plan.TypeDone}, story)
	})
}

func TestWatcherSeesEachDurableStepAndTheEnd(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "slow"))
		synctest.Wait()
		var seen []string
		var last uint64
		for n, err := range r.queue.Watch(t.Context(), "a") {
			require.NoError(t, err)
			assert.Greater(t, n.Version, last)
			last = n.Version
			seen = append(seen, fmt.Sprint(n.State, " ", n.Attempt, n.End))
			if len(seen) == 1 {
				r.kill(n.Agent)
			}
		}
		assert.Equal(t, []string{"running 1", "accepted 0killed", "running 2", "done 2done"}, seen)

		for n, err := range r.queue.Watch(t.Context(), "a") {
			require.NoError(t, err)
			assert.Equal(t, plan.StateDone, n.State)
		}
		for _, err := range r.queue.Watch(t.Context(), "nobody") {
			assert.ErrorIs(t, err, plan.ErrUnknown)
		}
	})
}

func TestWatchGoesOnWhenTheQueueIsRestarted(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "slow"))
		var seen []plan.State
		for n, err := range r.queue.Watch(t.Context(), "a") {
			require.NoError(t, err)
			if seen = append(seen, n.State); len(seen) == 1 {
				r.kill("queue")
			}
		}
		assert.Equal(t, plan.StateDone, seen[len(seen)-1])
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		r.submit(task("b", "hang"))
		var last error
		for _, err := range r.queue.Watch(ctx, "b") {
			last = err
		}
		assert.ErrorIs(t, last, context.DeadlineExceeded)
		require.NoError(t, r.queue.Cancel(t.Context(), "b", ""))
	})
}

func TestOutcomeOfAnOpenTaskIsRefused(t *testing.T) {
	bubble(t, setup{}, func(t *testing.T, r *rig) {
		r.submit(task("a", "work"))
		_, err := r.queue.Outcome(t.Context(), "a")
		require.ErrorIs(t, err, work.ErrOpen)
		_, err = r.queue.Outcome(t.Context(), "nobody")
		require.ErrorIs(t, err, plan.ErrUnknown)
	})
}

func TestRatesAndQuotasHoldUnderTheClock(t *testing.T) {
	quota := plan.Spec{Agents: plan.Quota{Rate: 1, Burst: 1}, Kinds: map[string]plan.Quota{"moody": {Concurrency: 1}}}
	bubble(t, setup{agents: crew(2), plan: quota}, func(t *testing.T, r *rig) {
		starts := collect[work.AttemptStarted](r)
		began := time.Now()
		r.submit(task("a", "work"), task("b", "work"), task("c", "work"), task("d", "work"))
		r.done()
		assert.Equal(t, time.Second, time.Since(began), "two agents, each one a second, and the first at once")
		assert.Len(t, starts(), 4)
	})
}
