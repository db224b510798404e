// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Result is a table as it was written to a file.
type Result struct {
	// Name is that of the table.
	Name string
	// At is the time of the measurement, in UTC.
	At time.Time
	// Env is what it was measured on.
	Env Env
	// Rows are in the order of the table.
	Rows []Row
}

// Row returns the row of a measure, and false where there is none.
func (r Result) Row(measure string) (Row, bool) {
	for _, row := range r.Rows {
		if row.Measure == measure {
			return row, true
		}
	}
	return Row{}, false
}

// Read reads a file that Report has written. Its rows are validated again, with *RowError for each fault; the error of a file that
// is not there is fs.ErrNotExist.
func Read(path string) (Result, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Result{}, fmt.Errorf("benchtab: read: %w", err)
	}
	return decode(path, data)
}

func decode(path string, data []byte) (Result, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return Result{}, fmt.Errorf("benchtab: read %q: %w", path, err)
	}
	t := New(f.Name)
	for _, in := range f.Rows {
		row := Row{Measure: in.Measure, Value: in.Value, Unit: in.Unit, BaselineName: in.BaselineName}
		if in.Baseline != nil {
			row.Baseline = *in.Baseline
		}
		if in.Goal != nil {
			goal, err := ParseGoal(*in.Goal)
			if err != nil {
				return Result{}, fmt.Errorf("benchtab: read %q: measure %q: %w", path, in.Measure, err)
			}
			row.Goal = goal
		}
		t.Add(row)
	}
	if err := t.Validate(); err != nil {
		return Result{}, err
	}
	return Result{Name: f.Name, At: f.At, Env: f.Env, Rows: t.rows}, nil
}

// ParseGoal is the inverse of Goal.String.
func ParseGoal(text string) (Goal, error) {
	if text == "" {
		return Goal{}, nil
	}
	g := Goal{kind: atMost}
	rest, ok := strings.CutPrefix(text, "<= ")
	if !ok {
		g.kind = atLeast
		if rest, ok = strings.CutPrefix(text, ">= "); !ok {
			return Goal{}, fmt.Errorf("benchtab: goal %q: want <= or >= and a number", text)
		}
	}
	rest, g.ofRatio = strings.CutSuffix(rest, "x")
	limit, err := strconv.ParseFloat(rest, 64)
	if err != nil {
		return Goal{}, fmt.Errorf("benchtab: goal %q: %w", text, err)
	}
	g.limit = limit
	return g, nil
}
