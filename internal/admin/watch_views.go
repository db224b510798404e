// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"net/http"
	"slices"

	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/window"
)

// CrashesAnswer are crash reports.
type CrashesAnswer struct {
	Version int         `json:"version"` // of this format: 1
	Crashes []CrashView `json:"crashes"` // oldest first
}

// CrashView is a crash report.
type CrashView struct {
	At          string   `json:"at"`                    // when, RFC 3339
	Path        string   `json:"path"`                  // of the process
	Kind        string   `json:"kind,omitempty"`        // what the process was
	Incarnation uint64   `json:"incarnation,omitempty"` // which of the node's processes it was
	Reason      string   `json:"reason"`                // why it ended
	Code        string   `json:"code,omitempty"`        // of the error behind the reason; runtime explain says what it means
	Severity    string   `json:"severity,omitempty"`    // of that error: low, medium, high or critical
	Agent       string   `json:"agent,omitempty"`       // whose error it was
	Task        string   `json:"task,omitempty"`        // over which it came
	Correlation string   `json:"correlation,omitempty"` // of that task; runtime events query tells its story
	Message     string   `json:"message,omitempty"`     // type of the message in hand, or the callback
	State       string   `json:"state,omitempty"`       // its own view of its state, or what can be said of it without secrets
	Stack       string   `json:"stack,omitempty"`       // where it panicked
	Ancestors   []string `json:"ancestors,omitempty"`   // its parent, that one's parent, and so on
	Handled     uint64   `json:"handled"`               // messages and notices it had handled
	Links       int      `json:"links"`                 // processes it was linked to
	Linked      []string `json:"linked,omitempty"`      // paths of those, oldest link first, at most 20
	Monitors    int      `json:"monitors"`              // processes it watched
	Events      []string `json:"events,omitempty"`      // last events about it, oldest first
	Text        string   `json:"text"`                  // all of it, for people
}

// AgentMetricsAnswer is what agents have recorded of themselves.
type AgentMetricsAnswer struct {
	Version int               `json:"version"`           // of this format: 1
	Agent   string            `json:"agent,omitempty"`   // whose metrics they are
	Metrics []AgentMetricView `json:"metrics,omitempty"` // in the order of their names
	Agents  []string          `json:"agents,omitempty"`  // ids of those that have recorded something, if no agent was asked for
}

// AgentMetricView is one metric of an agent.
type AgentMetricView struct {
	Name    string       `json:"name"`              // as the agent calls it
	Count   uint64       `json:"count"`             // figures since the agent was first heard of
	Sum     float64      `json:"sum"`               // of these
	Min     float64      `json:"min"`               // of these
	Max     float64      `json:"max"`               // of these
	Mean    float64      `json:"mean"`              // of these
	Last    float64      `json:"last"`              // the newest
	At      string       `json:"at"`                // when the newest was recorded, RFC 3339
	Windows []WindowView `json:"windows,omitempty"` // the last 10 s, 1 min and 5 min, of agents that record most
}

// WindowView are the figures of a window.
type WindowView struct {
	Window string  `json:"window"` // 10s, 1m or 5m
	Count  uint64  `json:"count"`  // figures in it
	Rate   float64 `json:"rate"`   // figures in a second, or the growth of a counter
	Sum    float64 `json:"sum"`    // of the figures, or the growth of a counter
	Mean   float64 `json:"mean"`   // of the figures
	Min    float64 `json:"min"`    // of the figures
	Max    float64 `json:"max"`    // of the figures
	P50    float64 `json:"p50"`    // of the figures, within 0.8 %
	P90    float64 `json:"p90"`    // likewise
	P95    float64 `json:"p95"`    // likewise
	P99    float64 `json:"p99"`    // likewise
}

// SeriesAnswer are series as they are.
type SeriesAnswer struct {
	Version int           `json:"version"` // of this format: 1
	Series  []ReadingView `json:"series"`  // in the order of their names, and then of their keys
}

// ReadingView is one key of a series.
type ReadingView struct {
	Name    string       `json:"name"`              // as rules call it
	Key     string       `json:"key,omitempty"`     // none in a series without keys
	At      string       `json:"at"`                // when something was last recorded, RFC 3339
	Last    float64      `json:"last"`              // the newest value, or the total of a counter
	Windows []WindowView `json:"windows,omitempty"` // the last 10 s, 1 min and 5 min; a gauge has none
}

func (w *watch) crashes(rw http.ResponseWriter, r *http.Request) error {
	limit, err := number(r, "limit")
	if err != nil {
		return err
	}
	path := r.URL.Query().Get("path")
	a := CrashesAnswer{Version: 1, Crashes: []CrashView{}}
	for _, c := range w.o.Crashes.Recent() {
		if path == "" || c.Path == path {
			a.Crashes = append(a.Crashes, crashView(c))
		}
	}
	if over := len(a.Crashes) - limit; limit > 0 && over > 0 {
		a.Crashes = slices.Delete(a.Crashes, 0, over)
	}
	answerWith(rw, http.StatusOK, a)
	return nil
}

func crashView(c collect.Report) CrashView {
	v := CrashView{
		At: moment(c.At), Path: c.Path, Kind: c.Kind, Incarnation: c.PID.Incarnation(), Reason: c.Reason,
		Agent: c.Fault.Agent, Task: c.Fault.Task, Correlation: c.Fault.Correlation, Message: c.Message, State: c.State,
		Stack: c.Stack, Ancestors: c.Ancestors, Handled: c.Handled, Links: c.Links, Linked: c.Linked, Monitors: c.Monitors, Text: c.String(),
	}
	if c.Fault.Code != 0 {
		v.Code, v.Severity = c.Fault.Code.String(), c.Fault.Severity.String()
	}
	for _, e := range c.Last {
		v.Events = append(v.Events, e.String())
	}
	return v
}

func (w *watch) agents(rw http.ResponseWriter, r *http.Request) error {
	id := r.URL.Query().Get("agent")
	a := AgentMetricsAnswer{Version: 1, Agent: id}
	if id == "" {
		a.Agents = w.o.Series.Agents()
		answerWith(rw, http.StatusOK, a)
		return nil
	}
	all := w.o.Series.AgentMetrics(id)
	if len(all) == 0 {
		return refuse(http.StatusNotFound, CodeAgent, "agent %q has recorded nothing", id)
	}
	for _, m := range all {
		v := AgentMetricView{
			Name: m.Metric, Count: m.Total.Count, Sum: m.Total.Sum, Min: m.Total.Min, Max: m.Total.Max, Mean: m.Total.Mean(), Last: m.Total.Last,
			At: moment(m.Total.At),
		}
		if m.Full {
			v.Windows = windowViews(m.Windows, nil)
		}
		a.Metrics = append(a.Metrics, v)
	}
	answerWith(rw, http.StatusOK, a)
	return nil
}

// windowViews shows the windows; growth gives the rate of a counter.
func windowViews(all [3]window.Stats, growth func(window.Span) float64) []WindowView {
	out := make([]WindowView, 0, len(all))
	for _, span := range window.Spans() {
		s := all[span]
		rate := s.Rate()
		if growth != nil {
			rate = growth(span)
		}
		out = append(out, WindowView{
			Window: span.String(), Count: s.Count, Rate: rate, Sum: s.Sum, Mean: s.Mean, Min: s.Min, Max: s.Max, P50: s.P50, P90: s.P90,
			P95: s.P95, P99: s.P99,
		})
	}
	return out
}

func (w *watch) series(rw http.ResponseWriter, r *http.Request) error {
	names := w.o.Series.Names()
	if name := r.URL.Query().Get("name"); name != "" {
		names = []string{name}
	} else {
		for _, event := range w.o.Series.EventNames() {
			names = append(names, collect.EventSeries+event)
		}
	}
	a := SeriesAnswer{Version: 1, Series: []ReadingView{}}
	for _, name := range names {
		for _, reading := range w.o.Series.Read(name) {
			v := ReadingView{Name: name, Key: reading.Key, At: moment(reading.At), Last: reading.Last}
			if reading.Counter || reading.Windows != [3]window.Stats{} {
				v.Windows = windowViews(reading.Windows, reading.Growth)
			}
			a.Series = append(a.Series, v)
		}
	}
	answerWith(rw, http.StatusOK, a)
	return nil
}
