// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/work/plan"
)

func TestAnErrorThatNoRepetitionHelpsIsNotTriedAgain(t *testing.T) {
	spec := plan.Spec{Attempts: 5, Backoff: plan.Backoff{Base: -1}}
	bubble(t, setup{agents: crew(2), plan: spec}, func(t *testing.T, r *rig) {
		began := time.Now()
		r.submit(task("hopeless", "ask badly"), task("patient", "ask nobody"))
		r.done()
		got := r.out.outcomes(t)
		assert.Equal(t, plan.CausePermanent, plan.Cause(got["hopeless"].Cause))
		assert.Len(t, got["hopeless"].Attempts, 1)
		assert.Contains(t, got["hopeless"].Reason, "E1503: ask: ")
		assert.Equal(t, plan.CauseAttempts, plan.Cause(got["patient"].Cause))
		assert.Len(t, got["patient"].Attempts, 5)
		assert.Equal(t, (100+200+400+800)*time.Millisecond, time.Since(began), "its code advises waits that double")
	})
}

func TestACrashOverATaskTellsAgentProcessTaskAndCorrelation(t *testing.T) {
	bubble(t, setup{agents: crew(1)}, func(t *testing.T, r *rig) {
		exits := collect[actors.ProcessExited](r)
		r.submit(task("t", "once panic"))
		synctest.Wait()
		var crashed []fault.Fault
		for _, e := range exits() {
			if c := e.Reason.CrashError(); c != nil {
				crashed = append(crashed, fault.Of(c))
			}
		}
		require.Len(t, crashed, 1)
		assert.Equal(t, fault.Place{
			Agent: "a1", Process: "/node/team/a1", Handling: "Go", Task: "t", Correlation: r.queue.Correlation("t").String(),
		}, crashed[0].Place)
		assert.Equal(t, []fault.Code{3101, 3102, 3202}, crashed[0].Chain)
		r.done()
	})
}
