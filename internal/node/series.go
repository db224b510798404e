// SPDX-License-Identifier: Apache-2.0

package node

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/agents/query"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/window"
)

// Names of the series that a node keeps besides those of collect.Watch.
const (
	seriesAccepted  = "work.accepted"
	seriesEnded     = "work.ended"
	seriesDead      = "work.dead"
	seriesRetried   = "work.retried"
	seriesTimeouts  = "work.timeouts"
	seriesOpen      = "work.open"
	seriesSeconds   = "work.seconds"
	seriesAge       = "work.age_seconds"
	seriesAgents    = "agents.count"
	seriesUnhealthy = "agents.unhealthy_share"
)

// Series documents every series that alert rules may look at, besides event.NAME, which counts the events of that name, and agent.METRIC, which is what
// agents record, by agent.
func Series() []collect.SeriesInfo {
	return append(append(append(collect.WatchedSeries(), marketSeries()...), variableSeries()...),
		collect.SeriesInfo{Name: seriesAccepted, Kind: "counter", Key: "queue", Doc: "Tasks accepted."},
		collect.SeriesInfo{Name: seriesEnded, Kind: "counter", Key: "queue", Doc: "Tasks that got their outcome."},
		collect.SeriesInfo{Name: seriesDead, Kind: "counter", Key: "queue", Doc: "Tasks that became dead letters."},
		collect.SeriesInfo{Name: seriesRetried, Kind: "counter", Key: "queue", Doc: "Attempts that ended without a result and left their task open."},
		collect.SeriesInfo{Name: seriesTimeouts, Kind: "counter", Key: "queue", Doc: "Attempts that took longer than their deadline, or whose task's deadline passed."},
		collect.SeriesInfo{Name: seriesOpen, Kind: "gauge", Key: "queue", Doc: "Tasks that are accepted and have no outcome."},
		collect.SeriesInfo{Name: seriesSeconds, Kind: "values", Key: "queue", Doc: "How long the last attempt of a task took."},
		collect.SeriesInfo{Name: seriesAge, Kind: "values", Key: "queue", Doc: "How long a task took from its acceptance to its outcome."},
		collect.SeriesInfo{Name: seriesAgents, Kind: "gauge", Key: "health", Doc: "Agents by health, read every 5 s."},
		collect.SeriesInfo{Name: seriesUnhealthy, Kind: "gauge", Doc: "Share of agents that are unhealthy, overloaded or dead, from 0 to 1; none without agents."},
	)
}

// SeriesNames are the names of Series.
func SeriesNames() []string {
	var names []string
	for _, s := range Series() {
		names = append(names, s.Name)
	}
	return names
}

// AlertPack are the rules that every node has unless its config says otherwise.
func AlertPack() []alert.Rule {
	once := func(name, event, runbook string, s alert.Severity) alert.Rule {
		return alert.Rule{
			Name: name, Severity: s, Series: collect.EventSeries + event, Stat: alert.Increase, Window: window.Minute, ClearFor: time.Minute, Runbook: runbook,
		}
	}
	half := 0.5
	tenth := 0.1
	return append(append(append(append(collect.DefaultRules(), marketAlerts()...), coordinationAlerts()...), variableAlerts()...),
		once("journal-full", work.JournalFull{}.EventName(), "The disk is full: nothing is accepted until there is room.", alert.Critical),
		once("results-not-written", work.SinkFailed{}.EventName(), "The file of results cannot be written; the outcomes wait in the journal.", alert.High),
		once("agent-condemned", work.AgentCondemned{}.EventName(), "An agent did not let go of a recalled attempt and was killed: look at its crash reports.", alert.Medium),
		alert.Rule{
			Name: "work-dead-letters", Severity: alert.Medium, Series: seriesDead, Stat: alert.Rate, Window: window.Minute, Threshold: 1, Clear: &half,
			For: 30 * time.Second, ClearFor: 30 * time.Second, Runbook: "runtime work list says why; runtime work retry gives them another chance.",
		},
		alert.Rule{
			Name: "work-timeouts", Severity: alert.Medium, Series: seriesTimeouts, Stat: alert.Rate, Window: window.Minute, Threshold: 1, Clear: &half,
			For: 30 * time.Second, ClearFor: 30 * time.Second, Runbook: "Attempts take longer than their deadline: runtime inspect agents, and the deadline of the queue.",
			InhibitedBy: []string{"agents-unhealthy"},
		},
		alert.Rule{
			Name: "agents-unhealthy", Severity: alert.High, Series: seriesUnhealthy, Threshold: 0.25, Clear: &tenth, For: 30 * time.Second,
			ClearFor: 30 * time.Second, Runbook: "More than a quarter of the agents cannot work as they should: runtime work list --agents, runtime inspect crashes.",
		},
	)
}

// measure feeds the node's own series.
func (n *Node) measure(agg *collect.Aggregator) {
	collect.Watch(agg)
	tasks := &openTasks{}
	collect.Tally(agg, seriesAccepted, func(e work.TaskAccepted) (string, float64, bool) {
		tasks.of(e.Queue).Add(1)
		return queueName(e.Queue), 1, true
	})
	collect.Tally(agg, seriesEnded, func(e work.TaskEnded) (string, float64, bool) {
		tasks.of(e.Queue).Add(-1)
		return queueName(e.Queue), 1, true
	})
	collect.Tally(agg, seriesDead, func(e work.TaskDead) (string, float64, bool) { return queueName(e.Queue), 1, true })
	collect.Tally(agg, seriesRetried, func(e work.AttemptEnded) (string, float64, bool) { return queueName(e.Queue), 1, e.Retried })
	collect.Tally(agg, seriesTimeouts, func(e work.AttemptEnded) (string, float64, bool) {
		return queueName(e.Queue), 1, e.End == string(plan.EndTimeout) || e.End == string(plan.EndDeadline)
	})
	collect.Measure(agg, seriesSeconds, func(e work.TaskEnded) (string, float64, bool) {
		return queueName(e.Queue), e.Took.Seconds(), e.Took > 0
	})
	collect.Measure(agg, seriesAge, func(e work.TaskEnded) (string, float64, bool) { return queueName(e.Queue), e.Age.Seconds(), true })
	agg.Gauge(seriesOpen, tasks.read)
	n.measureMarket(agg)
	measureVariables(agg)
	crowd := &crowd{n: n}
	agg.Gauge(seriesAgents, crowd.counts)
	agg.Gauge(seriesUnhealthy, crowd.share)
}

// queueName is what the config calls a queue.
func queueName(process string) string { return strings.TrimPrefix(process, "work.") }

// openTasks counts the open tasks of each queue from what the queues tell. It is exact from the queue's start on.
type openTasks struct {
	mu struct {
		sync.Mutex
		byQueue map[string]*atomic.Int64
		names   []string // in the order of the first event
	}
}

func (o *openTasks) of(queue string) *atomic.Int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.mu.byQueue[queue]
	if c == nil {
		c = new(atomic.Int64)
		if o.mu.byQueue == nil {
			o.mu.byQueue = map[string]*atomic.Int64{}
		}
		o.mu.byQueue[queue] = c
		o.mu.names = append(o.mu.names, queue)
	}
	return c
}

func (o *openTasks) read(report func(key string, figure float64)) {
	o.mu.Lock()
	names := slices.Clone(o.mu.names)
	o.mu.Unlock()
	for _, name := range names {
		report(queueName(name), float64(o.of(name).Load()))
	}
}

// crowdAge is how old a count of the agents may be: with very many of them it takes a while to make.
const crowdAge = 5 * time.Second

// crowd counts the agents by health. It belongs to the aggregator's process.
type crowd struct {
	n        *Node
	at       time.Time
	byHealth [len(healths)]int
	total    int
}

// healths are all that an agent may have, in the order in which they are shown.
var healths = [...]query.Status{query.Unknown, query.Healthy, query.Degraded, query.Overloaded, query.Unhealthy, query.Dead}

func (c *crowd) look() {
	now := c.n.sys.Now()
	if age := now.Sub(c.at); age >= 0 && age < crowdAge && c.total > 0 {
		return
	}
	c.at, c.byHealth, c.total = now, [len(healths)]int{}, 0
	for info := range c.n.dir.Infos() {
		if i := slices.Index(healths[:], info.Health.Status); i >= 0 {
			c.byHealth[i]++
			c.total++
		}
	}
}

func (c *crowd) counts(report func(key string, figure float64)) {
	c.look()
	for i, h := range healths {
		report(fmt.Sprint(h), float64(c.byHealth[i]))
	}
}

func (c *crowd) share(report func(key string, figure float64)) {
	c.look()
	if c.total == 0 {
		return
	}
	bad := 0
	for i, h := range healths {
		if h == query.Unhealthy || h == query.Overloaded || h == query.Dead {
			bad += c.byHealth[i]
		}
	}
	report("", float64(bad)/float64(c.total))
}
