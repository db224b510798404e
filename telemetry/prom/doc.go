// SPDX-License-Identifier: Apache-2.0

// Package prom turns telemetry events into Prometheus metrics and serves them.
//
// # Guarantees
//
//   - Counters, gauges and histograms are exact: they subscribe in place, so a metric agrees with the events emitted before a
//     scrape began.
//   - A metric has at most MaxSeries of its [Definition] series. Label values beyond that are counted together under the value
//     "other" in every label, and mabeam_series_overflow_total says how often.
//   - A figure that Prometheus would refuse (a negative step of a counter, NaN, text that is not UTF-8) is dropped and counted
//     in mabeam_metric_errors_total. No event can make an emitter panic.
//   - Every node has a registry of its own; nothing is registered globally.
//
// # Usage
//
//	r := prom.New(bus, prom.Options{Node: "alpha"})
//	restarts, err := r.Counter(prom.Definition{
//		Name: "restarts_total", Help: "Restarts of children.", Labels: []string{"supervisor"},
//	})
//	prom.On(restarts, func(e ChildRestarted) (prom.Values, float64, bool) { return prom.Values{e.Supervisor}, 1, true })
//	http.Handle("/metrics", r.Handler())
//
// Names get the prefix mabeam_. Units are base units: seconds, bytes.
//
// # Duties of the user
//
// Labels come from closed or configured sets: supervisor paths, kinds, outcomes; never ids of processes, agents or tasks.
// Extraction functions run on the emitter's goroutine and must be quick. Close the registry when the node stops.
//
// # Failure modes
//
// Registration returns a [*DefinitionError] for a name, label or bucket list that cannot be used, and for a name taken.
//
// # State and testing
//
// The registry owns its subscriptions and metrics. Tests emit events and read [Registry.Handler] with net/http/httptest; every
// event emitted before the request is in the answer.
package prom
