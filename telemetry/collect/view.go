// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"maps"
	"slices"
	"strings"
	"time"

	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/window"
)

// Prefixes of the names of series that are not recorded under their own.
const (
	// EventSeries, and the name of an event: how often it was emitted.
	EventSeries = "event."
	// AgentSeries, and the name of a metric: what agents reported with RecordAgent, by agent.
	AgentSeries = "agent."
)

// readAt returns the readings of a series.
func (a *Aggregator) readAt(now time.Time, name string) []Reading {
	if event, ok := strings.CutPrefix(name, EventSeries); ok {
		out := a.events.read(now, event)
		for i := range out {
			out[i].Series = name
		}
		return out
	}
	if metric, ok := strings.CutPrefix(name, AgentSeries); ok {
		return a.agents.across(now, metric)
	}
	return a.series.read(now, name)
}

// across returns one metric of all agents that have windows for it, in the order of their ids.
func (b *agentBook) across(now time.Time, name string) []Reading {
	found := map[string]Reading{}
	b.byID.Range(func(id string, g *agent) bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		m := g.mu.metrics[name]
		if m == nil || m.series == nil {
			return true
		}
		r := Reading{Series: AgentSeries + name, Key: id, At: m.total.At, Last: m.total.Last}
		for _, span := range window.Spans() {
			r.Windows[span] = m.series.Stats(now, span)
		}
		found[id] = r
		return true
	})
	out := make([]Reading, 0, len(found))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[id])
	}
	return out
}

// view shows an aggregator to alert rules at one moment.
type view struct {
	a   *Aggregator
	now time.Time
}

// View shows the series as they are at a time, to an alert.Machine.
func (a *Aggregator) View(now time.Time) alert.View { return view{a, now} }

// Samples returns the figure that a rule asks for, of each key in its scope. What is counted or measured over a window is known as long as the
// aggregator's process ticks, so it is as old as its last tick; a last value is as old as itself; of no values there is no percentile.
func (v view) Samples(m alert.Measure) []alert.Sample {
	beat := time.Unix(0, v.a.beat.Load())
	if v.a.beat.Load() == 0 {
		beat = time.Time{}
	}
	readings := v.a.readAt(v.now, m.Series)
	if len(readings) == 0 && strings.HasPrefix(m.Series, EventSeries) {
		readings = []Reading{{Counter: true}} // an event that never was has a rate of 0
	}
	var out []alert.Sample
	for _, r := range readings {
		if m.Scope != "" && !v.a.inScope(m.Scope, r.Key) {
			continue
		}
		if value, ok := figure(r, m); ok {
			at := beat
			if m.Stat == alert.Last {
				at = r.At
			}
			out = append(out, alert.Sample{Key: r.Key, Value: value, At: at})
		}
	}
	return out
}

func (a *Aggregator) inScope(scope, key string) bool {
	if a.o.InScope != nil {
		return a.o.InScope(scope, key)
	}
	return alert.Matches(scope, key)
}

// figure picks what a rule compares; ok is false if there is no such figure.
func figure(r Reading, m alert.Measure) (value float64, ok bool) {
	w := r.Windows[m.Window]
	switch m.Stat {
	case alert.Last:
		return r.Last, true
	case alert.Rate:
		return r.Growth(m.Window), true
	case alert.Increase, alert.Sum:
		return w.Sum, true
	case alert.Count:
		return float64(w.Count), !r.Counter
	case alert.Mean:
		value = w.Mean
	case alert.Min:
		value = w.Min
	case alert.Max:
		value = w.Max
	case alert.P50:
		value = w.P50
	case alert.P90:
		value = w.P90
	case alert.P95:
		value = w.P95
	case alert.P99:
		value = w.P99
	}
	return value, w.Count > 0
}
