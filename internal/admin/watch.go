// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
)

// The codes of a Problem about telemetry.
const (
	CodeAlert    = "unknown_alert" // no such alert is pending or firing, or no such silence
	CodeNoAlerts = "no_alerts"     // the node evaluates no rules
	CodeAgent    = "unknown_agent" // the agent has recorded nothing
)

// WatchOptions are what the handlers of telemetry are made of.
type WatchOptions struct {
	// Series are all that is counted and measured.
	Series *collect.Aggregator
	// Alerts is the alert manager; nil if there is none.
	Alerts *collect.Alerts
	// Crashes keeps the crash reports.
	Crashes *collect.Crashes
	// Token and Body are those of [TaskOptions].
	Token string
	Body  int64
	// Now is the node's clock; nil means time.Now.
	Now func() time.Time
}

// watch serves them.
type watch struct{ o WatchOptions }

// Watch serves what the node knows of itself beyond its tree. Who may ask is said with the tasks: callers on this machine, and those with the token.
//
//   - GET /v1/alerts: [AlertsAnswer], the alerts that are not idle, the silences, and the routes that fail.
//   - POST /v1/alerts/ack: says that somebody takes care of the alert of an [AlertOrder], and answers [AlertsAnswer]; 404 if it is neither pending
//     nor firing.
//   - POST /v1/alerts/silences: adds the silence of an [AlertOrder] and answers [AlertsAnswer] with its id; 400 for its mistakes.
//   - DELETE /v1/alerts/silences/{id}: ends a silence and answers [AlertsAnswer]; 404 if there is none.
//   - GET /v1/crashes: [CrashesAnswer], the crash reports that are kept, oldest first; ?path=P those of one process, ?limit=N the newest.
//   - GET /v1/agent-metrics: [AgentMetricsAnswer], what ?agent=ID has recorded of itself; without it the ids of those that have.
//   - GET /v1/series: [SeriesAnswer], the series that alert rules may look at, as they are now; ?name=N one of them.
func Watch(o WatchOptions) http.Handler {
	if o.Body <= 0 {
		o.Body = 1 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	w := &watch{o}
	guard := &tasks{o: TaskOptions{Token: o.Token}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/alerts", guard.guarded(w.alerts))
	mux.HandleFunc("POST /v1/alerts/ack", guard.guarded(w.acknowledge))
	mux.HandleFunc("POST /v1/alerts/silences", guard.guarded(w.silence))
	mux.HandleFunc("DELETE /v1/alerts/silences/{id}", guard.guarded(w.unsilence))
	mux.HandleFunc("GET /v1/crashes", guard.guarded(w.crashes))
	mux.HandleFunc("GET /v1/agent-metrics", guard.guarded(w.agents))
	mux.HandleFunc("GET /v1/series", guard.guarded(w.series))
	return mux
}

// WithWatch serves telemetry beside other things at one address.
func WithWatch(others, telemetry http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", others)
	for _, below := range []string{"/v1/alerts", "/v1/alerts/", "/v1/crashes", "/v1/agent-metrics", "/v1/series"} {
		mux.Handle(below, telemetry)
	}
	return mux
}

// AlertOrder is what somebody wants with alerts.
type AlertOrder struct {
	Rule   string `json:"rule,omitempty"`   // name of the rule; of a silence a pattern in which * stands for anything
	Key    string `json:"key,omitempty"`    // what the alert is about; of a silence a pattern
	Author string `json:"author,omitempty"` // who wants it
	Reason string `json:"reason,omitempty"` // why, of a silence
	For    string `json:"for,omitempty"`    // how long a silence lasts, such as 2h; at most 7 days
}

// AlertsAnswer is the answer about alerts.
type AlertsAnswer struct {
	Version  int           `json:"version"`           // of this format: 1
	Enabled  bool          `json:"enabled"`           // rules are evaluated
	At       string        `json:"at,omitempty"`      // time of the last evaluation, RFC 3339
	Alerts   []AlertView   `json:"alerts"`            // that are not idle, in the order of the rules
	Silences []SilenceView `json:"silences"`          // in force
	Failing  []string      `json:"failing,omitempty"` // routes whose last delivery did not arrive
	Silence  uint64        `json:"silence,omitempty"` // id of the silence that was added
}

// AlertView is one alert: a rule and what it is about.
type AlertView struct {
	Rule         string  `json:"rule"`                   // name of the rule
	Key          string  `json:"key,omitempty"`          // what it is about, such as a queue; none for a series without keys
	Severity     string  `json:"severity"`               // low, medium, high or critical
	State        string  `json:"state"`                  // inactive, pending, firing or resolved
	Flapping     bool    `json:"flapping,omitempty"`     // it changes too often to be told of each change
	Value        float64 `json:"value"`                  // the last one known
	Threshold    float64 `json:"threshold"`              // of the rule
	Since        string  `json:"since,omitempty"`        // when the breach began, RFC 3339
	Muted        string  `json:"muted,omitempty"`        // silenced or inhibited, if nobody is told
	Acknowledged string  `json:"acknowledged,omitempty"` // who takes care of it
}

// SilenceView is a silence in force.
type SilenceView struct {
	ID     uint64 `json:"id"`             // by which it can be ended
	Rule   string `json:"rule,omitempty"` // rules that are muted; all if there is none
	Key    string `json:"key,omitempty"`  // keys that are muted; all if there is none
	Author string `json:"author"`         // who wanted it
	Reason string `json:"reason"`         // why
	Until  string `json:"until"`          // when it ends, RFC 3339
}

func (w *watch) alerts(rw http.ResponseWriter, _ *http.Request) error {
	answerWith(rw, http.StatusOK, w.view())
	return nil
}

// view shows the last evaluation.
func (w *watch) view() AlertsAnswer {
	a := AlertsAnswer{Version: 1, Alerts: []AlertView{}, Silences: []SilenceView{}}
	if w.o.Alerts == nil {
		return a
	}
	v := w.o.Alerts.View()
	a.Enabled, a.At, a.Failing = true, moment(v.At), v.Failing
	for _, s := range v.Alerts {
		a.Alerts = append(a.Alerts, AlertView{
			Rule: s.Rule, Key: s.Key, Severity: s.Severity.String(), State: s.State.String(), Flapping: s.Flapping, Value: s.Value,
			Threshold: s.Threshold, Since: moment(s.Since), Muted: s.Muted, Acknowledged: s.Acknowledged,
		})
	}
	for _, s := range v.Silences {
		a.Silences = append(a.Silences, SilenceView{ID: s.ID, Rule: s.Rule, Key: s.Key, Author: s.Author, Reason: s.Reason, Until: moment(s.Until)})
	}
	return a
}

// order reads the body of a request that changes something.
func (w *watch) order(rw http.ResponseWriter, r *http.Request) (o AlertOrder, err error) {
	if w.o.Alerts == nil {
		return o, refuse(http.StatusConflict, CodeNoAlerts, "the node evaluates no rules (alerts.enabled)")
	}
	dec := json.NewDecoder(http.MaxBytesReader(rw, r.Body, w.o.Body))
	dec.DisallowUnknownFields()
	err = dec.Decode(&o)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return o, err
	case err != nil:
		return o, refuse(http.StatusBadRequest, CodeBody, "%v", err)
	}
	return o, nil
}

func (w *watch) acknowledge(rw http.ResponseWriter, r *http.Request) error {
	o, err := w.order(rw, r)
	if err != nil {
		return err
	}
	if o.Author == "" || o.Rule == "" {
		return refuse(http.StatusBadRequest, CodeBody, "rule and author are required")
	}
	if err := w.o.Alerts.Acknowledge(r.Context(), o.Rule, o.Key, o.Author); err != nil {
		return alertProblem(err)
	}
	answerWith(rw, http.StatusOK, w.view())
	return nil
}

func (w *watch) silence(rw http.ResponseWriter, r *http.Request) error {
	o, err := w.order(rw, r)
	if err != nil {
		return err
	}
	d, err := time.ParseDuration(o.For)
	if err != nil {
		return refuse(http.StatusBadRequest, CodeBody, "for %q: want a duration such as 2h", o.For)
	}
	id, err := w.o.Alerts.Silence(r.Context(), alert.Silence{
		Rule: o.Rule, Key: o.Key, Author: o.Author, Reason: o.Reason, Until: w.o.Now().Add(d),
	})
	if err != nil {
		return alertProblem(err)
	}
	a := w.view()
	a.Silence = id
	answerWith(rw, http.StatusOK, a)
	return nil
}

func (w *watch) unsilence(rw http.ResponseWriter, r *http.Request) error {
	if w.o.Alerts == nil {
		return refuse(http.StatusConflict, CodeNoAlerts, "the node evaluates no rules (alerts.enabled)")
	}
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil {
		return refuse(http.StatusBadRequest, CodeBody, "silence %q: want a number", r.PathValue("id"))
	}
	if err := w.o.Alerts.Unsilence(r.Context(), id); err != nil {
		return alertProblem(err)
	}
	answerWith(rw, http.StatusOK, w.view())
	return nil
}

// alertProblem gives an error of the alert manager its code.
func alertProblem(err error) error {
	var field *alert.FieldError
	switch {
	case errors.As(err, &field):
		return refuse(http.StatusBadRequest, CodeBody, "%v", err)
	case errors.Is(err, alert.ErrNoAlert), errors.Is(err, alert.ErrNoSilence):
		return refuse(http.StatusNotFound, CodeAlert, "%v", err)
	}
	return err
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// number reads a parameter of 0 or more.
func number(r *http.Request, name string) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, refuse(http.StatusBadRequest, CodeBody, "%s %q: want a number of 0 or more", name, text)
	}
	return n, nil
}
