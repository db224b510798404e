// SPDX-License-Identifier: Apache-2.0

package discover_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/discover"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func TestHelpersMeanWhatTheirTextSays(t *testing.T) {
	const fit = `capability prefix "code" and state in (ready, busy) and health = healthy`
	for _, c := range []struct {
		text string
		q    query.Query
	}{
		{`capability prefix "nlp"`, discover.ByCapability("nlp")},
		{fit, discover.Capable("code")},
		{`capability = "a" and capability = "b"`, discover.AllOf("a", "b")},
		{``, discover.WithResources(discover.Resources{})},
		{`memory.free >= 512MiB and cpu.free >= 0.5`, discover.WithResources(discover.Resources{Memory: 512 << 20, CPU: 0.5})},
		{fit + ` and cpu.free >= 2`, discover.CapableWithResources("code", discover.Resources{CPU: 2})},
		{`p99 >= 10ms and p99 <= 1s`, discover.InRange(query.P99, 10*time.Millisecond, time.Second)},
		{`node = "n1"`, discover.On("n1")},
		{fit + ` order by queue, inflight limit 3`, discover.LeastLoaded("code", 3)},
		{fit + ` order by p99, queue limit 10`, discover.Best("code", query.P99, 10)},
		{fit + ` order by success_rate desc, queue limit 1`, discover.Best("code", query.SuccessRate, 1)},
		{fit + ` order by queue limit 1`, discover.Best("code", query.Queue, 1)},
	} {
		want, err := query.Parse(c.text)
		require.NoError(t, err, c.text)
		assert.Equal(t, want.String(), c.q.String())
		require.NoError(t, c.q.Validate())
	}
	assert.Equal(t, query.AllNamespaces, discover.In(query.AllNamespaces, discover.On("a")).Namespace)
	require.ErrorIs(t, discover.AllOf().Validate(), query.ErrBadQuery)
}

func drawRow(t *rapid.T) *index.Row {
	r := &index.Row{
		Namespace: rapid.SampledFrom([]string{"", "n"}).Draw(t, "namespace"), ID: fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id")),
		State:  query.Lifecycle(rapid.IntRange(1, query.Lifecycles-1).Draw(t, "state")),
		Health: index.Health{Status: query.Status(rapid.IntRange(0, query.Statuses-1).Draw(t, "health"))},
	}
	for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "a/b", "c"}), 0, 3, rapid.ID).Draw(t, "capabilities") {
		r.Capabilities = append(r.Capabilities, index.Capability{Name: c})
	}
	if rapid.Bool().Draw(t, "measured") {
		r.Usage.Queue = index.Known(int64(rapid.SampledFrom([]int{0, 1, 2, 3, 4, 8, 64, 1024}).Draw(t, "queue")))
	}
	return r
}

func TestCountsEqualAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := new(index.View)
		for range rapid.IntRange(0, 4).Draw(t, "commits") {
			var writes []index.Write
			for range rapid.IntRange(1, 20).Draw(t, "writes") {
				writes = append(writes, index.Put(drawRow(t)))
			}
			v, _ = v.Apply(writes...)
		}
		for _, space := range []string{"", "n", query.AllNamespaces} {
			counts, health := map[string]int{}, discover.Summary{}
			used, queues := discover.Utilisation{}, []float64(nil)
			for r := range v.All() {
				if space != query.AllNamespaces && r.Namespace != space {
					continue
				}
				for _, c := range r.Capabilities {
					counts[c.Name]++
				}
				health.Agents++
				health.By[r.Health.Status]++
				used.Agents++
				if r.State == query.Ready || r.State == query.Busy {
					used.Working++
				}
				if q, ok := r.Usage.Queue.Get(); ok {
					queues = append(queues, float64(q))
				}
			}
			if slices.Sort(queues); len(queues) > 0 { // each a band of its own
				n := len(queues)
				used.Queue = discover.Spread{Agents: n, Least: queues[0], Median: queues[(n-1)/2], P90: queues[(n*9-1)/10], Most: queues[n-1]}
			}
			got := map[string]int{}
			for _, c := range discover.CountByCapability(v, space) {
				got[c.Name] = c.Agents
			}
			require.Equal(t, counts, got)
			require.Equal(t, health, discover.HealthSummary(v, space))
			require.Equal(t, used, discover.Utilised(v, space))
		}
	})
}

func TestTheShareOfHealthyAgentsIsOfThoseWhoWereJudged(t *testing.T) {
	var s discover.Summary
	_, ok := s.Healthy()
	assert.False(t, ok)
	s.Agents, s.By[query.Unknown], s.By[query.Healthy], s.By[query.Degraded] = 14, 10, 3, 1
	share, ok := s.Healthy()
	assert.True(t, ok)
	assert.InDelta(t, 0.75, share, 0)
}
