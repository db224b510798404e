// SPDX-License-Identifier: Apache-2.0

package prom

import (
	"math"
	"sync/atomic"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/puzpuzpuz/xsync/v4"
)

// other is the value of every label of the series that takes what is beyond the bound.
const other = "other"

// series finds the metric of a set of label values without a lock or an allocation once it is known, and keeps their number
// within the bound.
type series[M any] struct {
	known    *xsync.Map[Values, M]
	count    atomic.Int64
	max      int64
	labels   int
	make     func(values ...string) (M, error)
	refused  prometheus.Counter
	overflow prometheus.Counter
}

func bound(d Definition) int64 {
	if d.MaxSeries == 0 {
		return DefaultMaxSeries
	}
	return int64(d.MaxSeries)
}

func newSeries[M any](r *Registry, d Definition, create func(...string) (M, error)) *series[M] {
	return &series[M]{
		known: xsync.NewMap[Values, M](), max: bound(d), labels: len(d.Labels), make: create,
		refused:  r.errors.WithLabelValues(Prefix + d.Name),
		overflow: r.overflow.WithLabelValues(Prefix + d.Name),
	}
}

// get returns the metric for the values; false means that Prometheus would not take them, which is counted.
func (s *series[M]) get(values Values) (M, bool) {
	if m, ok := s.known.Load(values); ok {
		return m, true
	}
	return s.create(values)
}

// create is apart from get because slicing the values moves them to the heap, which get must not pay for.
func (s *series[M]) create(values Values) (M, bool) {
	if !usable(values, s.labels) {
		s.refused.Inc()
		var none M
		return none, false
	}
	if s.count.Add(1) > s.max {
		s.count.Add(-1)
		s.overflow.Inc()
		m, err := s.make(others(s.labels)...)
		return m, err == nil
	}
	m, err := s.make(values[:s.labels]...)
	if err != nil {
		s.count.Add(-1)
		s.refused.Inc()
		return m, false
	}
	if m, raced := s.known.LoadOrStore(values, m); raced {
		s.count.Add(-1) // someone else has just counted the same series
		return m, true
	}
	return m, true
}

func others(labels int) []string {
	values := make([]string, labels)
	for i := range values {
		values[i] = other
	}
	return values
}

func usable(values Values, labels int) bool {
	for i, v := range values {
		if i >= labels && v != "" || !utf8.ValidString(v) {
			return false
		}
	}
	return true
}

// reader is a gauge that is read at every scrape.
type reader struct {
	desc              *prometheus.Desc
	read              func(report func(Values, float64))
	labels            int
	max               int64
	refused, overflow prometheus.Counter
}

// Describe names the gauge.
func (c *reader) Describe(ch chan<- *prometheus.Desc) { ch <- c.desc }

// Collect reads the figures. Series beyond the bound and values reported twice are added up, so that a scrape never fails.
func (c *reader) Collect(ch chan<- prometheus.Metric) {
	sums := map[Values]float64{}
	var order []Values
	c.read(func(values Values, figure float64) {
		if !usable(values, c.labels) || math.IsNaN(figure) || math.IsInf(figure, 0) {
			c.refused.Inc()
			return
		}
		if _, known := sums[values]; !known {
			if int64(len(order)) >= c.max {
				c.overflow.Inc()
				values = Values{}
				copy(values[:], others(c.labels))
			}
			if _, known := sums[values]; !known {
				order = append(order, values)
			}
		}
		sums[values] += figure
	})
	for _, values := range order {
		ch <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, sums[values], values[:c.labels]...)
	}
}
