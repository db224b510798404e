// SPDX-License-Identifier: Apache-2.0

package performance_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"mabeam.dev/agents/performance"
	"mabeam.dev/telemetry/sketch"
	"mabeam.dev/telemetry/window"
)

var t0 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func TestWithoutAttemptsThereIsNoRate(t *testing.T) {
	var h performance.History
	f := h.Figures(t0, window.Minute)
	assert.Zero(t, f)
	_, ok := f.SuccessRate()
	assert.False(t, ok)
}

func TestWhatIsOverLeavesTheWindowAndStaysInTheTotals(t *testing.T) {
	var h performance.History
	h.Record(t0, time.Second, true)
	h.Record(t0, -time.Second, false)
	f := h.Figures(t0, window.Minute)
	rate, ok := f.SuccessRate()
	assert.True(t, ok)
	assert.InDelta(t, 0.5, rate, 0)
	assert.Equal(t, time.Second, f.P99)
	f = h.Figures(t0.Add(10*time.Minute), window.Long)
	assert.Equal(t, performance.Figures{Done: 1, Failed: 1}, f)
	f = h.Lifetime()
	assert.Equal(t, time.Second, f.P99)
	assert.Equal(t, time.Second/2, f.Mean)
	assert.Zero(t, f.P50)
	rate, ok = f.SuccessRate()
	assert.True(t, ok)
	assert.InDelta(t, 0.5, rate, 0)
	assert.Zero(t, new(performance.History).Lifetime())
}

// attempt is one line of the naive model.
type attempt struct {
	at   time.Duration
	took time.Duration
	ok   bool
}

// Everything that is surely in the window is counted and nothing that is surely out of it; while the clock is inside the first slot count and
// percentiles are those of a sorted list.
func TestFiguresFollowTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h performance.History
		var all []attempt
		now := time.Duration(0)
		for range rapid.IntRange(1, 150).Draw(t, "attempts") {
			now += time.Duration(rapid.IntRange(0, 3000).Draw(t, "pause")) * time.Millisecond
			a := attempt{now, time.Duration(rapid.IntRange(1, 1e6).Draw(t, "took")) * time.Microsecond, rapid.Bool().Draw(t, "ok")}
			h.Record(t0.Add(a.at), a.took, a.ok)
			all = append(all, a)
		}
		for _, span := range window.Spans() {
			f := h.Figures(t0.Add(now), span)
			slot := span.Length() / window.Slots
			least, most, failedLeast, failedMost := uint64(0), uint64(0), uint64(0), uint64(0)
			var took []time.Duration
			for _, a := range all {
				age := now - a.at
				if age <= span.Length() {
					most++
					took = append(took, a.took)
					if !a.ok {
						failedMost++
					}
				}
				if age < span.Length()-slot {
					least++
					if !a.ok {
						failedLeast++
					}
				}
			}
			if f.Attempts < least || f.Attempts > most || f.Failures < failedLeast || f.Failures > failedMost {
				t.Fatalf("%v: %d attempts, %d failures; want %d to %d, %d to %d", span, f.Attempts, f.Failures, least, most, failedLeast, failedMost)
			}
			if least == most { // all of them, so the percentiles are known
				slices.Sort(took)
				want := took[int(math.Ceil(0.99*float64(len(took))))-1]
				if math.Abs(float64(f.P99-want)) > sketch.RelativeError*float64(want)+1 {
					t.Fatalf("%v: p99 %v, want %v", span, f.P99, want)
				}
			}
			if f.Done+f.Failed != uint64(len(all)) {
				t.Fatalf("%d done and %d failed of %d", f.Done, f.Failed, len(all))
			}
		}
	})
}
