// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/otel"
	"mabeam.dev/telemetry/recorder"
)

// telemetryService is what the node knows of itself: series, alert rules, crash reports. It starts before everything that it watches.
var telemetryService = service{
	Service: phase.Service{
		Name: "watch", Phase: phase.Telemetry, Need: phase.Optional, Loss: phase.Alone,
		Without: "Nothing is counted for alerts, and nobody is told of any; metrics and crash reports go on.",
	},
	make: func(n *Node) ([]supervision.Child, error) { return n.watch() },
	end: func(n *Node) error {
		n.records.crashes.Close()
		n.records.detach()
		if s := n.records.spans; s != nil {
			s.Close()
		}
		return nil
	},
}

// records are the handles of the telemetry service.
type records struct {
	recorder *recorder.Recorder
	detach   func()
	crashes  *collect.Crashes
	series   *collect.Aggregator
	alerts   *collect.Alerts // nil if they are off
	spans    *otel.Spans     // nil if nobody wants them
}

// alertStream is where the route to the journal writes.
const alertStream = events.Stream("alerts")

// watch makes what the service consists of.
func (n *Node) watch() ([]supervision.Child, error) {
	cfg := n.o.Config.Telemetry
	w := &n.records
	w.series = collect.NewAggregator(n.sys, collect.Options{Snapshot: cfg.Snapshot, InScope: (&scopes{n: n}).has})
	n.measure(w.series)
	children := []supervision.Child{w.series.Child()}
	if a := n.o.Config.Alerts; a.Enabled {
		alerts, err := n.alerts(a)
		if err != nil {
			return nil, err
		}
		w.alerts = alerts
		children = append(children, alerts.Child())
		if err := n.metrics.Alerts(func() []alert.Status { return alerts.View().Alerts }); err != nil {
			return nil, err
		}
	}
	if n.o.Traces != nil {
		w.spans = n.o.Traces(n.o.Bus, n.sys.Now)
		trace(w.spans)
	}
	w.recorder = recorder.New(recorder.Options{Now: n.sys.Now, Subject: collect.SubjectOf, MaxBytes: int(cfg.Recorder), Accept: memorable})
	w.detach = w.recorder.Attach(n.o.Bus)
	w.crashes = collect.ReportCrashes(n.sys, collect.CrashOptions{Recorder: w.recorder, Keep: cfg.Crashes})
	return children, nil
}

// memorable chooses what the recorder keeps: what is about a process, and what is worth a line in the log. The steps of tasks are in the journal.
func memorable(e telemetry.Event) bool {
	if logged, ok := e.(telemetry.Logged); ok && logged.LogLevel() >= slog.LevelInfo {
		return true
	}
	_, ok := collect.SubjectOf(e)
	return ok
}

// alerts makes the alert manager of the config.
func (n *Node) alerts(a config.Alerts) (*collect.Alerts, error) {
	o := collect.AlertOptions{Spec: a.Spec(AlertPack()), Senders: map[string]collect.Sender{}}
	routes := a.Routes
	if len(routes) == 0 {
		routes = []config.AlertRoute{{Name: config.LogRoute, To: config.ToLog, Timeout: 10 * time.Second}}
	}
	for _, r := range routes {
		o.Senders[r.Name] = n.limited(r.Timeout, n.sender(r))
		o.SendTimeout = max(o.SendTimeout, r.Timeout)
	}
	for _, s := range a.Silences {
		o.Silences = append(o.Silences, alert.Silence{Rule: s.Rule, Key: s.Key, Author: s.Author, Reason: s.Reason, Until: s.Until})
	}
	return collect.NewAlerts(n.records.series, o)
}

// sender is what stands behind a route.
func (n *Node) sender(r config.AlertRoute) collect.Sender {
	switch r.To {
	case config.ToWebhook:
		return collect.Webhook(r.URL.Reveal(), &http.Client{Transport: withHeaders(r.Headers)})
	case config.ToEvents:
		return collect.SenderFunc(n.journalAlerts)
	}
	return collect.LogTo(n.o.Logger)
}

// limited gives a route its own time, on the system's clock; the alert manager's is that of the slowest.
func (n *Node) limited(d time.Duration, s collect.Sender) collect.Sender {
	return collect.SenderFunc(func(ctx context.Context, delivery alert.Delivery) error {
		limited, over := n.within(ctx, d)
		defer over()
		return s.Send(limited, delivery)
	})
}

// journalAlerts appends the notices of a delivery to the journal. One whose fate was not known is there twice.
func (n *Node) journalAlerts(ctx context.Context, d alert.Delivery) error {
	var all []events.New
	for _, notice := range d.Notices {
		data, err := json.Marshal(notice)
		if err != nil {
			return fmt.Errorf("node: journal alert %q: %w", notice.Rule, err)
		}
		all = append(all, events.New{
			Type: "alert." + notice.What, Data: data,
			Metadata: map[string]string{"route": d.Route, "delivery": strconv.FormatUint(d.ID, 10)},
		})
	}
	_, err := n.journal.Append(ctx, alertStream, events.Any, all...)
	return err
}

// withHeaders is the transport of a webhook. It holds secrets, so nothing of it is ever shown.
func withHeaders(headers map[string]config.Text) http.RoundTripper {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true} // a connection that waits would outlive the node
	if len(headers) == 0 {
		return t
	}
	return headerTransport{headers, t}
}

type headerTransport struct {
	headers map[string]config.Text
	next    http.RoundTripper
}

// RoundTrip adds the headers to a copy of the request.
func (t headerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range t.headers {
		r.Header.Set(name, value.Reveal())
	}
	return t.next.RoundTrip(r)
}

// views is what the node shows of its telemetry.
func (n *Node) views() http.Handler {
	return admin.Watch(admin.WatchOptions{
		Series: n.records.series, Alerts: n.records.alerts, Crashes: n.records.crashes, Token: n.o.Config.Surfaces.Token.Reveal(),
		Body: int64(n.o.Config.Surfaces.Body), Now: n.sys.Now,
	})
}
