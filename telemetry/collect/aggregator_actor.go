// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"fmt"
	"runtime/metrics"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// ranking is the time between two rankings of agents.
const ranking = 10 * time.Second

// aggregatorMessage is what the aggregator's process takes: nothing but its own ticks.
type aggregatorMessage interface{ aggregator() }

type (
	look     struct{} // at the gauges
	snapshot struct{} // of the system
	rank     struct{} // the agents
)

func (look) aggregator()     {}
func (snapshot) aggregator() {}
func (rank) aggregator()     {}

// aggregator is one incarnation: its subscriptions live as long as it does. The series belong to the handle.
type aggregator struct{ *Aggregator }

// Init subscribes and takes a first look, so that totals have somewhere to start from.
func (a *aggregator) Init(ctx *actors.Context[aggregatorMessage]) error {
	end := a.subscribe()
	if _, err := actors.AtEnd(ctx, func(actors.Reason) { end() }); err != nil {
		end()
		return err
	}
	a.look(ctx.Now())
	ctx.Every(a.o.Tick, look{})
	ctx.Every(ranking, rank{})
	if a.o.Snapshot > 0 {
		ctx.Every(a.o.Snapshot, snapshot{})
	}
	return nil
}

// Receive does what is due.
func (a *aggregator) Receive(ctx *actors.Context[aggregatorMessage], m aggregatorMessage) error {
	switch m := m.(type) {
	case look:
		a.look(ctx.Now())
	case snapshot:
		telemetry.Emit(ctx.Events(), a.system(ctx.Now()))
	case rank:
		a.agents.rank(ctx.Now())
	default:
		return fmt.Errorf("telemetry/collect: aggregator: unknown message %T", m)
	}
	return nil
}

// look reads the gauges, in the order in which they were added, and says that it is alive.
func (a *aggregator) look(now time.Time) {
	a.mu.Lock()
	gauges := a.mu.gauges
	a.mu.Unlock()
	for _, g := range gauges {
		g.read(func(key string, figure float64) { a.series.record(now, g.name, key, g.as, figure) })
	}
	a.beat.Store(now.UnixNano())
}

// system takes a snapshot of the system. In a simulation what is the operating system's process is left out: it differs from run to run.
func (a *aggregator) system(now time.Time) SystemSnapshot {
	t := a.sys.Totals()
	s := SystemSnapshot{
		At: now, Processes: a.sys.Len(), Started: t.Started, Crashed: t.Crashed, DeadLetters: t.DeadLetters, Abandoned: t.Abandoning,
	}
	if a.sys.Simulated() {
		return s
	}
	f := machineFigures()
	s.Goroutines, s.HeapBytes, s.MemoryBytes, s.Collections = int(f[goroutines]), f[heap], f[memory], f[collections]
	return s
}

// Places in machineFigures.
const (
	goroutines = iota
	heap
	memory
	collections
)

// machineFigures are those of the operating system's process; one that this version of Go does not know is 0.
func machineFigures() (out [4]uint64) {
	samples := []metrics.Sample{
		goroutines:  {Name: "/sched/goroutines:goroutines"},
		heap:        {Name: "/memory/classes/heap/objects:bytes"},
		memory:      {Name: "/memory/classes/total:bytes"},
		collections: {Name: "/gc/cycles/total:gc-cycles"},
	}
	metrics.Read(samples)
	for i, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 {
			out[i] = s.Value.Uint64()
		}
	}
	return out
}
