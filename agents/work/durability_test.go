// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
)

func TestFullDiskDelaysEverythingAndLosesNothing(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		full := collect[work.JournalFull](r)
		r.submit(task("a", "slow"))
		r.store.breakNow(events.ErrNoSpace, -1)
		acked := make(chan error, 1)
		go func() { // the test receives its answer
			receipts, err := r.queue.Submit(t.Context(), task("b", "work"), task("a", "slow"))
			if err == nil {
				err = errors.Join(receipts[0].Err, receipts[1].Err)
			}
			acked <- err
		}()
		<-time.After(5 * time.Second)
		assert.Empty(t, acked, "nothing is acknowledged that is not durable")
		assert.Empty(t, r.out.outcomes(t), "nor told to a sink")
		assert.NotEmpty(t, full())
		r.store.breakNow(nil, 0)
		require.NoError(t, <-acked)
		r.done()
		assert.Len(t, r.out.outcomes(t), 2)
	})
}

func TestBatchBehindOneThatFoundNoSpaceIsSentAgainWithIt(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		exits := collect[actors.ProcessExited](r)
		r.store.takes(10 * time.Millisecond)
		r.store.breakNow(events.ErrNoSpace, 1)
		acked := make(chan error, 2)
		for _, id := range []string{"a", "b"} {
			go func() { // the test receives its answer
				_, err := r.queue.Submit(t.Context(), task(id, "work"))
				acked <- err
			}()
			<-time.After(time.Millisecond)
		}
		require.NoError(t, errors.Join(<-acked, <-acked))
		assert.Equal(t, 2, r.done().Done)
		assert.Empty(t, exits())
	})
}

func TestQueueStartedOnAFullDiskWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{agents: crew(1)})
		r.submit(task("a", "slow"))
		synctest.Wait()
		r.store.breakNow(events.ErrNoSpace, -1)
		r.close()
		r = newRig(t, setup{agents: crew(1), store: r.store, out: r.out})
		defer r.close()
		<-time.After(3 * time.Second)
		r.store.breakNow(nil, 0)
		r.done()
		assert.Len(t, r.out.outcomes(t), 1)
	})
}

func TestBrokenJournalCrashesTheQueueWithTheReasonAndItIsRebuilt(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "slow"))
		r.store.breakNow(events.ErrReadOnly, 1)
		_, err := r.queue.Submit(t.Context(), task("b", "work"))
		require.ErrorIs(t, err, events.ErrReadOnly)
		var why *work.JournalError
		require.ErrorAs(t, err, &why)
		<-time.After(time.Second)
		r.store.breakNow(events.ErrPoisoned, 1) // this one ends the journal's process, too
		_, err = r.queue.Submit(t.Context(), task("b", "work"))
		var died *actors.CallError
		require.ErrorAs(t, err, &died)
		<-time.After(6 * time.Second)
		r.submit(task("b", "work"))
		r.done()
		assert.Len(t, r.out.outcomes(t), 2)
	})
}

func TestAnotherWriterInTheStreamIsNoticed(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "work"))
		r.done()
		foreign, err := plan.Encode(plan.Forgotten{Before: 1})
		require.NoError(t, err)
		_, err = r.store.AppendGroup(t.Context(), []events.Append{{Stream: "work/queue", Events: []events.New{
			{ID: events.ID{1}, Type: foreign.Type, Schema: 1, Data: foreign.Data},
		}}})
		require.NoError(t, err)
		_, err = r.queue.Submit(t.Context(), task("b", "work"))
		var why *work.JournalError
		require.ErrorAs(t, err, &why)
		require.ErrorIs(t, err, events.ErrVersion)
		<-time.After(time.Second)
		r.submit(task("b", "work"))
		r.done()
		assert.Len(t, r.out.outcomes(t), 2)
	})
}

func TestQueueKilledWhileItsEventsAreOnTheirWayFindsThemOrNothing(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		exits := collect[actors.ProcessExited](r)
		r.store.takes(10 * time.Millisecond)
		for round := range 15 {
			go func() { // the test does not want its answer, which the kill may take away
				_, _ = r.queue.Submit(t.Context(), task(fmt.Sprint(round), "once fail"), task(fmt.Sprint(round, "b"), "work"))
			}()
			<-time.After(time.Duration(round*3+1) * time.Millisecond)
			r.kill("queue")
			<-time.After(4 * time.Second) // the supervisor allows so many in so long
			r.submit(task(fmt.Sprint(round), "once fail"), task(fmt.Sprint(round, "b"), "work"))
		}
		assert.Equal(t, 30, r.done().Done)
		assert.Len(t, r.out.outcomes(t), 30)
		for _, e := range exits() {
			assert.Nil(t, e.Reason.CrashError(), "nobody crashes")
		}
	})
}

func TestJournalKilledInTheMiddleOfTheWork(t *testing.T) {
	bubble(t, setup{agents: crew(3)}, func(t *testing.T, r *rig) {
		for round := range 5 {
			for i := range 20 {
				r.submit(task(fmt.Sprint(round, ".", i), []string{"work", "slow"}[i%2]))
			}
			r.kill("journal")
			<-time.After(6 * time.Second) // the supervisor allows so many in so long
		}
		r.done()
		assert.Len(t, r.out.outcomes(t), 100)
	})
}

func TestJournalWithoutRoomIsAskedAgain(t *testing.T) {
	bubble(t, setup{agents: crew(3), journal: events.JournalOptions{WaitAppends: 2}}, func(t *testing.T, r *rig) {
		r.store.takes(3 * time.Millisecond)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		for i := range 5 {
			go func() { // ends with the context: somebody else has the journal most of the time
				for n := 0; ctx.Err() == nil; n++ {
					_, _ = r.log.Append(ctx, events.Stream(fmt.Sprint("other/", i)), events.Any, events.New{Type: "noise"})
					<-time.After(time.Duration(n*i%7) * time.Millisecond)
				}
			}()
		}
		for i := range 200 {
			go func() { // its outcome is seen below
				_, _ = r.queue.Submit(t.Context(), task(fmt.Sprint(i), "once fail"))
			}()
			<-time.After(time.Duration(i%4) * time.Millisecond)
		}
		<-time.After(30 * time.Second)
		assert.Equal(t, 200, r.done().Done)
		assert.Len(t, r.out.outcomes(t), 200)
	})
}

func TestSnapshotSparesTheReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{agents: crew(4), every: 50})
		for i := range 200 {
			r.submit(task(fmt.Sprint(i), "work"))
			if i%10 == 9 { // a snapshot that falls due is written before more comes, and not passed over because one is under way
				r.done()
				synctest.Wait()
			}
		}
		recovered := collect[work.QueueRecovered](r)
		r.kill("queue")
		<-time.After(time.Second)
		require.Len(t, recovered(), 1)
		seen := recovered()[0]
		assert.EqualValues(t, 600, seen.Events)
		assert.Less(t, seen.Replayed, uint64(250), "no more than what the queue remembers")
		receipts, err := r.queue.Submit(t.Context(), task("7", "work"))
		require.NoError(t, err)
		assert.True(t, receipts[0].Duplicate)
		r.close()
	})
}

func TestHistoryOfManyLongReasonsFitsIntoTheJournal(t *testing.T) {
	bubble(t, setup{agents: crew(1), plan: plan.Spec{Backoff: plan.Backoff{Base: -1}}}, func(t *testing.T, r *rig) {
		bad := task("a", "fail long")
		bad.Attempts = plan.MaxAttempts
		r.submit(bad)
		r.done()
		o := r.out.outcomes(t)["a"]
		assert.Equal(t, "dead", o.Outcome)
		assert.Len(t, o.Attempts, plan.MaxAttempts)
	})
}

func TestInputBeyondTheJournalsBoundIsRefused(t *testing.T) {
	bubble(t, setup{agents: crew(1), plan: plan.Spec{InputLimit: 1 << 30}}, func(t *testing.T, r *rig) {
		big := task("big", "work")
		big.Input = append(append([]byte{'"'}, make([]byte, 0, work.MaxInput)...), '"')
		for len(big.Input) <= work.MaxInput {
			big.Input = append(big.Input[:len(big.Input)-1], `xxxxxxxxxxxxxxxx"`...)
		}
		receipts, err := r.queue.Submit(t.Context(), big)
		require.NoError(t, err)
		var field *plan.FieldError
		require.ErrorAs(t, receipts[0].Err, &field)
		big.ID, big.Input = "fits", append(big.Input[:work.MaxInput-1], '"')
		r.submit(big)
		_, err = r.queue.WaitDone(t.Context())
		require.NoError(t, err)
	})
}

func TestCallerWhoLeavesTakesTheRestOfItsTasksAlong(t *testing.T) {
	bubble(t, setup{plan: plan.Spec{Limit: 10}}, func(t *testing.T, r *rig) {
		var tasks []plan.Task
		for i := range 15 {
			tasks = append(tasks, task(fmt.Sprint(i), "work"))
		}
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		_, err := r.queue.Submit(ctx, tasks...)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		for i := range 5 {
			require.NoError(t, r.queue.Cancel(t.Context(), fmt.Sprint(i), "test"))
		}
		synctest.Wait()
		stats, err := r.queue.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 5, stats.Open())
		assert.Equal(t, 5, stats.Cancelled)
		assert.Zero(t, stats.Parked)
	})
}
