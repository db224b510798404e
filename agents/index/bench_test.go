// SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// population makes n agents as a registry would have them: 1,000 capabilities of about n*3/1000 agents each, 10 nodes, most of them
// healthy, measures spread over orders of magnitude.
func population(n int) []*index.Row {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	rows := make([]*index.Row, n)
	for i := range rows {
		rows[i] = agent(rng, i)
	}
	return rows
}

func agent(rng *rand.Rand, i int) *index.Row {
	status := query.Healthy
	if d := rng.IntN(10); d == 0 {
		status = query.Degraded
	} else if d == 1 {
		status = query.Status(rng.IntN(query.Statuses))
	}
	r := &index.Row{
		ID: fmt.Sprintf("agent-%07d", i), Kind: "kind-" + strconv.Itoa(rng.IntN(8)), Team: "team-" + strconv.Itoa(rng.IntN(200)),
		Role: "worker", Node: "node-" + strconv.Itoa(rng.IntN(10)), State: query.Ready, Health: index.Health{Status: status},
		Labels:      []index.Label{{Name: "zone", Value: "z" + strconv.Itoa(rng.IntN(5))}, {Name: "tier", Value: strconv.Itoa(rng.IntN(3))}},
		Incarnation: 1, Version: 1, RegisteredAt: time.Unix(int64(i), 0),
		Usage: index.Usage{
			MemoryFree: index.Known(int64(rng.ExpFloat64() * (1 << 28))), CPUFree: index.Known(rng.Float64() * 4),
			Queue: index.Known(int64(rng.ExpFloat64() * 50)), Inflight: index.Known(int64(rng.IntN(4))),
		},
		Performance: index.Performance{
			P50: index.Known(time.Duration(rng.ExpFloat64() * 1e7)), P99: index.Known(time.Duration(rng.ExpFloat64() * 1e8)),
			SuccessRate: index.Known(1 - rng.ExpFloat64()/1000), Throughput: index.Known(rng.ExpFloat64() * 100),
		},
	}
	for len(r.Capabilities) < 3 {
		r.Capabilities = append(r.Capabilities, index.Capability{Name: capability(rng.IntN(1000))})
	}
	return r
}

func capability(i int) string { return fmt.Sprintf("area-%d/skill-%d", i%20, i) }

// rare is a capability of just 100 agents.
const rare = "rare/skill"

func populated(n int) (*index.View, []*index.Row) {
	rows := population(n)
	for i := range 100 {
		r := *rows[i*(n/100)]
		r.Capabilities = append([]index.Capability{{Name: rare}}, r.Capabilities...)
		rows[i*(n/100)] = &r
	}
	writes := make([]index.Write, n)
	for i, r := range rows {
		writes[i] = index.Put(r)
	}
	v, _ := new(index.View).Apply(writes...)
	return v, rows
}

// questions are what the goals speak of, and what was found to be hard. No index answers those with a name in capitals.
var questions = []struct{ name, text string }{
	{"capability100", `capability = rare/skill`},
	{"capability300", `capability = area-3/skill-3`},
	{"capabilityHealthNode", `capability = area-3/skill-3 and health = healthy and node = node-3`},
	{"composite", `capability prefix area-3 and health in (healthy, degraded) and queue < 100 order by p99 limit 10`},
	{"compositeSmall", `capability = area-3/skill-3 and health in (healthy, degraded) and queue < 100 order by p99 limit 10`},
	{"compositeWide", `health = healthy and queue < 20 and memory.free > 64MiB and label.zone = z1 order by p99 limit 10`},
	{"top10p99", `order by p99 limit 10`},
	{"top10success", `order by success_rate desc limit 10`},
	{"top10queue", `order by queue limit 10`},
	{"leastLoaded", `capability prefix area-3 and health = healthy order by queue limit 10`},
	{"page100", `limit 100`},
	{"pageHealthy100", `health = healthy limit 100`},
	{"against", `p99 > 300ms order by queue limit 10`},
	{"unindexed", `inflight = 2 and done = 0 limit 10`},
	{"NOBODYBYP99", `done = 5 order by p99 limit 10`},
	{"NOBODYBYID", `done = 5 limit 10`},
	{"NOBODY", `done = 5`},
	{"ALLBYP50", `order by p50 limit 10`},
	{"wideNobody", `p99 > 200ms and success_rate < 0.999 and cpu.free < 1 and queue > 400 order by throughput desc limit 10`},
	{"id", `id = agent-0000017`},
	{"none", `kind = kind-1 and kind = kind-2`},
	{"or", `(kind = kind-1 and team = team-7) or (kind = kind-2 and team = team-9) limit 50`},
}

func ask(text string) *index.Prepared {
	q, err := query.Parse(text)
	if err != nil {
		panic(err)
	}
	p, err := index.Prepare(q)
	if err != nil {
		panic(err)
	}
	return p
}

// BenchmarkFind measures questions at 100,000 rows. x-scan says how many times more processor time a test of every
// row takes, without the sorting.
func BenchmarkFind(b *testing.B) {
	v, rows := populated(100_000)
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			p := ask(q.text)
			scan := scanTime(p, rows)
			b.ReportAllocs()
			var buf []*index.Row
			start := used()
			for b.Loop() {
				buf, _ = v.FindInto(buf, p)
			}
			each := float64(used()-start) / float64(b.N)
			b.ReportMetric(each, "cpu-ns/op")
			b.ReportMetric(scan/each, "x-scan")
			b.ReportMetric(float64(len(buf)), "rows")
		})
	}
}

// scanTime is the processor time of a test of every row.
func scanTime(p *index.Prepared, rows []*index.Row) float64 {
	const times = 5
	n, start := 0, used()
	for range times {
		for _, r := range rows {
			if p.Matches(r) {
				n++
			}
		}
	}
	runtime.KeepAlive(n)
	return float64(used()-start) / times
}

// processor reports the processor time of an operation, collection of garbage included: on a machine with other work it says more than the
// time on the wall.
func processor(b *testing.B) func() {
	start := used()
	return func() { b.ReportMetric(float64(used()-start)/float64(b.N), "cpu-ns/op") }
}

func used() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // on failure the metric is 0
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkPrepare measures what a question costs before any View is asked.
func BenchmarkPrepare(b *testing.B) {
	text := questions[3].text
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ask(text)
		}
	})
	b.Run("prepare", func(b *testing.B) {
		q := ask(text).Query()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := index.Prepare(q); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkGet measures look-ups in random order; x-map says how many times longer they take than those in a plain map.
func BenchmarkGet(b *testing.B) {
	v, rows := populated(100_000)
	plain := make(map[string]*index.Row, len(rows))
	for _, r := range rows {
		plain[r.ID] = r
	}
	order := rand.New(rand.NewPCG(2, 2)).Perm(len(rows))
	start, n := used(), 0
	for range 5 {
		for _, i := range order {
			if plain[rows[i].ID] != nil {
				n++
			}
		}
	}
	bare := float64(used()-start) / float64(n)
	b.ReportAllocs()
	i := 0
	start = used()
	for b.Loop() {
		if _, ok := v.Get("", rows[order[i%len(order)]].ID); !ok {
			b.Fatal("a row is not there")
		}
		i++
	}
	each := float64(used()-start) / float64(b.N)
	b.ReportMetric(each, "cpu-ns/op")
	b.ReportMetric(each/bare, "x-map")
}

// BenchmarkApply measures commits, by how many rows there are already; ns/op is of one write.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		v, rows := populated(n)
		rng := rand.New(rand.NewPCG(3, 3))
		b.Run(fmt.Sprintf("register/%d", n), func(b *testing.B) {
			fresh := newcomers(rng, n)
			w, i := v, 0
			commits(b, func() {
				if i%len(fresh) == 0 {
					w = v
				}
				w, _ = w.Apply(index.Put(fresh[i%len(fresh)]))
				i++
			})
		})
		b.Run(fmt.Sprintf("registerBatch256/%d", n), func(b *testing.B) {
			fresh := newcomers(rng, n)
			writes := make([]index.Write, 256)
			b.ReportAllocs()
			defer processor(b)()
			for i := 0; i < b.N; i += len(writes) {
				for j := range writes {
					writes[j] = index.Put(fresh[(i+j)%len(fresh)])
				}
				v.Apply(writes...)
			}
		})
		b.Run(fmt.Sprintf("health/%d", n), func(b *testing.B) {
			w := v
			commits(b, func() {
				r := *rows[rng.IntN(n)]
				r.Health.Status = query.Status(rng.IntN(query.Statuses))
				w, _ = w.Apply(index.Put(&r))
			})
		})
		b.Run(fmt.Sprintf("measures/%d", n), func(b *testing.B) {
			w := v
			commits(b, func() {
				r := *rows[rng.IntN(n)]
				o := rows[rng.IntN(n)]
				r.Usage, r.Performance = o.Usage, o.Performance
				w, _ = w.Apply(index.Put(&r))
			})
		})
		b.Run(fmt.Sprintf("measuresBatch256/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			defer processor(b)()
			writes := make([]index.Write, 256)
			w := v
			for i := 0; i < b.N; i += len(writes) {
				for j := range writes {
					r := *rows[rng.IntN(n)]
					o := rows[rng.IntN(n)]
					r.Usage, r.Performance = o.Usage, o.Performance
					writes[j] = index.Put(&r)
				}
				w, _ = w.Apply(writes...)
			}
		})
		b.Run(fmt.Sprintf("remove/%d", n), func(b *testing.B) {
			w, order, i := v, rng.Perm(n), 0
			commits(b, func() {
				if i%(n/2) == 0 {
					w = v
				}
				w, _ = w.Apply(index.Remove("", rows[order[i%(n/2)]].ID))
				i++
			})
		})
	}
}

func newcomers(rng *rand.Rand, n int) []*index.Row {
	fresh := make([]*index.Row, 4096)
	for i := range fresh {
		fresh[i] = agent(rng, rng.IntN(n))
		fresh[i].ID += "-" + strconv.Itoa(i)
	}
	return fresh
}

// commits times one commit after the other and reports the median and the 99th percentile, which on a busy machine say more than the mean.
func commits(b *testing.B, commit func()) {
	b.ReportAllocs()
	defer processor(b)()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		commit()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
}

// BenchmarkMemory reports the bytes that an agent costs, beside its own row and in it.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				before := heap()
				v, rows := populated(n)
				all := heap() - before
				runtime.KeepAlive(v)
				v = nil
				own := heap() - before
				runtime.KeepAlive(rows)
				b.ReportMetric(float64(all-own)/float64(n), "index-B/agent")
				b.ReportMetric(float64(own)/float64(n), "row-B/agent")
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
