// SPDX-License-Identifier: Apache-2.0

package window

import (
	"math"
	"time"

	"mabeam.dev/telemetry/sketch"
)

// Values are figures whose distribution matters, such as durations. The zero value is ready for use.
type Values struct {
	slots cascade[values, *values]
	sum   values // scratch of Stats
	total uint64
	last  float64
	at    time.Time
}

type values struct{ sketch.Sketch }

func (v *values) merge(o *values) { v.Merge(&o.Sketch) }
func (v *values) reset()          { v.Reset() }

// Record adds a figure. It reports false for NaN and the infinities, which are left out.
func (v *Values) Record(now time.Time, figure float64) bool {
	if math.IsNaN(figure) || math.IsInf(figure, 0) {
		return false
	}
	v.slots.now(now).Add(figure)
	v.total++
	v.last = figure
	if now.After(v.at) {
		v.at = now
	}
	return true
}

// Total returns how many figures were ever recorded.
func (v *Values) Total() uint64 { return v.total }

// Last returns the newest figure and when it was recorded; ok is false if there never was one.
func (v *Values) Last() (figure float64, at time.Time, ok bool) { return v.last, v.at, v.total > 0 }

// Stats are the figures of one window.
type Stats struct {
	// Count is how many figures there are; all others are 0 if there are none.
	Count uint64
	// Sum, Mean, Min, Max and Last are of these figures; Last is the newest.
	Sum, Mean, Min, Max, Last float64
	// P50, P90, P95 and P99 are percentiles by nearest rank, within sketch.RelativeError.
	P50, P90, P95, P99 float64
	// Covered is the time that the window stands for: its length, less in the beginning.
	Covered time.Duration
}

// Rate returns how many figures were recorded in a second.
func (s Stats) Rate() float64 {
	if s.Covered <= 0 {
		return 0
	}
	return float64(s.Count) / s.Covered.Seconds()
}

// Stats returns the figures of a window as it is at a time.
func (v *Values) Stats(now time.Time, span Span) Stats {
	v.sum.Reset()
	v.slots.collect(now, span, &v.sum)
	s := Stats{Count: v.sum.Count(), Covered: v.slots.covered(now, span)}
	if s.Count == 0 {
		return s
	}
	s.Sum, s.Mean, s.Min, s.Max, s.Last = v.sum.Sum(), v.sum.Mean(), v.sum.Min(), v.sum.Max(), v.last
	s.P50, _ = v.sum.Quantile(0.50)
	s.P90, _ = v.sum.Quantile(0.90)
	s.P95, _ = v.sum.Quantile(0.95)
	s.P99, _ = v.sum.Quantile(0.99)
	return s
}
