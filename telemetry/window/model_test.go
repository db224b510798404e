// SPDX-License-Identifier: Apache-2.0

package window

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// record is what the naive model keeps for ever.
type record struct {
	at    time.Time
	value float64
}

// inWindow says what a window must hold: what lies in the newest Slots slots, counted on the clock. The slots that a longer window
// takes from a shorter one begin no later than its own.
func inWindow(records []record, now time.Time, span Span) (values []float64) {
	width := int64(widths[span])
	oldest := floor(now.UnixNano(), width) - Slots + 1
	for _, r := range records {
		if floor(r.at.UnixNano(), width) >= oldest {
			values = append(values, r.value)
		}
	}
	return values
}

func TestWindowsAgreeWithAListOfEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v Values
		var c Counter
		var all []record
		now := start.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "offset")))
		gap := rapid.OneOf(
			rapid.Int64Range(0, int64(2*time.Second)), rapid.Int64Range(0, int64(40*time.Second)), rapid.Int64Range(0, int64(400*time.Second)),
		)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(gap.Draw(t, "gap")))
			if rapid.Bool().Draw(t, "record") {
				value := float64(rapid.IntRange(0, 100).Draw(t, "value"))
				v.Record(now, value)
				c.Add(now, value)
				all = append(all, record{now, value})
			}
			for _, span := range Spans() {
				compare(t, &v, &c, all, now, span)
			}
		}
	})
}

func compare(t *rapid.T, v *Values, c *Counter, all []record, now time.Time, span Span) {
	want := inWindow(all, now, span)
	got := v.Stats(now, span)
	sum := 0.0
	for _, x := range want {
		sum += x
	}
	if int(got.Count) != len(want) || math.Abs(got.Sum-sum) > 1e-6 || math.Abs(c.Increase(now, span)-sum) > 1e-6 {
		t.Fatalf("%s: expected %d values of sum %v, got %d of %v (counter %v)", span, len(want), sum, got.Count, got.Sum, c.Increase(now, span))
	}
	if len(want) == 0 {
		return
	}
	slices.Sort(want)
	median := want[max(int(math.Ceil(0.5*float64(len(want)))), 1)-1]
	if got.Min != want[0] || got.Max != want[len(want)-1] || math.Abs(got.P50-median) > 0.01*median {
		t.Fatalf("%s: expected %v, got %+v", span, want, got)
	}
	if got.Covered > span.Length() {
		t.Fatalf("%s covers %v", span, got.Covered)
	}
}
