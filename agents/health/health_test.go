// SPDX-License-Identifier: Apache-2.0

package health_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/health"
	"mabeam.dev/agents/query"
)

var t0 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func judge(p health.Policy, s health.Sample) health.Verdict {
	return health.Judge(p, health.Verdict{}, s, t0)
}

func TestEachCauseHasItsThresholds(t *testing.T) {
	target := health.Policy{Target: 100 * time.Millisecond}
	share := func(r float64) health.Sample {
		return health.Sample{Shares: []health.Share{{"cpu", 0.1}, {"memory", r}}}
	}
	beat := func(ago time.Duration) health.Sample { return health.Sample{Beating: true, LastBeat: t0.Add(-ago)} }
	check := func(s health.Status) health.Sample {
		return health.Sample{Checks: []health.Check{{"disk", s, "nearly full"}}}
	}
	for _, c := range []struct {
		cause  string
		policy health.Policy
		sample health.Sample
		want   query.Status
	}{
		{"", health.Policy{}, health.Sample{}, query.Healthy},
		{"", health.Policy{}, health.Sample{Turn: time.Hour}, query.Healthy}, // idle
		{"", health.Policy{}, health.Sample{Queue: 1000}, query.Healthy},
		{"queue", health.Policy{}, health.Sample{Queue: 1001}, query.Overloaded},
		{"queue", health.Policy{}, health.Sample{Queue: 5000}, query.Overloaded},
		{"queue", health.Policy{}, health.Sample{Queue: 5001}, query.Unhealthy},
		{"", health.Policy{}, health.Sample{Queue: 79, Bound: 100}, query.Healthy},
		{"queue", health.Policy{}, health.Sample{Queue: 80, Bound: 100}, query.Unhealthy},
		{"queue", health.Policy{Queue: health.Levels[int]{Degraded: 5}}, health.Sample{Queue: 6}, query.Overloaded},
		{"", health.Policy{Queue: health.Levels[int]{Degraded: health.Never, Unhealthy: health.Never}}, health.Sample{Queue: 9e6, Bound: 9e6}, query.Healthy},
		{"", health.Policy{}, health.Sample{Queue: 1, Turn: 5 * time.Second}, query.Healthy},
		{"stuck", health.Policy{}, health.Sample{Queue: 1, Turn: 5*time.Second + 1}, query.Degraded},
		{"stuck", health.Policy{}, health.Sample{Queue: 1, Turn: 31 * time.Second}, query.Unhealthy},
		{"", health.Policy{}, health.Sample{P99: time.Hour}, query.Healthy}, // no target
		{"", target, health.Sample{P99: 100 * time.Millisecond}, query.Healthy},
		{"latency", target, health.Sample{P99: 101 * time.Millisecond}, query.Degraded},
		{"latency", target, health.Sample{P99: 301 * time.Millisecond}, query.Unhealthy},
		{"", health.Policy{}, health.Sample{Calls: 19, Failed: 19}, query.Healthy},
		{"", health.Policy{}, health.Sample{Calls: 20, Failed: 2}, query.Healthy},
		{"errors", health.Policy{}, health.Sample{Calls: 20, Failed: 3}, query.Degraded},
		{"errors", health.Policy{}, health.Sample{Calls: 20, Failed: 11}, query.Unhealthy},
		{"", health.Policy{}, health.Sample{LastBeat: t0.Add(-time.Hour)}, query.Healthy}, // it owes none
		{"", health.Policy{}, beat(1999 * time.Millisecond), query.Healthy},
		{"heartbeat", health.Policy{}, beat(2 * time.Second), query.Degraded},
		{"heartbeat", health.Policy{}, beat(3 * time.Second), query.Unhealthy},
		{"", health.Policy{}, share(0.79), query.Healthy},
		{"resource", health.Policy{}, share(0.8), query.Degraded},
		{"resource", health.Policy{}, share(0.9), query.Unhealthy},
		{"", health.Policy{}, share(math.NaN()), query.Healthy},
		{"custom:disk", health.Policy{}, check(query.Degraded), query.Degraded},
		{"custom:disk", health.Policy{}, check(query.Unhealthy), query.Unhealthy},
		{"", health.Policy{}, check(query.Healthy), query.Healthy},
		{"", health.Policy{}, check(query.Dead), query.Healthy}, // only the kernel knows that
		{"dead", health.Policy{}, health.Sample{Dead: true, Reason: "killed"}, query.Dead},
	} {
		v := judge(c.policy, c.sample)
		assert.Equal(t, c.want, v.Status, "%+v", c.sample)
		if c.cause == "" {
			assert.Empty(t, v.Causes, "%+v", c.sample)
			continue
		}
		require.Len(t, v.Causes, 1, "%+v", c.sample)
		assert.Equal(t, c.cause, v.Causes[0].Name)
		assert.NotEmpty(t, v.Causes[0].Detail)
	}
}

func TestTheWorstCauseDecidesAndAllAreKept(t *testing.T) {
	v := judge(health.Policy{}, health.Sample{Queue: 1001, Turn: time.Minute, Calls: 100, Failed: 20})
	assert.Equal(t, query.Unhealthy, v.Status)
	assert.Equal(t, []health.Cause{
		{"queue", query.Overloaded, "1001 messages wait"},
		{"stuck", query.Unhealthy, "no turn for 1m0s, and messages wait"},
		{"errors", query.Degraded, "20 of 100 attempts failed"},
	}, v.Causes)
}

func TestWorseAtOnceBetterOnlyAfterThreeJudgementsWellBelow(t *testing.T) {
	var v health.Verdict
	at := t0
	for i, step := range []struct {
		queue int
		want  query.Status
	}{
		{1001, query.Overloaded},
		{900, query.Overloaded},
		{900, query.Overloaded},
		{900, query.Overloaded},
		{801, query.Overloaded},
		{800, query.Overloaded},
		{800, query.Overloaded},
		{801, query.Overloaded}, // the row is broken
		{800, query.Overloaded},
		{0, query.Overloaded},
		{800, query.Healthy},
		{6000, query.Unhealthy},
		{0, query.Unhealthy},
		{2000, query.Unhealthy},
		{0, query.Overloaded}, // the worst of the three
		{0, query.Overloaded},
		{0, query.Overloaded},
		{0, query.Healthy},
	} {
		at = at.Add(time.Second)
		v = health.Judge(health.Policy{}, v, health.Sample{Queue: step.queue}, at)
		assert.Equal(t, step.want, v.Status, "step %d", i)
		assert.Equal(t, at, v.Judged)
	}
	assert.Equal(t, at, v.Since)
}

func TestSinceIsWhenTheStatusCame(t *testing.T) {
	first := judge(health.Policy{}, health.Sample{})
	second := health.Judge(health.Policy{}, first, health.Sample{}, t0.Add(time.Second))
	assert.Equal(t, t0, second.Since)
	third := health.Judge(health.Policy{}, second, health.Sample{Queue: 2000}, t0.Add(2*time.Second))
	assert.Equal(t, t0.Add(2*time.Second), third.Since)
}

func TestValidateListsEveryMistake(t *testing.T) {
	require.NoError(t, health.Policy{}.Validate())
	err := health.Policy{
		Queue: health.Levels[int]{Degraded: 10000}, Errors: health.Levels[float64]{Unhealthy: 2}, Target: -1, MinCalls: -1, Beat: -1,
		Resource: health.Levels[float64]{Degraded: math.NaN()},
	}.Validate()
	require.ErrorIs(t, err, health.ErrInvalidPolicy)
	for _, text := range []string{"queue: unhealthy at 5000, before degraded at 10000", "errors:", "target:", "min_calls:", "beat:", "resource:"} {
		assert.ErrorContains(t, err, text)
	}
}

// A sweep judges very many agents, and nearly all of them are well.
func TestJudgingAHealthyAgentAllocatesNothing(t *testing.T) {
	v := judge(health.Policy{}, health.Sample{})
	n := testing.AllocsPerRun(100, func() {
		v = health.Judge(health.Policy{Target: time.Second}, v, health.Sample{Queue: 3, Bound: 16384, P99: time.Millisecond, Calls: 100, Failed: 1}, t0)
	})
	assert.Zero(t, n)
}
