// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
	"mabeam.dev/supervision"
)

func TestALifeFollowsTheFactsAndSurvivesACrash(t *testing.T) {
	live(t, func(w *world) {
		assert.Equal(t, lifecycle.Ready, w.info("a").State)
		assert.Equal(t, query.Unknown, w.info("a").Health.Status)
		w.assign("a", "hang", 1)
		assert.Equal(t, lifecycle.Busy, w.info("a").State)
		assert.Equal(t, 1, w.info("a").InHand)
		time.Sleep(2 * time.Second)
		w.info("a").Ref.Tell(agents.Recall{Token: 1, Reason: "late"})
		synctest.Wait()
		assert.Equal(t, lifecycle.Ready, w.info("a").State)
		w.assign("a", "work", 2)
		w.assign("a", "panic", 3)
		info := w.info("a")
		assert.Equal(t, lifecycle.Ready, info.State, "restarted")
		assert.Equal(t, uint64(2), info.Incarnation)
		assert.Equal(t, uint64(1), info.Performance.Done, "history is kept")
		assert.Equal(t, uint64(2), info.Performance.Failed, "the recalled one and the one it died of")
		assert.Equal(t, []string{
			"register registered", "start starting", "up ready", "crash failed", "start starting", "up ready",
		}, w.steps(), "work is not told")
		assert.Equal(t, 1, w.moved[3].Returned)
		assert.Equal(t, lifecycle.Busy, w.moved[3].From)
		time.Sleep(2 * time.Second)
		info = w.info("a")
		assert.Equal(t, query.Healthy, info.Health.Status)
		assert.InDelta(t, float64(2*time.Second), float64(info.Performance.P99), float64(20*time.Millisecond))
		assert.Equal(t, lifecycle.Idle, info.Name(time.Now(), time.Second))
	}, agents.Spec{ID: "a"})
}

func TestAStartThatFailsIsKnownAndForgottenInTime(t *testing.T) {
	live(t, func(w *world) {
		broken := agents.Kind{Name: "broken", New: func(agents.Spec, *agents.Directory) (actors.Behavior[agents.Message], error) {
			return nil, assert.AnError
		}}
		_, err := agents.Spawn(w.sys, agents.Spec{ID: "b"}, broken, w.dir)
		require.Error(t, err)
		info := w.info("b")
		assert.Equal(t, lifecycle.Failed, info.State)
		assert.Equal(t, query.Dead, info.Health.Status)
		assert.Contains(t, info.Reason, assert.AnError.Error())
		time.Sleep(9 * time.Minute)
		assert.Equal(t, lifecycle.Failed, w.info("b").State)
		time.Sleep(2 * time.Minute)
		_, ok := w.dir.Info("b")
		assert.False(t, ok)
	})
}

func TestInMaintenanceAnAgentTakesNothingAndGoesOn(t *testing.T) {
	live(t, func(w *world) {
		w.assign("a", "hang", 1)
		maintain := func(on bool) (lifecycle.State, error) {
			return w.ask("a", func(r actors.Reply[lifecycle.State]) agents.Message { return agents.Maintain{On: on, Reply: r} })
		}
		state, err := maintain(true)
		require.NoError(t, err)
		assert.Equal(t, lifecycle.Maintenance, state)
		_, err = maintain(true)
		require.ErrorIs(t, err, lifecycle.ErrTransition)
		out, err := actors.Call(w.Context(), w.info("a").Ref, func(r actors.Reply[agents.Outcome]) agents.Message {
			return agents.Assign{Task: agents.Task{ID: "x", Token: 2}, Reply: r}
		})
		require.NoError(t, err)
		assert.Equal(t, agents.ClassUndelivered, out.Failure.Class)
		assert.Equal(t, 1, w.info("a").InHand)
		state, err = maintain(false)
		require.NoError(t, err)
		assert.Equal(t, lifecycle.Busy, state)
	}, agents.Spec{ID: "a", Concurrency: 2})
}

func TestADrainedAgentEndsWhenNothingIsInHandOrTheTimeIsOver(t *testing.T) {
	drain := func(w *world, within time.Duration) {
		state, err := w.ask("a", func(r actors.Reply[lifecycle.State]) agents.Message {
			return agents.Drain{Within: within, Reason: "told", Reply: r}
		})
		require.NoError(w, err)
		require.Equal(w, lifecycle.Draining, state)
	}
	spec := agents.Spec{ID: "a", Restart: supervision.Transient}
	live(t, func(w *world) { // idle: at once
		drain(w, 0)
		assert.Equal(t, lifecycle.Stopped, w.info("a").State)
		assert.False(t, w.info("a").PID.Alive())
	}, spec)
	live(t, func(w *world) { // when the last is answered
		w.assign("a", "hang", 1)
		drain(w, time.Hour)
		time.Sleep(time.Minute)
		assert.Equal(t, lifecycle.Draining, w.info("a").State)
		w.info("a").Ref.Tell(agents.Recall{Token: 1})
		synctest.Wait()
		assert.Equal(t, lifecycle.Stopped, w.info("a").State)
		assert.Equal(t, "drained", w.info("a").Reason)
	}, spec)
	live(t, func(w *world) { // at the deadline
		w.assign("a", "hang", 1)
		drain(w, time.Minute)
		time.Sleep(time.Minute + time.Second)
		assert.Equal(t, lifecycle.Stopped, w.info("a").State)
		assert.Equal(t, 1, w.moved[len(w.moved)-1].Returned)
		assert.False(t, w.info("a").PID.Alive())
	}, spec)
}

func TestTheSweepSeesWhatTheKernelCountsAndTheAgentReports(t *testing.T) {
	live(t, func(w *world) {
		causes := func(id string) (out []string) {
			synctest.Wait()
			for _, c := range w.info(id).Health.Causes {
				out = append(out, c.Name)
			}
			return out
		}
		ref := w.info("a").Ref
		ref.Tell(agents.Report{Memory: 95, CPU: 0.1, Beating: true, Checks: []health.Check{{Name: "disk", Status: query.Degraded}}})
		for token := range 20 {
			w.assign("b", "fail", agents.Token(token+1))
		}
		time.Sleep(time.Second)
		assert.Equal(t, []string{"resource", "custom:disk"}, causes("a"))
		assert.Equal(t, query.Unhealthy, w.info("a").Health.Status)
		assert.Equal(t, []string{"errors"}, causes("b"))
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"heartbeat", "resource", "custom:disk"}, causes("a"))
		row := w.info("a").Row("node-1")
		require.NoError(t, row.Validate())
		free, known := row.Usage.MemoryFree.Get()
		assert.True(t, known)
		assert.Equal(t, int64(5), free)
		assert.Equal(t, "red", row.Labels[0].Value)
		assert.Equal(t, query.Ready, row.State)
		assert.Equal(t, w.info("a").PID.String(), row.Handle.String())
		ref.Tell(agents.Report{})
		time.Sleep(5 * time.Second)
		assert.Empty(t, causes("a"), "believed after a while")
		at := slices.IndexFunc(w.sick, func(e agents.AgentHealthChanged) bool { return e.Agent == "a" })
		assert.Equal(t, query.Unknown, w.sick[at].From)
		assert.Equal(t, query.Unhealthy, w.sick[at].To)
	},
		agents.Spec{ID: "a", Labels: map[string]string{"colour": "red"}, Role: "guard", Limits: agents.Limits{Memory: 100, CPU: 1}},
		agents.Spec{ID: "b"},
	)
}

func TestInfosComeInTheOrderOfTheIds(t *testing.T) {
	live(t, func(w *world) {
		var ids []string
		for info := range w.dir.Infos() {
			ids = append(ids, info.Spec.ID)
		}
		assert.Equal(t, []string{"a", "b", "c"}, ids)
		for range w.dir.Infos() {
			break
		}
	}, agents.Spec{ID: "c"}, agents.Spec{ID: "a"}, agents.Spec{ID: "b"})
}

func TestValidateListsEveryMistakeOfASpec(t *testing.T) {
	err := agents.Spec{
		Labels: map[string]string{"": "x"}, Limits: agents.Limits{Memory: -1}, Weight: -1, Health: health.Policy{Target: -1}, Concurrency: -1,
	}.Validate()
	for _, field := range []string{"id", "labels", "limits", "weight", "target", "concurrency"} {
		assert.ErrorContains(t, err, field+": ")
	}
	assert.Equal(t, 2, agents.Spec{Concurrency: 5, Limits: agents.Limits{Inflight: 2}}.Slots())
}
