// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// served plays tasks that arrive in even steps through agents of given latencies, and gives the number of tasks of each agent and the sum of the times from
// arrival to result.
func served(t *testing.T, policy Policy, latency map[string]time.Duration, every time.Duration, tasks int) (share map[string]int, total time.Duration) {
	t.Helper()
	q, err := New(Spec{Policy: policy})
	require.NoError(t, err)
	random := rand.NewPCG(1, 2)
	share = map[string]int{}
	type answer struct {
		at   Instant
		from Dispatch
	}
	var due []answer
	arrived := map[string]Instant{}
	step := func(now Instant, cmd Command) {
		var out Output
		require.NoError(t, q.Step(now, random, cmd, &out))
		for _, f := range out.Effects {
			if d, ok := f.(Dispatch); ok {
				due = append(due, answer{now.Add(latency[d.Agent.ID]), d})
				share[d.Agent.ID]++
			}
		}
		slices.SortStableFunc(due, func(a, b answer) int { return int(a.at - b.at) })
	}
	for _, id := range []string{"average", "quick", "slow"} {
		step(base, AgentUp{Agent: Agent{ID: id}, Concurrency: 8})
	}
	for i := 0; i < tasks || len(due) > 0; {
		next := base.Add(time.Duration(i) * every)
		if len(due) > 0 && (i == tasks || due[0].at <= next) {
			d := due[0]
			due = due[1:]
			total += d.at.Sub(arrived[d.from.Task.ID])
			step(d.at, Result{Agent: d.from.Agent, Token: d.from.Token})
			continue
		}
		id := fmt.Sprint(i)
		arrived[id] = next
		step(next, Submit{Task: Task{ID: id, Kind: "k"}})
		i++
	}
	require.Equal(t, tasks, q.Counts().Done)
	return share, total
}

func TestPerformanceGivesQuickAgentsMoreAndEveryoneSome(t *testing.T) {
	latency := map[string]time.Duration{"quick": 10 * time.Millisecond, "average": 40 * time.Millisecond, "slow": 160 * time.Millisecond}
	share, total := served(t, Performance, latency, 5*time.Millisecond, 2000)
	assert.Greater(t, share["quick"], share["average"])
	assert.GreaterOrEqual(t, share["average"], share["slow"])
	assert.Positive(t, share["slow"])
	_, balanced := served(t, LeastLoaded, latency, 5*time.Millisecond, 2000)
	_, turns := served(t, RoundRobin, latency, 5*time.Millisecond, 2000)
	t.Logf("mean: performance %v, least loaded %v, round robin %v; shares %v", total/2000, balanced/2000, turns/2000, share)
	assert.Less(t, total, balanced)
	assert.Less(t, balanced, turns)
}

func TestAgentThatFailedIsTriedAgainWhenThatIsLongAgo(t *testing.T) {
	w := newWorld(t, Spec{Policy: Performance, Backoff: Backoff{Base: -1}})
	bad, good := Agent{ID: "bad"}, Agent{ID: "good"}
	step := func(cmd Command) *Output {
		out, err := w.step(cmd)
		require.NoError(t, err)
		return out
	}
	step(AgentUp{Agent: bad})
	for i := range 8 {
		step(Submit{Task: Task{ID: fmt.Sprint("f", i), Kind: "k", Attempts: 1}})
		w.now = w.now.Add(100 * time.Millisecond)
		step(Failure{Agent: bad, Token: w.q.token})
	}
	step(AgentUp{Agent: good})
	to := func(id string) string {
		for _, f := range step(Submit{Task: Task{ID: id, Kind: "k"}}).Effects {
			if d, ok := f.(Dispatch); ok {
				w.now = w.now.Add(200 * time.Millisecond)
				step(Result{Agent: d.Agent, Token: d.Token})
				return d.Agent.ID
			}
		}
		return ""
	}
	assert.Equal(t, "good", to("a"), "although it takes twice as long")
	assert.Equal(t, "good", to("b"))
	w.now = w.now.Add(7 * 24 * time.Hour)
	assert.ElementsMatch(t, []string{"bad", "good"}, []string{to("c"), to("d")})
	ws := w.q.Workers()
	assert.Equal(t, uint64(9), ws[0].Ended)
	assert.Less(t, ws[0].Success, 0.5)
	assert.InDelta(t, 1, ws[1].Success, 1e-9)
	assert.Equal(t, 200*time.Millisecond, ws[1].Latency)
}

func TestScoresOfAgentsThatHaveGoneAreBounded(t *testing.T) {
	w := newWorld(t, Spec{Agents: Quota{Rate: 1}})
	for i := range mostScores + 500 {
		a := Agent{ID: fmt.Sprint(i)}
		for _, cmd := range []Command{
			AgentUp{Agent: a}, Submit{Task: Task{ID: fmt.Sprint(i), Kind: "k"}}, Result{Agent: a, Token: Token(i + 1)}, AgentDown{Agent: a},
		} {
			_, err := w.step(cmd)
			require.NoError(t, err)
		}
		w.now = w.now.Add(2 * time.Second)
	}
	assert.LessOrEqual(t, len(w.q.scores), mostScores)
	assert.LessOrEqual(t, len(w.q.paces), mostScores)
	assert.Empty(t, w.q.workers)
}
