// SPDX-License-Identifier: Apache-2.0

package balance_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// ready is an agent that could work.
func ready(id string, change ...func(*index.Row)) *index.Row {
	r := &index.Row{ID: id, Kind: "worker", State: query.Ready, Health: index.Health{Status: query.Healthy}}
	for _, c := range change {
		c(r)
	}
	return r
}

func view(rows ...*index.Row) *index.View {
	writes := make([]index.Write, 0, len(rows))
	for _, r := range rows {
		writes = append(writes, index.Put(r))
	}
	v, _ := new(index.View).Apply(writes...)
	return v
}

func balancer(t require.TestingT, p balance.Policy, from balance.Sources) *balance.Balancer {
	if from.Rand == nil {
		from.Rand = rand.New(rand.NewPCG(1, 2))
	}
	b, err := balance.New(p, from)
	require.NoError(t, err)
	return b
}

// picks asks n times and returns the ids.
func picks(t require.TestingT, b *balance.Balancer, v *index.View, ask balance.Ask, n int) []string {
	ids := make([]string, 0, n)
	for range n {
		r, err := b.Pick(v, ask)
		require.NoError(t, err)
		ids = append(ids, r.ID)
	}
	return ids
}

func TestDegradedAgentsAreCandidatesOnlyIfThereIsNobodyElse(t *testing.T) {
	degraded := func(r *index.Row) { r.Health.Status = query.Degraded }
	two := view(ready("a", degraded), ready("b"))
	one := view(ready("a", degraded))
	limited := view(ready("a", degraded), ready("b", func(r *index.Row) { r.Limits.Inflight = 1 }))

	b := balancer(t, balance.Policy{Strategy: balance.LeastLoaded}, balance.Sources{})
	assert.Equal(t, []string{"b", "b", "b"}, picks(t, b, two, balance.Ask{}, 3))
	assert.Equal(t, []string{"a"}, picks(t, b, one, balance.Ask{}, 1))

	b = balancer(t, balance.Policy{Strategy: balance.LeastLoaded}, balance.Sources{})
	assert.Equal(t, []string{"b", "a", "a"}, picks(t, b, limited, balance.Ask{}, 3), "a healthy agent at its limit is nobody")

	b = balancer(t, balance.Policy{Strategy: balance.LeastLoaded, Degraded: true}, balance.Sources{})
	assert.Equal(t, []string{"a", "b", "a"}, picks(t, b, two, balance.Ask{}, 3), "asked for, they are as good as healthy ones")
}

// Holds: META-3
func TestAgentsThatNobodyJudgedAreNotChosenByDefault(t *testing.T) {
	v := view(ready("a", func(r *index.Row) { r.Health.Status = query.Unknown }))
	_, err := balancer(t, balance.Policy{}, balance.Sources{}).Pick(v, balance.Ask{})
	require.ErrorIs(t, err, balance.ErrNoAgent)
	assert.Equal(t, []string{"a"}, picks(t, balancer(t, balance.Policy{Unjudged: true}, balance.Sources{}), v, balance.Ask{}, 1))
}

func TestNoAgentCountsEveryoneOnceUnderItsFirstCause(t *testing.T) {
	can := func(version string) func(*index.Row) {
		return func(r *index.Row) { r.Capabilities = []index.Capability{{Name: "review", Version: version}} }
	}
	roomy := func(r *index.Row) { r.Usage.MemoryFree = index.Known(int64(1000)) }
	v := view(
		ready("stopped", can("2.0"), func(r *index.Row) { r.State = query.Stopped }),
		ready("starting", can("2.0"), func(r *index.Row) { r.State, r.Health.Status = query.Starting, query.Unhealthy }),
		ready("sick", can("2.0"), func(r *index.Row) { r.Health.Status = query.Unhealthy }),
		ready("unjudged", can("2.0"), func(r *index.Row) { r.Health.Status = query.Unknown }),
		ready("old", can("1.9"), roomy),
		ready("tried", can("2.0"), roomy),
		ready("broken", can("2.1"), roomy),
		ready("full", can("2.0"), roomy, func(r *index.Row) { r.Limits.Inflight = 1 }),
		ready("small", can("2.0"), func(r *index.Row) { r.Usage.MemoryFree = index.Known(int64(99)) }),
		ready("unmeasured", can("2.0"), func(r *index.Row) { r.Health.Status = query.Degraded }),
		ready("other"),
	)
	counts := new(balance.Ledger)
	counts.Take("", "full")
	b := balancer(t, balance.Policy{Capability: balance.Need{Name: "review", Version: "^2"}, Resources: balance.Resources{Memory: 100}},
		balance.Sources{Counts: counts, Open: func(_, id string) bool { return id == "broken" }})
	_, err := b.Pick(v, balance.Ask{Tried: []string{"tried"}})
	var none *balance.NoAgentError
	require.ErrorAs(t, err, &none)
	assert.Equal(t, 10, none.Meant)
	assert.Equal(t, []balance.Exclusion{
		{balance.ByState, 2},
		{balance.ByHealth, 2},
		{balance.ByVersion, 1},
		{balance.ByTry, 1},
		{balance.ByBreaker, 1},
		{balance.ByLimit, 1},
		{balance.ByResources, 2},
	}, none.Excluded)
	assert.Equal(t, 0, b.Candidates(v, balance.Ask{Tried: []string{"tried"}}))

	counts.Done("", "full")
	assert.Equal(t, []string{"full"}, picks(t, b, v, balance.Ask{Tried: []string{"tried"}}, 1))
}

func TestPolicyWithMistakesIsRefusedWithAllOfThem(t *testing.T) {
	_, err := balance.New(balance.Policy{
		Strategy: "least_load", Where: query.Conjunction{}, Capability: balance.Need{Version: ">>1"}, Resources: balance.Resources{Memory: -1}, Keys: -1,
	}, balance.Sources{})
	require.ErrorIs(t, err, balance.ErrInvalidPolicy)
	for _, part := range []string{`did you mean "least_loaded"`, "condition", "version constraint", "without a name", "negative", "keys -1"} {
		assert.ErrorContains(t, err, part)
	}
	_, err = balance.New(balance.Policy{}, balance.Sources{})
	require.ErrorIs(t, err, balance.ErrInvalidPolicy, "random numbers are missing")
}

// drawRow draws an agent among few ids.
func drawRow(t *rapid.T) *index.Row {
	r := &index.Row{
		Namespace: rapid.SampledFrom([]string{"", "n"}).Draw(t, "namespace"),
		ID:        fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "id")),
		State:     rapid.SampledFrom([]query.Lifecycle{query.Ready, query.Busy, query.Stopped, query.Maintenance}).Draw(t, "state"),
		Health:    index.Health{Status: query.Status(rapid.IntRange(0, query.Statuses-1).Draw(t, "health"))},
		Weight:    rapid.SampledFrom([]float64{0, 1, 2, -3}).Draw(t, "weight"),
	}
	r.Limits.Inflight = int64(rapid.IntRange(0, 2).Draw(t, "limit"))
	if rapid.Bool().Draw(t, "able") {
		r.Capabilities = []index.Capability{{Name: "c", Version: rapid.SampledFrom([]string{"", "1.0", "1.4", "2"}).Draw(t, "version")}}
	}
	if rapid.Bool().Draw(t, "measured") {
		r.Usage.CPUFree = index.Known(rapid.Float64Range(0, 4).Draw(t, "free"))
		r.Performance.P50 = index.Known(time.Duration(rapid.IntRange(0, 1000).Draw(t, "p50")))
	}
	return r
}

// TestPickIsAlwaysACandidateAndFailsOnlyWithoutOne compares with a naive reading of the rules, over Views that follow one another.
func TestPickIsAlwaysACandidateAndFailsOnlyWithoutOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := balance.Policy{
			Strategy:  rapid.SampledFrom(append(balance.Strategies(), balance.Auto)).Draw(t, "strategy"),
			Namespace: rapid.SampledFrom([]string{"", "n", query.AllNamespaces}).Draw(t, "in"),
			Degraded:  rapid.Bool().Draw(t, "degraded"), Unjudged: rapid.Bool().Draw(t, "unjudged"),
		}
		if p.Strategy == balance.ByCapability || rapid.Bool().Draw(t, "capability") {
			p.Capability = balance.Need{Name: "c", Version: rapid.SampledFrom([]string{"", "^1", ">=1.4"}).Draw(t, "constraint")}
		}
		if p.Strategy == balance.ResourceAware || rapid.Bool().Draw(t, "resources") {
			p.Resources.CPU = 1
		}
		counts := new(balance.Ledger)
		b := balancer(t, p, balance.Sources{Counts: counts})
		v := new(index.View)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				r := drawRow(t)
				v, _ = v.Apply(index.Remove(r.Namespace, r.ID))
			case 1:
				r := drawRow(t)
				v, _ = v.Apply(index.Put(r), index.Put(drawRow(t)))
			case 2:
				r := drawRow(t)
				counts.Done(r.Namespace, r.ID)
			}
			ask := balance.Ask{Key: rapid.StringN(0, 2, 2).Draw(t, "key")}
			if rapid.Bool().Draw(t, "again") {
				ask.Tried = []string{"1", "5"}
			}
			want := naive(v, p, counts, ask)
			got, err := b.Pick(v, ask)
			if len(want) == 0 {
				var none *balance.NoAgentError
				require.ErrorAs(t, err, &none)
				sum := 0
				for _, x := range none.Excluded {
					sum += x.N
				}
				require.Equal(t, none.Meant, sum)
				continue
			}
			require.NoError(t, err)
			require.Contains(t, want, got)
		}
	})
}

// naive are the candidates by a reading of the rules for each row.
func naive(v *index.View, p balance.Policy, counts *balance.Ledger, ask balance.Ask) (best []*index.Row) {
	var degraded []*index.Row
	accepts, _ := balance.ParseConstraint(p.Capability.Version)
	for r := range v.All() {
		free, known := r.Usage.CPUFree.Get()
		switch {
		case p.Namespace != query.AllNamespaces && p.Namespace != r.Namespace,
			r.State != query.Ready && r.State != query.Busy,
			slices.Contains(ask.Tried, r.ID),
			r.Limits.Inflight > 0 && counts.InHand(r.Namespace, r.ID) >= r.Limits.Inflight,
			p.Capability.Name != "" && (len(r.Capabilities) == 0 || !accepts.Accepts(r.Capabilities[0].Version)),
			p.Resources.CPU > 0 && (!known || free-float64(counts.InHand(r.Namespace, r.ID)) < 1):
			continue
		}
		switch {
		case r.Health.Status == query.Healthy, r.Health.Status == query.Unknown && p.Unjudged, r.Health.Status == query.Degraded && p.Degraded:
			best = append(best, r)
		case r.Health.Status == query.Degraded:
			degraded = append(degraded, r)
		}
	}
	if len(best) == 0 {
		return degraded
	}
	return best
}

func TestErrorsAreTheSentinel(t *testing.T) {
	_, err := balancer(t, balance.Policy{}, balance.Sources{}).Pick(new(index.View), balance.Ask{})
	assert.True(t, errors.Is(err, balance.ErrNoAgent))
	assert.EqualError(t, err, `balance: pick "": no agent is meant`)
}
