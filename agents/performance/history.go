// SPDX-License-Identifier: Apache-2.0

package performance

import (
	"time"

	"mabeam.dev/telemetry/sketch"
	"mabeam.dev/telemetry/window"
)

// History is what is known of one agent's attempts. The zero History is ready for use.
type History struct {
	times        window.Values  // response times of all attempts, in seconds
	failures     window.Counter // attempts that gave no result
	done, failed uint64
	all          sketch.Sketch // response times since the beginning, in seconds
}

// Record adds an attempt that ended now, took so long, and gave a result or not.
func (h *History) Record(now time.Time, took time.Duration, ok bool) {
	h.times.Record(now, max(took, 0).Seconds())
	h.all.Add(max(took, 0).Seconds())
	if ok {
		h.done++
		return
	}
	h.failed++
	h.failures.Add(now, 1)
}

// Figures are what a window holds, and the totals.
type Figures struct {
	// Attempts ended in the window, Failures of them without a result.
	Attempts, Failures uint64
	// P50, P90 and P99 are percentiles of the response times, Mean is their mean; 0 if there were no attempts.
	P50, P90, P99, Mean time.Duration
	// Throughput is attempts a second.
	Throughput float64
	// Done and Failed count since the History began.
	Done, Failed uint64
}

// SuccessRate returns the share of attempts in the window that gave a result, from 0 to 1; ok is false if there were none.
func (f Figures) SuccessRate() (rate float64, ok bool) {
	if f.Attempts == 0 {
		return 0, false
	}
	return 1 - float64(f.Failures)/float64(f.Attempts), true
}

// Figures returns the figures of a window as it is now.
func (h *History) Figures(now time.Time, span window.Span) Figures {
	s := h.times.Stats(now, span)
	return Figures{
		Attempts: s.Count, Failures: uint64(h.failures.Increase(now, span)),
		P50: seconds(s.P50), P90: seconds(s.P90), P99: seconds(s.P99), Mean: seconds(s.Mean),
		Throughput: s.Rate(), Done: h.done, Failed: h.failed,
	}
}

// Lifetime returns the figures of all attempts since the History began. Throughput is 0, as the History does not know since when there could have
// been any.
func (h *History) Lifetime() Figures {
	f := Figures{Attempts: h.done + h.failed, Failures: h.failed, Done: h.done, Failed: h.failed}
	if h.all.Count() == 0 {
		return f
	}
	at := func(share float64) time.Duration {
		s, _ := h.all.Quantile(share) // known, as there are values
		return seconds(s)
	}
	f.P50, f.P90, f.P99, f.Mean = at(0.50), at(0.90), at(0.99), seconds(h.all.Mean())
	return f
}

// Totals returns how many attempts gave a result, and how many did not, since the History began.
func (h *History) Totals() (done, failed uint64) { return h.done, h.failed }

// seconds makes a duration of a figure, rounded to the nanosecond.
func seconds(s float64) time.Duration { return time.Duration(s*float64(time.Second) + 0.5) }
