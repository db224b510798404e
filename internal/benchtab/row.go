// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"fmt"
	"math"
	"strconv"
)

// Row is one measured figure.
type Row struct {
	// Measure says what was measured, unique in its table: "tell", "call, allocations".
	Measure string
	// Value is the figure, in Unit.
	Value float64
	// Unit names the unit of Value and Baseline: "ns/op", "allocs/op", "bytes".
	Unit string
	// Baseline is the figure that Value is compared with, measured in the same run; 0 means that there is none.
	Baseline float64
	// BaselineName says what the baseline is; required with a baseline.
	BaselineName string
	// Goal is what the figure should reach; the zero Goal means that the figure is only printed.
	Goal Goal
}

// Ratio returns Value / Baseline, and false where there is no baseline.
func (r Row) Ratio() (float64, bool) {
	if r.Baseline == 0 {
		return 0, false
	}
	return r.Value / r.Baseline, true
}

// Met reports whether the goal is reached; known is false for a row without a goal.
func (r Row) Met() (met, known bool) {
	figure := r.Value
	if r.Goal.ofRatio {
		figure, _ = r.Ratio()
	}
	switch r.Goal.kind {
	case atMost:
		return figure <= r.Goal.limit, true
	case atLeast:
		return figure >= r.Goal.limit, true
	}
	return false, false
}

type goalKind int

const (
	noGoal goalKind = iota
	atMost
	atLeast
)

// Goal is a limit on a row's value or on its ratio. The zero value is no goal.
type Goal struct {
	kind    goalKind
	ofRatio bool
	limit   float64
}

// RatioAtMost wants Value / Baseline <= x.
func RatioAtMost(x float64) Goal { return Goal{kind: atMost, ofRatio: true, limit: x} }

// RatioAtLeast wants Value / Baseline >= x.
func RatioAtLeast(x float64) Goal { return Goal{kind: atLeast, ofRatio: true, limit: x} }

// ValueAtMost wants Value <= x, in the unit of the row.
func ValueAtMost(x float64) Goal { return Goal{kind: atMost, limit: x} }

// ValueAtLeast wants Value >= x, in the unit of the row.
func ValueAtLeast(x float64) Goal { return Goal{kind: atLeast, limit: x} }

// Share returns the limit as a multiple of the baseline, for drawing it beside the row's ratio; false where the row has no goal, or no
// baseline to measure it by.
func (r Row) Share() (float64, bool) {
	switch {
	case r.Goal.kind == noGoal || r.Baseline == 0:
		return 0, false
	case r.Goal.ofRatio:
		return r.Goal.limit, true
	}
	return r.Goal.limit / r.Baseline, true
}

// Spent returns how much of its goal a row uses up: up to 1 it is met. It is infinite where nothing was allowed and something was found, and
// false where the row has no goal.
func (r Row) Spent() (float64, bool) {
	figure := r.Value
	if r.Goal.ofRatio {
		figure, _ = r.Ratio()
	}
	switch {
	case r.Goal.kind == noGoal:
		return 0, false
	case r.Goal.kind == atLeast:
		figure, r.Goal.limit = r.Goal.limit, figure
	}
	if figure == 0 {
		return 0, true // of nothing, nothing is just right
	}
	return figure / r.Goal.limit, true
}

// String writes the goal as the table shows it: "<= 1.15x", ">= 1000", or "" for none.
func (g Goal) String() string {
	text := strconv.FormatFloat(g.limit, 'f', -1, 64)
	if g.ofRatio {
		text += "x"
	}
	switch g.kind {
	case atMost:
		return "<= " + text
	case atLeast:
		return ">= " + text
	}
	return ""
}

// RowError is a row that cannot be reported.
type RowError struct {
	Table, Measure, Reason string
}

// Error names the table, the measure and what is wrong with it.
func (e *RowError) Error() string {
	return fmt.Sprintf("benchtab: report %q: measure %q: %s", e.Table, e.Measure, e.Reason)
}

// faults lists everything that makes the row unfit to be reported.
func (r Row) faults() []string {
	var out []string
	for _, f := range []struct {
		name string
		v    float64
	}{{"value", r.Value}, {"baseline", r.Baseline}, {"goal", r.Goal.limit}} {
		if math.IsNaN(f.v) || math.IsInf(f.v, 0) {
			out = append(out, f.name+" is not a finite number")
		}
	}
	if r.Measure == "" {
		out = append(out, "the measure has no name")
	}
	if r.Unit == "" {
		out = append(out, "the unit is missing")
	}
	if r.Baseline != 0 && r.BaselineName == "" {
		out = append(out, "the baseline has no name")
	}
	if r.Goal.ofRatio && r.Baseline == 0 {
		out = append(out, "a goal on the ratio needs a baseline")
	}
	return out
}
