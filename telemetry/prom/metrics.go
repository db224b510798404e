// SPDX-License-Identifier: Apache-2.0

package prom

import (
	"math"

	"github.com/prometheus/client_golang/prometheus"

	"mabeam.dev/telemetry"
)

type kind int

const (
	counterKind kind = iota
	gaugeKind
	histogramKind
)

// Metric is a registered metric. Feed it from events with On, or directly with Record.
type Metric struct {
	r       *Registry
	name    string
	record  func(Values, float64)
	refused prometheus.Counter
}

// Counter registers a counter: it grows by every figure recorded.
func (r *Registry) Counter(d Definition) (*Metric, error) {
	if err := d.validate(counterKind, r.reserved); err != nil {
		return nil, err
	}
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: Prefix + d.Name, Help: d.Help}, d.Labels)
	return register(r, d, vec, vec.GetMetricWithLabelValues, func(c prometheus.Counter, step float64) bool {
		if step < 0 {
			return false
		}
		c.Add(step)
		return true
	})
}

// Gauge registers a gauge: it is set to every figure recorded. Where several emitters set one series, the last one wins.
func (r *Registry) Gauge(d Definition) (*Metric, error) {
	return r.gauge(d, prometheus.Gauge.Set)
}

// Level registers a gauge that moves up and down by every figure recorded: how many there are now, from events of coming
// and going.
func (r *Registry) Level(d Definition) (*Metric, error) {
	return r.gauge(d, prometheus.Gauge.Add)
}

func (r *Registry) gauge(d Definition, apply func(prometheus.Gauge, float64)) (*Metric, error) {
	if err := d.validate(gaugeKind, r.reserved); err != nil {
		return nil, err
	}
	vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: Prefix + d.Name, Help: d.Help}, d.Labels)
	return register(r, d, vec, vec.GetMetricWithLabelValues, func(g prometheus.Gauge, figure float64) bool {
		apply(g, figure)
		return true
	})
}

// Histogram registers a histogram: it observes every figure recorded, in seconds or another base unit.
func (r *Registry) Histogram(d Definition) (*Metric, error) {
	if err := d.validate(histogramKind, r.reserved); err != nil {
		return nil, err
	}
	vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: Prefix + d.Name, Help: d.Help, Buckets: d.Buckets,
	}, d.Labels)
	return register(r, d, vec, vec.GetMetricWithLabelValues, func(h prometheus.Observer, figure float64) bool {
		h.Observe(figure)
		return true
	})
}

// Read registers a gauge whose figures are read at every scrape: read calls report once for each series, on the scraper's
// goroutine. For figures that somebody holds anyway, such as queue lengths.
func (r *Registry) Read(d Definition, read func(report func(Values, float64))) error {
	if err := d.validate(gaugeKind, r.reserved); err != nil {
		return err
	}
	return taken(d, r.labelled.Register(&reader{
		desc: prometheus.NewDesc(Prefix+d.Name, d.Help, d.Labels, nil), read: read, labels: len(d.Labels), max: bound(d),
		refused:  r.errors.WithLabelValues(Prefix + d.Name),
		overflow: r.overflow.WithLabelValues(Prefix + d.Name),
	}))
}

// On feeds a metric with what extract finds in every event of exactly type E; where ok is false the event is passed over. A
// metric may be fed by several event types. The subscription ends with Registry.Close.
func On[E telemetry.Event](m *Metric, extract func(E) (values Values, figure float64, ok bool)) {
	m.r.keep(telemetry.Subscribe(m.r.bus, "metric "+m.name, func(e E) {
		if values, figure, ok := extract(e); ok {
			m.Record(values, figure)
		}
	}))
}

// Record feeds the metric directly. A figure or values that Prometheus would refuse are counted in
// mabeam_metric_errors_total instead.
func (m *Metric) Record(values Values, figure float64) {
	if math.IsNaN(figure) || math.IsInf(figure, 0) {
		m.refused.Inc()
		return
	}
	m.record(values, figure)
}

// register joins a vector, its bounded series and what a figure does to one of them.
func register[M any](
	r *Registry, d Definition, c prometheus.Collector, create func(...string) (M, error), apply func(M, float64) bool,
) (*Metric, error) {
	if err := taken(d, r.labelled.Register(c)); err != nil {
		return nil, err
	}
	s := newSeries(r, d, create)
	return &Metric{r: r, name: d.Name, refused: s.refused, record: func(values Values, figure float64) {
		if m, ok := s.get(values); ok && !apply(m, figure) {
			s.refused.Inc()
		}
	}}, nil
}

func taken(d Definition, err error) error {
	if err == nil {
		return nil
	}
	return &DefinitionError{Metric: d.Name, Reasons: []string{err.Error()}}
}
