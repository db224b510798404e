// SPDX-License-Identifier: Apache-2.0

package prom

import (
	"log/slog"
	"net/http"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mabeam.dev/telemetry"
)

// Options configure a registry.
type Options struct {
	// Node is the value of the label "node" on every metric of the project; empty leaves the label out.
	Node string
	// Logger gets errors of scrapes; nil means slog.Default().
	Logger *slog.Logger
	// NoProcess leaves out the metrics of the Go runtime and of the operating system's process.
	NoProcess bool
}

// Registry is the metrics of one node. It is safe for concurrent use.
type Registry struct {
	bus      *telemetry.Bus
	inner    *prometheus.Registry
	labelled prometheus.Registerer // inner, with the node's label
	reserved []string
	logger   *slog.Logger
	errors   *prometheus.CounterVec
	overflow *prometheus.CounterVec

	mu struct {
		sync.Mutex
		cancels []func()
		closed  bool
	}
}

// New returns a registry that listens to the bus. Besides the registered metrics it serves the bus's own losses, the Go
// runtime's figures and those of the process.
func New(bus *telemetry.Bus, o Options) *Registry {
	r := &Registry{bus: bus, inner: prometheus.NewRegistry(), logger: o.Logger}
	if r.logger == nil {
		r.logger = slog.Default()
	}
	r.labelled = r.inner
	if o.Node != "" {
		r.labelled = prometheus.WrapRegistererWith(prometheus.Labels{"node": o.Node}, r.inner)
		r.reserved = []string{"node"}
	}
	r.errors = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: Prefix + "metric_errors_total", Help: "Figures that no metric could take, by metric.",
	}, []string{"metric"})
	r.overflow = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: Prefix + "series_overflow_total", Help: "Figures counted under \"other\" because a metric has too many series.",
	}, []string{"metric"})
	r.labelled.MustRegister(r.errors, r.overflow, &busCollector{bus})
	if !o.NoProcess {
		r.inner.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	return r
}

// Handler serves the metrics in the format that the scraper asks for. A metric that cannot be gathered is logged and left
// out; the others are served.
func (r *Registry) Handler() http.Handler {
	return promhttp.HandlerFor(r.inner, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError,
		ErrorLog:      scrapeErrors{r.logger},
	})
}

// Close ends all subscriptions. The figures stay and are still served.
func (r *Registry) Close() {
	r.mu.Lock()
	cancels := r.mu.cancels
	r.mu.cancels, r.mu.closed = nil, true
	r.mu.Unlock()
	for _, cancel := range slices.Backward(cancels) {
		cancel()
	}
}

// keep remembers how to end a subscription; on a closed registry it ends at once.
func (r *Registry) keep(cancel func()) {
	r.mu.Lock()
	closed := r.mu.closed
	if !closed {
		r.mu.cancels = append(r.mu.cancels, cancel)
	}
	r.mu.Unlock()
	if closed {
		cancel()
	}
}

type scrapeErrors struct{ logger *slog.Logger }

// Println is what promhttp calls with an error of a scrape.
func (s scrapeErrors) Println(v ...any) { s.logger.Error("metrics: scrape", telemetry.KeyError, v) }

// busCollector reads the bus's own figures when somebody scrapes.
type busCollector struct{ bus *telemetry.Bus }

var (
	lostDesc = prometheus.NewDesc(Prefix+"events_lost_total",
		"Events that a queued subscriber lost because it was full.", []string{"subscriber"}, nil)
	panicDesc = prometheus.NewDesc(Prefix+"subscriber_panics_total",
		"Events that a subscriber lost because it panicked.", []string{"subscriber"}, nil)
)

// Describe lists the two metrics.
func (c *busCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- lostDesc
	ch <- panicDesc
}

// Collect adds up subscribers of the same name: a series may be there only once.
func (c *busCollector) Collect(ch chan<- prometheus.Metric) {
	type sums struct {
		lost, panics float64
		queued       bool
	}
	byName := map[string]*sums{}
	var names []string
	for _, s := range c.bus.Stats() {
		sum, ok := byName[s.Name]
		if !ok {
			sum = &sums{}
			byName[s.Name] = sum
			names = append(names, s.Name)
		}
		sum.lost += float64(s.Lost)
		sum.panics += float64(s.Panics)
		sum.queued = sum.queued || s.Queued
	}
	for _, name := range names {
		if sum := byName[name]; sum.queued {
			ch <- prometheus.MustNewConstMetric(lostDesc, prometheus.CounterValue, sum.lost, name)
		}
		if sum := byName[name]; sum.panics > 0 {
			ch <- prometheus.MustNewConstMetric(panicDesc, prometheus.CounterValue, sum.panics, name)
		}
	}
}
