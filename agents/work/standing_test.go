// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
)

// settle lets two sweeps pass and everybody hear of them.
func settle() {
	<-time.After(2500 * time.Millisecond) // in a bubble
	synctest.Wait()
}

// tell sends an agent a message.
func (r *rig) tell(id string, m agents.Message) {
	r.t.Helper()
	info, ok := r.dir.Info(id)
	require.True(r.t, ok)
	info.Ref.Tell(m)
}

// maintain begins or ends an agent's maintenance.
func (r *rig) maintain(id string, on bool) {
	r.t.Helper()
	info, ok := r.dir.Info(id)
	require.True(r.t, ok)
	_, err := actors.Call(r.t.Context(), info.Ref, func(reply actors.Reply[lifecycle.State]) agents.Message {
		return agents.Maintain{On: on, Reply: reply}
	})
	require.NoError(r.t, err)
	settle()
}

// by returns which agent each task was done by.
func (r *rig) by(ids ...string) (all []string) {
	r.t.Helper()
	for _, id := range ids {
		all = append(all, r.out.outcomes(r.t)[id].Agent)
	}
	return all
}

func (r *rig) blocked() plan.Block {
	r.t.Helper()
	v, err := r.queue.View(r.t.Context())
	require.NoError(r.t, err)
	require.Len(r.t, v.Blocked, 1)
	return v.Blocked[0]
}

func TestDegradedAgentsGetTasksWhenNobodyBetterIsFree(t *testing.T) {
	bubble(t, setup{agents: crew(2), who: "*"}, func(t *testing.T, r *rig) {
		r.tell("a1", agents.Report{Checks: []health.Check{{Name: "disk", Status: query.Degraded}}})
		settle()
		for _, id := range []string{"1", "2", "3"} {
			r.submit(task(id, "work"))
			r.done()
		}
		assert.Equal(t, []string{"a2", "a2", "a2"}, r.by("1", "2", "3"))
		r.submit(task("4", "slow"), task("5", "slow"))
		r.done()
		assert.ElementsMatch(t, []string{"a1", "a2"}, r.by("4", "5"))
	})
}

func TestAnAgentInMaintenanceIsAskedForNothing(t *testing.T) {
	bubble(t, setup{agents: crew(1), who: "*"}, func(t *testing.T, r *rig) {
		r.maintain("a1", true)
		r.submit(task("1", "work"))
		synctest.Wait()
		b := r.blocked()
		assert.Equal(t, "no agent can take it: state 1", b.Reason)
		stats, err := r.queue.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, stats.NoAgent)
		require.ErrorIs(t, b.NoAgent, balance.ErrNoAgent)
		assert.Equal(t, []balance.Exclusion{{Cause: balance.ByState, N: 1}}, b.NoAgent.Excluded)
		r.maintain("a1", false)
		assert.Zero(t, r.done().NoAgent)
		assert.Equal(t, []string{"a1"}, r.by("1"))
	})
}

func TestWhoIsNotMeantGetsNothing(t *testing.T) {
	team := []agents.Spec{{ID: "far", Labels: map[string]string{"zone": "us"}}, {ID: "near", Labels: map[string]string{"zone": "eu"}}}
	bubble(t, setup{agents: team, who: `label.zone = "eu"`}, func(t *testing.T, r *rig) {
		r.submit(task("1", "slow"), task("2", "slow"), task("3", "once panic"))
		r.done()
		assert.Equal(t, []string{"near", "near", "near"}, r.by("1", "2", "3"))
		r.maintain("near", true)
		r.submit(task("4", "work"))
		synctest.Wait()
		assert.Equal(t, 1, r.blocked().NoAgent.Meant)
		r.maintain("near", false)
		r.done()
	})
}

func TestAgentsWhoseAttemptsFailAreTheLastResort(t *testing.T) {
	bubble(t, setup{agents: crew(2), who: "*", plan: plan.Spec{Attempts: 1, Limit: 100}}, func(t *testing.T, r *rig) {
		r.maintain("a2", true)
		for i := range 30 {
			r.submit(task("f"+string(rune('a'+i)), "fail"))
			r.done()
		}
		r.maintain("a2", false)
		info, _ := r.dir.Info("a1")
		require.Equal(t, query.Unhealthy, info.Health.Status)
		r.submit(task("1", "work"))
		r.done()
		assert.Equal(t, []string{"a2"}, r.by("1"))
		r.submit(task("2", "slow"), task("3", "slow"))
		r.done()
		assert.ElementsMatch(t, []string{"a1", "a2"}, r.by("2", "3"))
	})
}

// outs are the agents that get nothing.
func outs(r *rig) (all []string) {
	r.t.Helper()
	v, err := r.queue.View(r.t.Context())
	require.NoError(r.t, err)
	for _, w := range v.Agents {
		if w.Standing.Out {
			all = append(all, w.Agent.ID)
		}
	}
	return all
}

func TestWithoutTheRegistryWhatItSaidLastHolds(t *testing.T) {
	bubble(t, setup{agents: crew(3), who: `kind = "moody"`}, func(t *testing.T, r *rig) {
		r.maintain("a1", true)
		require.NoError(t, r.sup.TerminateChild(t.Context(), "registry"))
		r.submit(task("1", "slow"), task("2", "slow"), task("3", "slow"), task("4", "slow"))
		r.done()
		assert.ElementsMatch(t, []string{"a2", "a2", "a3", "a3"}, r.by("1", "2", "3", "4"))
		assert.Equal(t, []string{"a1"}, outs(r))
		_, err := r.sup.RestartChild(t.Context(), "registry")
		require.NoError(t, err)
		settle()
		assert.Equal(t, []string{"a1"}, outs(r))
		r.maintain("a1", false)
		assert.Empty(t, outs(r), "it is followed again")
	})
}

func TestAPerformanceThatTheRegistryKnowsDecides(t *testing.T) {
	bubble(t, setup{agents: crew(2), who: "*", plan: plan.Spec{Policy: plan.Performance}}, func(t *testing.T, r *rig) {
		r.maintain("a2", true)
		r.submit(task("1", "slow"))
		r.done()
		r.maintain("a2", false)
		r.maintain("a1", true)
		r.submit(task("2", "work"))
		r.done()
		r.maintain("a1", false)
		r.submit(task("3", "work"))
		r.done()
		r.submit(task("4", "work"))
		r.done()
		assert.Equal(t, []string{"a2", "a2"}, r.by("3", "4"))
	})
}

func TestWhoIsCheckedBeforeTheQueueIsMade(t *testing.T) {
	limited, err := query.Parse(`kind = "x" order by id limit 3`)
	require.NoError(t, err)
	sys := actors.New(actors.Options{})
	defer sys.Close(t.Context())
	_, err = work.New(sys, work.Options{Who: limited})
	require.ErrorContains(t, err, "who needs a registry")
	require.ErrorContains(t, err, "who has an order or a limit")
}
