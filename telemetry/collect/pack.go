// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/window"
)

// Names of the series that Watch keeps.
const (
	SeriesProcesses  = "system.processes"
	SeriesAbandoned  = "system.abandoned"
	SeriesCrashes    = "system.crashes"
	SeriesFaults     = "system.faults" // by severity
	SeriesLetters    = "system.dead_letters"
	SeriesRestarts   = "supervision.restarts" // by supervisor
	SeriesEventsLost = "system.events_lost"   // by subscriber
	SeriesGoroutines = "system.goroutines"
	SeriesHeap       = "system.heap_bytes"
	SeriesMemory     = "system.memory_bytes"
)

// SeriesInfo documents a series.
type SeriesInfo struct {
	// Name is what rules call it.
	Name string
	// Kind is "gauge", "counter" or "values": gauges have a last value, counters grow, and of values there are percentiles.
	Kind string
	// Key says what its keys are; empty for a series without keys.
	Key string
	// Doc is one sentence.
	Doc string
}

// WatchedSeries documents the series of Watch.
func WatchedSeries() []SeriesInfo {
	return []SeriesInfo{
		{SeriesProcesses, "gauge", "", "Living processes."},
		{SeriesAbandoned, "gauge", "", "Handlers of killed processes that have not returned."},
		{SeriesCrashes, "counter", "", "Processes that ended by a crash."},
		{SeriesFaults, "counter", "severity", "Crashes, by the worst severity of the error and its causes: low, medium, high or critical."},
		{SeriesLetters, "counter", "", "Messages that reached nobody."},
		{SeriesRestarts, "counter", "supervisor", "Restart attempts."},
		{SeriesEventsLost, "counter", "subscriber", "Events that a subscriber with a queue lost because it was full."},
		{SeriesGoroutines, "gauge", "", "Goroutines of the operating system's process; none in a simulation."},
		{SeriesHeap, "gauge", "", "Bytes of live objects and of dead ones that are not collected yet; none in a simulation."},
		{SeriesMemory, "gauge", "", "Bytes that the Go runtime has taken from the operating system; none in a simulation."},
	}
}

// Watch adds the series that DefaultRules look at, from what the kernel counts, supervisors tell and the bus loses.
func Watch(a *Aggregator) {
	one := func(f func(actors.Totals) int64) func(func(string, float64)) {
		return func(report func(string, float64)) { report("", float64(f(a.sys.Totals()))) }
	}
	a.Gauge(SeriesProcesses, func(report func(string, float64)) { report("", float64(a.sys.Len())) })
	a.Gauge(SeriesAbandoned, one(func(t actors.Totals) int64 { return t.Abandoning }))
	a.Total(SeriesCrashes, one(func(t actors.Totals) int64 { return t.Crashed }))
	a.Total(SeriesLetters, one(func(t actors.Totals) int64 { return t.DeadLetters }))
	a.Total(SeriesEventsLost, func(report func(string, float64)) {
		sums := map[string]uint64{}
		var names []string
		for _, s := range a.sys.Events().Stats() {
			if !s.Queued {
				continue
			}
			if _, known := sums[s.Name]; !known {
				names = append(names, s.Name)
			}
			sums[s.Name] += s.Lost
		}
		for _, name := range names {
			report(name, float64(sums[name]))
		}
	})
	if !a.sys.Simulated() {
		machine := func(n int) func(func(string, float64)) {
			return func(report func(string, float64)) { report("", float64(machineFigures()[n])) }
		}
		a.Gauge(SeriesGoroutines, machine(goroutines))
		a.Gauge(SeriesHeap, machine(heap))
		a.Gauge(SeriesMemory, machine(memory))
	}
	Tally(a, SeriesFaults, func(e actors.ProcessExited) (string, float64, bool) {
		if !ownCrash(e) {
			return "", 0, false
		}
		return fault.Of(e.Reason.CrashError()).Worst().String(), 1, true
	})
	Tally(a, SeriesRestarts, func(e supervision.ChildRestarting) (string, float64, bool) { return e.Supervisor, 1, true })
}

// DefaultRules are what is worth an alert on every node; their series are those of Watch and of events. Routes are left to the spec.
func DefaultRules() []alert.Rule {
	once := func(name, event, runbook string, s alert.Severity) alert.Rule {
		return alert.Rule{
			Name: name, Severity: s, Series: EventSeries + event, Stat: alert.Increase, Window: window.Minute, Threshold: 0, ClearFor: time.Minute,
			Runbook: runbook,
		}
	}
	half := 0.5
	return []alert.Rule{
		once("supervisor-gave-up", supervision.GaveUp{}.EventName(), "Read its crash report: the children's crashes are the cause.", alert.Critical),
		{
			Name: "critical-fault", Severity: alert.Critical, Series: SeriesFaults, Scope: fault.Critical.String(), Stat: alert.Increase, Window: window.Minute,
			Threshold: 0, ClearFor: time.Minute, Runbook: "Read the codes of the crash report: runtime explain says what to do about each.",
		},
		once("process-stuck", actors.ProcessStuck{}.EventName(), "Look at the message in hand: what does its handler wait for?", alert.High),
		once("alert-route-failing", RouteFailed{}.EventName(), "Nobody may be told of alerts: mend the receiver of the route.", alert.High),
		{
			Name: "restarts", Severity: alert.Medium, Series: SeriesRestarts, Stat: alert.Rate, Window: window.Minute, Threshold: 1, Clear: &half,
			For: 10 * time.Second, ClearFor: 30 * time.Second, Runbook: "A child cannot stay up: read its crash reports.",
		},
		{
			Name: "handlers-abandoned", Severity: alert.High, Series: SeriesAbandoned, Threshold: 10, For: 30 * time.Second,
			Runbook: "Killed handlers do not return: they wait for something outside the runtime, or loop.",
		},
		{
			Name: "dead-letters", Severity: alert.Low, Series: SeriesLetters, Stat: alert.Rate, Window: window.Minute, Threshold: 10,
			For: 30 * time.Second, ClearFor: 30 * time.Second, Runbook: "Somebody sends to processes that are gone or full.",
		},
		{
			Name: "events-lost", Severity: alert.Low, Series: SeriesEventsLost, Stat: alert.Increase, Window: window.Minute, Threshold: 0, ClearFor: time.Minute,
			Runbook: "A subscriber is too slow: what it shows has gaps.",
		},
	}
}

var _ telemetry.Logged = Report{}
