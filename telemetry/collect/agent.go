// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/telemetry/window"
)

// agentBook is what agents report.
type agentBook struct {
	o       Options
	byID    *xsync.Map[string, *agent]
	count   atomic.Int64 // agents
	full    atomic.Int64 // of them, those with windows
	refused atomic.Uint64
}

func newAgentBook(o Options) *agentBook {
	return &agentBook{o: o, byID: xsync.NewMap[string, *agent]()}
}

// agent is one agent's metrics.
type agent struct {
	id string
	mu struct {
		sync.Mutex
		metrics map[string]*metric
		full    bool
		gone    bool // forgotten: whoever still holds it looks again
		recent  float64
		at      time.Time
	}
}

// metric is the totals of one metric and, of an agent that is kept in full, its windows.
type metric struct {
	total  Aggregate
	series *window.Values
}

// Aggregate is what is known of a metric since the agent was first heard of.
type Aggregate struct {
	// Count is how many figures there were; Sum, Min, Max and Last are of these.
	Count               uint64
	Sum, Min, Max, Last float64
	// At is when the newest was recorded.
	At time.Time
}

// Mean returns the mean of all figures; 0 of none.
func (g Aggregate) Mean() float64 {
	if g.Count == 0 {
		return 0
	}
	return g.Sum / float64(g.Count)
}

func (g *Aggregate) add(now time.Time, figure float64) {
	if g.Count == 0 {
		g.Min, g.Max = figure, figure
	}
	g.Count++
	g.Sum += figure
	g.Min, g.Max, g.Last, g.At = min(g.Min, figure), max(g.Max, figure), figure, now
}

// AgentMetric is one metric of one agent at one moment.
type AgentMetric struct {
	// Agent and Metric name it.
	Agent, Metric string
	// Total is since the agent was first heard of.
	Total Aggregate
	// Full says that there are windows: the agent is among those that report most.
	Full bool
	// Windows are the last 10 s, 1 min and 5 min, with percentiles.
	Windows [3]window.Stats
}

// RecordAgent adds a figure to a metric of an agent. It reports false if it was refused: it is not finite, the agent has Options.MaxMetrics others
// already, or there are Options.MaxAgents other agents.
func (a *Aggregator) RecordAgent(id, name string, figure float64) bool {
	return a.agents.record(a.sys.Now(), id, name, figure)
}

// ForgetAgent drops all metrics of an agent: it has left.
func (a *Aggregator) ForgetAgent(id string) { a.agents.forget(id) }

// AgentMetrics returns the metrics of an agent, in the order of their names; none if it is not known.
func (a *Aggregator) AgentMetrics(id string) []AgentMetric {
	g, ok := a.agents.byID.Load(id)
	if !ok {
		return nil
	}
	return g.read(a.sys.Now())
}

// Agents returns the ids of the known agents, sorted.
func (a *Aggregator) Agents() []string {
	var out []string
	a.agents.byID.Range(func(id string, _ *agent) bool {
		out = append(out, id)
		return true
	})
	slices.Sort(out)
	return out
}

func (b *agentBook) record(now time.Time, id, name string, figure float64) bool {
	if math.IsNaN(figure) || math.IsInf(figure, 0) {
		b.refused.Add(1)
		return false
	}
	for {
		g, ok := b.byID.Load(id)
		if !ok {
			if g = b.meet(id); g == nil {
				b.refused.Add(1)
				return false
			}
		}
		taken, gone := g.record(now, name, figure, b.o.MaxMetrics)
		if gone {
			continue // somebody is just taking it out of the book
		}
		if !taken {
			b.refused.Add(1)
		}
		return taken
	}
}

// meet makes a new agent, in full while there is room; nil if there are too many.
func (b *agentBook) meet(id string) *agent {
	if b.count.Add(1) > int64(b.o.MaxAgents) {
		b.count.Add(-1)
		return nil
	}
	g := &agent{id: id}
	g.mu.metrics = map[string]*metric{}
	g.mu.full = b.full.Add(1) <= int64(b.o.MaxFull)
	if !g.mu.full {
		b.full.Add(-1)
	}
	met, raced := b.byID.LoadOrStore(id, g)
	if raced {
		b.count.Add(-1)
		if g.mu.full {
			b.full.Add(-1)
		}
	}
	return met
}

func (g *agent) record(now time.Time, name string, figure float64, maxMetrics int) (taken, gone bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mu.gone {
		return false, true
	}
	m := g.mu.metrics[name]
	if m == nil {
		if len(g.mu.metrics) >= maxMetrics {
			return false, false
		}
		m = &metric{}
		g.mu.metrics[name] = m
	}
	m.total.add(now, figure)
	g.mu.recent++
	g.mu.at = now
	if g.mu.full {
		if m.series == nil {
			m.series = &window.Values{}
		}
		m.series.Record(now, figure)
	}
	return true, false
}

func (g *agent) read(now time.Time) []AgentMetric {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]AgentMetric, 0, len(g.mu.metrics))
	for _, name := range slices.Sorted(maps.Keys(g.mu.metrics)) {
		m := g.mu.metrics[name]
		one := AgentMetric{Agent: g.id, Metric: name, Total: m.total, Full: m.series != nil}
		if m.series != nil {
			for _, span := range window.Spans() {
				one.Windows[span] = m.series.Stats(now, span)
			}
		}
		out = append(out, one)
	}
	return out
}

func (b *agentBook) forget(id string) {
	if g, ok := b.byID.LoadAndDelete(id); ok {
		b.remove(g)
	}
}

// remove closes the record of an agent that is out of the book.
func (b *agentBook) remove(g *agent) {
	g.mu.Lock()
	full := g.mu.full
	g.mu.gone, g.mu.full = true, false
	g.mu.Unlock()
	b.count.Add(-1)
	if full {
		b.full.Add(-1)
	}
}

// size returns how many agents there are, and how many of them in full.
func (b *agentBook) size() (agents, full int) { return int(b.count.Load()), int(b.full.Load()) }

// rank forgets agents that have been idle for too long, and gives windows to those that report most. Activity fades by half at each ranking; of equals
// those that have windows keep them, so that nobody loses them for nothing.
func (b *agentBook) rank(now time.Time) {
	type ranked struct {
		g      *agent
		recent float64
		full   bool
	}
	var all []ranked
	var idle []string
	b.byID.Range(func(id string, g *agent) bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		if now.Sub(g.mu.at) >= b.o.Idle {
			idle = append(idle, id)
			return true
		}
		all = append(all, ranked{g, g.mu.recent, g.mu.full})
		g.mu.recent /= 2
		return true
	})
	for _, id := range idle {
		b.forget(id)
	}
	slices.SortFunc(all, func(x, y ranked) int {
		if c := cmp.Compare(y.recent, x.recent); c != 0 {
			return c
		}
		if x.full != y.full {
			if x.full {
				return -1
			}
			return 1
		}
		return cmp.Compare(x.g.id, y.g.id)
	})
	for i, r := range all {
		if full := i < b.o.MaxFull; full != r.full {
			b.promote(r.g, full)
		}
	}
}

// promote gives windows to an agent, or takes them away.
func (b *agentBook) promote(g *agent, full bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mu.gone || g.mu.full == full {
		return
	}
	g.mu.full = full
	if full {
		b.full.Add(1)
		return
	}
	b.full.Add(-1)
	for _, m := range g.mu.metrics {
		m.series = nil
	}
}
