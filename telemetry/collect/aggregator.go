// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// Options set up an Aggregator. The zero value works.
type Options struct {
	// Name is that of the process and of its child; empty means "aggregator".
	Name string
	// Tick is the time between two looks at gauges; 0 means 1 s.
	Tick time.Duration
	// Snapshot is the time between two SystemSnapshot events; 0 means 5 s, negative never.
	Snapshot time.Duration
	// MaxKeys bounds the keys of one series; 0 means 1,000.
	MaxKeys int
	// MaxAgents bounds the agents that are known, MaxMetrics the metrics of each, MaxFull the agents with windows and percentiles; 0 means 100,000,
	// 32 and 1,000.
	MaxAgents, MaxMetrics, MaxFull int
	// Idle is after which time an agent that reports nothing is forgotten; 0 means 10 min.
	Idle time.Duration
	// NoEventCounts leaves out the series "event.NAME", which count every event.
	NoEventCounts bool
	// InScope says whether a key is in the scope of a rule; nil takes the scope for a pattern in which * stands for anything.
	InScope func(scope, key string) bool
}

func (o Options) withDefaults() Options {
	set := func(n *int, to int) {
		if *n <= 0 {
			*n = to
		}
	}
	if o.Name == "" {
		o.Name = "aggregator"
	}
	if o.Tick <= 0 {
		o.Tick = time.Second
	}
	if o.Snapshot == 0 {
		o.Snapshot = 5 * time.Second
	}
	set(&o.MaxKeys, 1000)
	set(&o.MaxAgents, 100_000)
	set(&o.MaxMetrics, 32)
	set(&o.MaxFull, 1000)
	if o.Idle <= 0 {
		o.Idle = 10 * time.Minute
	}
	return o
}

// Aggregator is the handle of all series. It is safe for concurrent use and outlives the restarts of its process.
type Aggregator struct {
	sys    *actors.System
	o      Options
	series *families
	events *families // one key each, by the event's name
	agents *agentBook
	beat   atomic.Int64 // when the process last ticked, in nanoseconds of Unix time; 0 if never

	mu struct {
		sync.Mutex
		sources []source
		gauges  []gauge
		cancels []func() // of the living incarnation's subscriptions
		live    bool
	}
}

// source subscribes to events of one type.
type source func(*telemetry.Bus) (cancel func())

// gauge is read at every tick.
type gauge struct {
	name string
	as   shape
	read func(report func(key string, figure float64))
}

// NewAggregator makes a handle without series. Its process is the child that Child describes. The first one of a system is where [RecordAgent]
// records.
func NewAggregator(sys *actors.System, o Options) *Aggregator {
	o = o.withDefaults()
	a := &Aggregator{
		sys: sys, o: o, series: newFamilies(o.MaxKeys), events: newFamilies(1), agents: newAgentBook(o),
	}
	ownOf(sys).agg.CompareAndSwap(nil, a)
	return a
}

// Child describes the process, which subscribes, reads gauges and forgets what is idle.
func (a *Aggregator) Child() supervision.Child {
	return supervision.Worker(a.o.Name, func() actors.Behavior[aggregatorMessage] { return &aggregator{Aggregator: a} }, actors.Kind("aggregator"))
}

// Record adds a figure to a series of values, such as durations in seconds. It reports false if the figure was refused: it is not finite, or the
// series is of another kind.
func (a *Aggregator) Record(name, key string, figure float64) bool {
	return a.series.record(a.sys.Now(), name, key, values, figure)
}

// Count adds a step to a counter; the rules of Record hold, and a step is not negative.
func (a *Aggregator) Count(name, key string, step float64) bool {
	return a.series.record(a.sys.Now(), name, key, steps, step)
}

// Gauge has a figure read at every tick, by the process: read calls report for each key.
func (a *Aggregator) Gauge(name string, read func(report func(key string, figure float64))) {
	a.addGauge(gauge{name, levels, read})
}

// Total has a total that somebody else counts read at every tick, by the process; a total that begins anew is no step back.
func (a *Aggregator) Total(name string, read func(report func(key string, total float64))) {
	a.addGauge(gauge{name, totals, read})
}

func (a *Aggregator) addGauge(g gauge) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.gauges = append(a.mu.gauges, g)
}

// Measure feeds a series of values with what extract finds in every event of exactly type E; where ok is false the event is passed over.
func Measure[E telemetry.Event](a *Aggregator, name string, extract func(E) (key string, figure float64, ok bool)) {
	feed(a, name, values, extract)
}

// Tally feeds a counter with what extract finds in every event of exactly type E; where ok is false the event is passed over.
func Tally[E telemetry.Event](a *Aggregator, name string, extract func(E) (key string, step float64, ok bool)) {
	feed(a, name, steps, extract)
}

func feed[E telemetry.Event](a *Aggregator, name string, as shape, extract func(E) (string, float64, bool)) {
	a.addSource(func(bus *telemetry.Bus) func() {
		return telemetry.Subscribe(bus, "series "+name, func(e E) {
			if key, figure, ok := extract(e); ok {
				a.series.record(a.sys.Now(), name, key, as, figure)
			}
		})
	})
}

// addSource keeps a source for each incarnation, and for the living one if there is one.
func (a *Aggregator) addSource(s source) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.sources = append(a.mu.sources, s)
	if a.mu.live {
		a.mu.cancels = append(a.mu.cancels, s(a.sys.Events()))
	}
}

// subscribe begins an incarnation; the function that it returns ends it.
func (a *Aggregator) subscribe() (end func()) {
	bus := a.sys.Events()
	if bus == nil {
		return func() {}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.live = true
	for _, s := range a.mu.sources {
		a.mu.cancels = append(a.mu.cancels, s(bus))
	}
	if !a.o.NoEventCounts {
		a.mu.cancels = append(a.mu.cancels, bus.SubscribeAll("series event", func(e telemetry.Event) {
			a.events.record(a.sys.Now(), e.EventName(), "", steps, 1)
		}))
	}
	return func() {
		a.mu.Lock()
		cancels := a.mu.cancels
		a.mu.cancels, a.mu.live = nil, false
		a.mu.Unlock()
		for _, cancel := range cancels {
			cancel()
		}
	}
}

// Read returns the readings of a series as they are now, one for each key and in the order of the keys; "event.NAME" is how often an event was
// emitted.
func (a *Aggregator) Read(name string) []Reading { return a.readAt(a.sys.Now(), name) }

// Names returns the names of all series but those of events and agents, sorted.
func (a *Aggregator) Names() []string { return a.series.names() }

// EventNames returns the names of the events that were counted, sorted.
func (a *Aggregator) EventNames() []string { return a.events.names() }

// Stats are an aggregator's figures.
type Stats struct {
	// Refused counts figures that their series could not take, Beyond those that went to Other.
	Refused, Beyond uint64
	// Agents is how many are known, Full how many of them have windows; AgentsRefused counts figures of agents or metrics beyond the bounds.
	Agents, Full  int
	AgentsRefused uint64
}

// Stats returns the figures as they are now.
func (a *Aggregator) Stats() Stats {
	agents, full := a.agents.size()
	return Stats{
		Refused: a.series.refused.Load(), Beyond: a.series.beyond.Load(),
		Agents: agents, Full: full, AgentsRefused: a.agents.refused.Load(),
	}
}
