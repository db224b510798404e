// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work/plan"
)

func TestEveryTaskEndsOnceWhateverItsAgentDoes(t *testing.T) {
	moods := map[string]string{
		"work": "done", "once panic": "done", "once fail": "done", "once hang": "done", "once stuck": "done", "slow": "done",
		"panic": "dead", "fail": "dead", "hang": "dead", "refuse": "dead", "big": "dead",
	}
	bubble(t, setup{agents: crew(4)}, func(t *testing.T, r *rig) {
		want := map[string]string{}
		for mood, end := range moods {
			for i := range 20 {
				id := fmt.Sprint(mood, i)
				want[id] = end
				r.submit(task(id, mood))
			}
		}
		stats := r.done()
		assert.Equal(t, 0, stats.Open())
		got := map[string]string{}
		for id, o := range r.out.outcomes(t) {
			got[id] = o.Outcome
		}
		assert.Equal(t, want, got)
	})
}

func TestKilledQueueIsRebuiltAndEndsEveryTaskOnce(t *testing.T) {
	bubble(t, setup{agents: crew(3), every: 10}, func(t *testing.T, r *rig) {
		want := 0
		for round := range 20 {
			for i := range 10 {
				mood := []string{"work", "slow", "once panic", "once fail"}[i%4]
				r.submit(task(fmt.Sprint(round, ".", i), mood))
				want++
			}
			<-time.After(time.Duration(round) * time.Millisecond)
			r.kill("queue")
			<-time.After(3 * time.Second) // the supervisor allows so many in so long
		}
		stats := r.done()
		assert.Equal(t, want, stats.Done)
		assert.Len(t, r.out.outcomes(t), want)
	})
}

func TestRebuiltQueueAsksLivingAgentsForWhatTheyHave(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "slow"), task("b", "slow"))
		<-time.After(500 * time.Millisecond)
		r.kill("queue")
		began := time.Now()
		r.done()
		assert.Equal(t, 500*time.Millisecond, time.Since(began), "the attempts went on")
		for _, o := range r.out.outcomes(t) {
			assert.Len(t, o.Attempts, 1)
		}
	})
}

func TestAgentKilledWhileTheQueueIsDown(t *testing.T) {
	bubble(t, setup{agents: crew(2)}, func(t *testing.T, r *rig) {
		r.submit(task("a", "once hang"), task("b", "once hang"))
		synctest.Wait()
		r.kill("queue")
		r.kill("a1")
		r.kill("a2")
		r.done()
		for _, o := range r.out.outcomes(t) {
			assert.Equal(t, "done", o.Outcome)
			assert.Len(t, o.Attempts, 2)
		}
	})
}

func TestNodeStartedAgainGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, setup{agents: crew(1)})
		r.submit(task("a", "work"), task("b", "slow"), task("c", "slow"))
		synctest.Wait()
		r.close()
		r = newRig(t, setup{agents: crew(2), store: r.store, out: r.out})
		defer r.close()
		r.done()
		assert.Len(t, r.out.outcomes(t), 3)
		receipts, err := r.queue.Submit(t.Context(), task("a", "work"))
		require.NoError(t, err)
		assert.True(t, receipts[0].Duplicate)
		assert.Equal(t, plan.StateDone, receipts[0].State)
	})
}
