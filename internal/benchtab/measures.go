// SPDX-License-Identifier: Apache-2.0

package benchtab

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Measure is a part of a program of benchmarks: it adds rows to the tables of a B, the program's own record of a run.
type Measure[B any] struct {
	// Name is what -only chooses by.
	Name string
	// Rows measures and adds rows.
	Rows func(b *B) error
}

// Do does those measures whose names have only in them, in their order, under the profiler if that was asked for, and returns their names. It ends with the first error.
func Do[B any](c *Command, b *B, all []Measure[B], only string) (done []string, err error) {
	err = c.Profiled(func() error {
		for _, m := range all {
			if !strings.Contains(m.Name, only) {
				continue
			}
			if err := m.Rows(b); err != nil {
				return fmt.Errorf("%s: %s: %w", c.Name(), m.Name, err)
			}
			done = append(done, m.Name)
		}
		return nil
	})
	return done, err
}

// Only adds the flag -only, by which one chooses measures.
func (c *Command) Only() *string {
	return c.String("only", "", "measure only what has this in its name")
}

// Quick adds the flag -quick.
func (c *Command) Quick(quick *bool) { c.BoolVar(quick, "quick", false, "only what takes little time") }

// Note adds a figure that is compared with nothing but its goal.
func (t *Table) Note(measure string, value float64, unit string, goal Goal) {
	t.Add(Row{Measure: measure, Value: value, Unit: unit, Goal: goal})
}

// Rounds returns the median of how long so many rounds took, in milliseconds. It ends with the first error.
func Rounds(n int, do func() error) (float64, error) {
	took := make([]float64, n)
	for i := range took {
		start := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		took[i] = time.Since(start).Seconds() * 1000
	}
	slices.Sort(took)
	return took[n/2], nil
}
