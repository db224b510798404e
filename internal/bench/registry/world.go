// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/supervision"
)

// world is a registry full of agents.
type world struct {
	n    int
	sys  *actors.System
	reg  *registry.Registry
	rows []*index.Row
	rng  *rand.Rand
}

// processes is up to how many agents have a process of their own, which the registry monitors; more of them reach nobody.
const processes = 100_000

// nowhere is the handle of an agent without a process.
type nowhere struct{}

func (nowhere) String() string { return "nowhere" }

// begin registers n agents in batches, and measures what that takes.
func (b *bench) begin(n int) (*world, error) {
	w := &world{n: n, rng: rand.New(rand.NewPCG(1, uint64(n)))}
	w.sys = actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	reg, child, err := registry.New(w.sys, registry.Options{})
	if err != nil {
		return nil, err
	}
	w.reg = reg
	if _, err := supervision.Start(w.sys, "bench", supervision.Spec{Children: []supervision.Child{child}}); err != nil {
		return nil, err
	}
	w.rows = make([]*index.Row, n)
	for i := range w.rows {
		w.rows[i] = w.agent(i)
		if i%(n/100) == 0 && i/(n/100) < 100 {
			w.rows[i].Capabilities = append(w.rows[i].Capabilities, index.Capability{Name: rare})
		}
		if n <= processes {
			w.rows[i].Handle = actors.MustSpawn(w.sys, "", actors.Stateless(func(*actors.Context[struct{}], struct{}) error { return nil })).PID()
		}
	}
	before, start, busy := heap(), time.Now(), processor()
	for from := 0; from < n; from += batch {
		if err := w.register(w.rows[from:min(from+batch, n)]); err != nil {
			return nil, err
		}
	}
	b.row(w, fmt.Sprintf("register in batches of %d, each", batch), float64(time.Since(start).Nanoseconds())/float64(n), "ns", benchtab.ValueAtMost(3_000))
	b.row(w, "processor time of one of these", float64((processor()-busy).Nanoseconds())/float64(n), "ns", benchtab.Goal{})
	b.row(w, "memory of a registered agent", float64(heap()-before)/float64(n), "bytes", benchtab.ValueAtMost(2048))
	return w, nil
}

// batch is how many agents are registered at once.
const batch = 1000

func (w *world) register(rows []*index.Row) error {
	ops := make([]registry.Op, len(rows))
	for i, row := range rows {
		ops[i] = registry.Register{Row: row}
	}
	_, err := w.reg.Batch(context.Background(), registry.Atomic, ops...)
	return err
}

func (w *world) end() {
	_ = w.sys.Close(context.Background()) // the program is about to end, or to begin with another one
}

// heap returns the memory in use, without what is garbage.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// rare is a capability of 100 agents.
const rare = "rare/skill"

// agent is one as a registry would have it: three of 1,000 capabilities, one of ten nodes, mostly healthy, measures over orders of magnitude.
func (w *world) agent(i int) *index.Row {
	rng := w.rng
	r := &index.Row{
		ID: fmt.Sprintf("agent-%07d", i), Kind: "kind-" + strconv.Itoa(rng.IntN(8)), Team: "team-" + strconv.Itoa(rng.IntN(200)), Role: "worker",
		Node: "node-" + strconv.Itoa(rng.IntN(10)), State: query.Ready, Health: index.Health{Status: query.Healthy}, Handle: nowhere{},
		Labels: []index.Label{{Name: "zone", Value: "z" + strconv.Itoa(rng.IntN(5))}, {Name: "tier", Value: strconv.Itoa(rng.IntN(3))}},
		Usage: index.Usage{
			MemoryFree: index.Known(int64(rng.ExpFloat64() * (1 << 28))), CPUFree: index.Known(rng.Float64() * 4),
			Queue: index.Known(int64(rng.ExpFloat64() * 50)), Inflight: index.Known(int64(rng.IntN(4))),
		},
		Performance: index.Performance{
			P50: index.Known(time.Duration(rng.ExpFloat64() * 1e7)), P99: index.Known(time.Duration(rng.ExpFloat64() * 1e8)),
			SuccessRate: index.Known(max(0, 1-rng.ExpFloat64()/1000)), Throughput: index.Known(rng.ExpFloat64() * 100),
		},
	}
	if rng.IntN(5) == 0 {
		r.Health.Status = query.Status(rng.IntN(query.Statuses))
	}
	for seen := map[int]bool{}; len(r.Capabilities) < 3; {
		if c := rng.IntN(1000); !seen[c] {
			seen[c] = true
			r.Capabilities = append(r.Capabilities, index.Capability{Name: fmt.Sprintf("area-%d/skill-%d", c%20, c)})
		}
	}
	return r
}
