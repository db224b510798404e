// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"slices"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/benchtab"
)

// lookups measures Lookup of random agents, beside the same on a plain map that nobody may write to meanwhile.
func (b *bench) lookups(w *world) {
	const many = 1 << 16
	ids := make([]registry.ID, many)
	plain := make(map[registry.ID]*index.Row, w.n)
	for _, row := range w.rows {
		plain[registry.IDOf(row)] = row
	}
	for i := range ids {
		ids[i] = registry.IDOf(w.rows[w.rng.IntN(w.n)])
	}
	var ours, bare []float64
	found := 0
	for range 15 { // in turns, so that what else the machine does befalls both
		ours = append(ours, each(many, func(i int) {
			if row, ok := w.reg.Lookup(ids[i]); ok && row != nil {
				found++
			}
		}))
		bare = append(bare, each(many, func(i int) {
			if plain[ids[i]] != nil {
				found++
			}
		}))
	}
	slices.Sort(ours)
	slices.Sort(bare)
	goal := benchtab.ValueAtMost(100)
	if w.n != goalsAt {
		goal = benchtab.Goal{}
	}
	b.table.Add(benchtab.Row{
		Measure: "look-up of a random agent, " + thousands(w.n) + " agents", Value: ours[len(ours)/2], Unit: "ns", Goal: goal,
		Baseline: bare[len(bare)/2], BaselineName: "plain map",
	})
	b.row(w, "allocations of a look-up", allocations(1000, func() { w.reg.Lookup(ids[found%many]) }), "allocs", benchtab.ValueAtMost(0))
}

// each returns how many nanoseconds a call takes, of many in a row.
func each(n int, call func(i int)) float64 {
	start := time.Now()
	for i := range n {
		call(i)
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n)
}

// allocations counts the allocations of one call, rounded down: what else the program allocates meanwhile is far less than one each.
func allocations(n int, call func()) float64 {
	call()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		call()
	}
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / uint64(n))
}

// questions are queries and their goals in nanoseconds; 0 is none.
var questions = []struct {
	name, text string
	goal       float64
}{
	{"100 by capability", `capability = rare/skill limit 100`, 10_000},
	{"100 of a capability's 3 in 1,000", `capability = area-3/skill-3 limit 100`, 10_000},
	{"by capability, health and node", `capability = area-3/skill-3 and health = healthy and node = node-3 limit 100`, 10_000},
	{"composite with order and limit", `capability prefix area-3 and health in (healthy, degraded) and queue < 100 order by p99 limit 10`, 50_000},
	{"top 10 by p99", `order by p99 limit 10`, 25_000},
}

// queries measures prepared queries, and one that is made and prepared each time.
func (b *bench) queries(w *world) error {
	var buf []*index.Row
	for _, q := range questions {
		parsed, err := query.Parse(q.text)
		if err != nil {
			return err
		}
		p, err := index.Prepare(parsed)
		if err != nil {
			return err
		}
		took, err := medians(2000, func(int) error {
			page, err := w.reg.Answer(p, buf)
			buf = page.Rows
			return err
		})
		if err != nil {
			return err
		}
		b.row(w, "query, "+q.name, took.p50, "ns", benchtab.ValueAtMost(q.goal))
	}
	took, err := medians(2000, func(int) error {
		_, err := w.reg.Find(query.Query{Where: query.Capability.Eq(rare), Limit: 100})
		return err
	})
	b.row(w, "query, 100 by capability, unprepared", took.p50, "ns", benchtab.ValueAtMost(10_000))
	return err
}

// times are percentiles of single calls in nanoseconds.
type times struct{ p50, p99, mean float64 }

func medians(n int, call func(i int) error) (times, error) {
	took := make([]float64, n)
	sum := 0.0
	for i := range took {
		start := time.Now()
		if err := call(i); err != nil {
			return times{}, err
		}
		took[i] = float64(time.Since(start).Nanoseconds())
		sum += took[i]
	}
	slices.Sort(took)
	return times{took[n/2], took[n*99/100], sum / float64(n)}, nil
}
