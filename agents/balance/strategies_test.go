// SPDX-License-Identifier: Apache-2.0

package balance_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

func weight(w float64) func(*index.Row) { return func(r *index.Row) { r.Weight = w } }

func tally(ids []string) map[string]int {
	n := map[string]int{}
	for _, id := range ids {
		n[id]++
	}
	return n
}

func TestRoundRobinGoesOnWhereItWasWhoeverComesAndGoes(t *testing.T) {
	b := balancer(t, balance.Policy{Strategy: balance.RoundRobin}, balance.Sources{})
	v := view(ready("a"), ready("b"), ready("d"))
	assert.Equal(t, []string{"a", "b"}, picks(t, b, v, balance.Ask{}, 2))
	v, _ = v.Apply(index.Put(ready("c")), index.Remove("", "b"))
	assert.Equal(t, []string{"c", "d", "a", "c"}, picks(t, b, v, balance.Ask{}, 4))
	assert.Equal(t, []string{"a", "c", "a"}, picks(t, b, v, balance.Ask{Tried: []string{"d"}}, 3))
}

func TestLeastLoadedSpreadsPicksOfOneMomentByWeight(t *testing.T) {
	b := balancer(t, balance.Policy{Strategy: balance.LeastLoaded}, balance.Sources{})
	v := view(ready("a"), ready("b", weight(3)), ready("c"))
	assert.Equal(t, map[string]int{"a": 200, "b": 600, "c": 200}, tally(picks(t, b, v, balance.Ask{}, 1000)))
	for range 100 {
		b.Done(ready("c"))
	}
	assert.Equal(t, map[string]int{"c": 100}, tally(picks(t, b, v, balance.Ask{}, 100)))
}

func TestPowerOfTwoKeepsLoadsCloseTogether(t *testing.T) {
	var rows []*index.Row
	for i := range 100 {
		rows = append(rows, ready(fmt.Sprintf("%03d", i)))
	}
	for _, s := range []balance.Strategy{balance.PowerOfTwo, balance.Auto} {
		most := 0
		for _, n := range tally(picks(t, balancer(t, balance.Policy{Strategy: s}, balance.Sources{}), view(rows...), balance.Ask{}, 1000)) {
			most = max(most, n)
		}
		assert.LessOrEqual(t, most, 14, "the mean is 10; one random draw would reach about 19")
	}
}

func TestPowerOfTwoFindsTheOnlyCandidateAmongMany(t *testing.T) {
	var rows []*index.Row
	for i := range 1000 {
		rows = append(rows, ready(fmt.Sprintf("%03d", i)))
	}
	open := func(_, id string) bool { return id != "777" }
	b := balancer(t, balance.Policy{Strategy: balance.PowerOfTwo}, balance.Sources{Open: open})
	assert.Equal(t, []string{"777", "777"}, picks(t, b, view(rows...), balance.Ask{}, 2))
}

func TestCapabilityPrefersVersionThenSettingsThenLoadThenTheSpecialist(t *testing.T) {
	can := func(version, settings string, more ...string) func(*index.Row) {
		return func(r *index.Row) {
			r.Capabilities = []index.Capability{{Name: "review", Version: version, Settings: json.RawMessage(settings)}}
			for _, m := range more {
				r.Capabilities = append(r.Capabilities, index.Capability{Name: m})
			}
		}
	}
	b := balancer(t, balance.Policy{Strategy: balance.ByCapability, Capability: balance.Need{
		Name: "review", Version: "<3", Settings: map[string]json.RawMessage{"lang": json.RawMessage(`"go"`), "deep": json.RawMessage(`true`)},
	}}, balance.Sources{})
	v := view(
		ready("a", can("3.0", `{"lang":"go","deep":true}`)), ready("b", can("2.9.1", `{"lang": "go"}`)), ready("c", can("2.10", ``)),
		ready("d", can("v2.10.0", `{"lang": "go"}`, "x")), ready("e", can("2.10", `{"lang":"go","deep":false}`)),
	)
	assert.Equal(t, []string{"e", "d", "e", "d"}, picks(t, b, v, balance.Ask{}, 4))
	assert.Equal(t, []string{"c"}, picks(t, b, v, balance.Ask{Tried: []string{"d", "e"}}, 1))
	assert.Equal(t, []string{"b"}, picks(t, b, v, balance.Ask{Tried: []string{"c", "d", "e"}}, 1))
}

func TestPerformanceWeighsTimeAndSuccessAndTakesTheUnseenForMiddling(t *testing.T) {
	did := func(p50 time.Duration, success float64) func(*index.Row) {
		return func(r *index.Row) {
			r.Performance = index.Performance{P50: index.Known(p50), SuccessRate: index.Known(success)}
		}
	}
	v := view(
		ready("fast", did(10*time.Millisecond, 1)), ready("failing", did(10*time.Millisecond, 0.1)),
		ready("slow", did(40*time.Millisecond, 1)), ready("unseen"),
	)
	b := balancer(t, balance.Policy{Strategy: balance.Performance}, balance.Sources{})
	assert.Equal(t, map[string]int{"fast": 8, "slow": 2, "unseen": 2}, tally(picks(t, b, v, balance.Ask{}, 12)))
}

func TestResourceAwareGoesByTheScarcestResourceAndCountsWhatItGave(t *testing.T) {
	free := func(memory int64, cpu float64) func(*index.Row) {
		return func(r *index.Row) { r.Usage.MemoryFree, r.Usage.CPUFree = index.Known(memory), index.Known(cpu) }
	}
	p := balance.Policy{Strategy: balance.ResourceAware, Resources: balance.Resources{Memory: 100, CPU: 1}}
	b := balancer(t, p, balance.Sources{})
	v := view(ready("a", free(10_000, 1)), ready("b", free(300, 3)), ready("c", free(250, 10)), ready("d"))
	assert.Equal(t, []string{"b", "c", "b", "c", "a", "b"}, picks(t, b, v, balance.Ask{}, 6))
	_, err := b.Pick(v, balance.Ask{})
	assert.ErrorIs(t, err, balance.ErrNoAgent)
}

func TestOnlyKeysOfAgentsThatCameOrWentMove(t *testing.T) {
	const keys = 2000
	var rows []*index.Row
	for i := range 20 {
		rows = append(rows, ready(fmt.Sprintf("%02d", i)))
	}
	where := func(b *balance.Balancer, v *index.View) map[string]string {
		of := map[string]string{}
		for i := range keys {
			k := fmt.Sprint("key-", i)
			of[k] = picks(t, b, v, balance.Ask{Key: k}, 1)[0]
		}
		return of
	}
	all := view(rows...)
	less, _ := all.Apply(index.Remove("", "07"))
	more, _ := all.Apply(index.Put(ready("20", weight(2))))

	b := balancer(t, balance.Policy{Strategy: balance.ConsistentHash}, balance.Sources{})
	before, after, grown := where(b, all), where(b, less), where(b, more)
	moved := 0
	for k, agent := range before {
		if agent != "07" {
			assert.Equal(t, agent, after[k], "its agent stayed")
		}
		if grown[k] != agent {
			assert.Equal(t, "20", grown[k], "keys move only to the one that came")
			moved++
		}
	}
	assert.InDelta(t, keys*2.0/22, float64(moved), 60, "its share is that of its weight")

	s := balancer(t, balance.Policy{Strategy: balance.Sticky}, balance.Sources{})
	assert.Equal(t, before, where(s, all))
	assert.Equal(t, before, where(s, more), "who came gets no key of those that have an agent")
	assert.Equal(t, after, where(s, less))
	assert.Equal(t, after, where(s, all), "keys that moved stay where they are")
}

func TestStickyRemembersOnlySoManyKeys(t *testing.T) {
	b := balancer(t, balance.Policy{Strategy: balance.Sticky, Keys: 1}, balance.Sources{})
	one, two := view(ready("a")), view(ready("a"), ready("b"), ready("c"), ready("d"))
	var other string // a key that belongs elsewhere among several
	h := balancer(t, balance.Policy{Strategy: balance.ConsistentHash}, balance.Sources{})
	for i := 0; other == ""; i++ {
		if k := fmt.Sprint(i); picks(t, h, two, balance.Ask{Key: k}, 1)[0] != "a" {
			other = k
		}
	}
	picks(t, b, one, balance.Ask{Key: other}, 1)
	assert.Equal(t, []string{"a"}, picks(t, b, two, balance.Ask{Key: other}, 1), "it stays")
	picks(t, b, one, balance.Ask{Key: "another"}, 1)
	assert.NotEqual(t, []string{"a"}, picks(t, b, two, balance.Ask{Key: other}, 1), "forgotten, it goes where it belongs")
}

func TestWeightsThatMakeNoSenseCountAsOne(t *testing.T) {
	b := balancer(t, balance.Policy{Strategy: balance.LeastLoaded, Namespace: query.AllNamespaces}, balance.Sources{})
	v := view(ready("a", weight(-1)), ready("b", weight(1e300)), ready("c"))
	assert.Equal(t, []string{"a", "b", "c"}, picks(t, b, v, balance.Ask{}, 3))
}
