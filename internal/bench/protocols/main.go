// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"mabeam.dev/internal/benchtab"
)

func main() { benchtab.Main(run) }

// bench is one run.
type bench struct {
	part     float64
	quick    bool
	measured int // how many of the measures
	table    *benchtab.Table
	growth   *benchtab.Table
}

// growth is the measure that has a table of its own.
const growth = "growth"

// measures are in the order of the tables.
var measures = []struct {
	name string
	rows func(*bench) error
}{
	{"sessions", (*bench).sessions},
	{"byzantine", (*bench).byzantine},
	{"lock", (*bench).locks},
	{"barrier", (*bench).barriers},
	{"measuring", (*bench).measuring},
	{growth, (*bench).grow},
}

// measuring measures what the measuring adds to every single time.
func (b *bench) measuring() error {
	t, err := repeated(b.ops(100_000), func() error { return nil })
	if err == nil {
		b.row("reading the clock twice, which is in every time", t, time.Microsecond, 0)
	}
	return err
}

func run(args []string, stdout, stderr io.Writer) error {
	b := bench{table: benchtab.New("protocols"), growth: benchtab.New("coordination")}
	var only string
	flags := benchtab.NewCommand("protocols", stderr)
	flags.Float64Var(&b.part, "part", 1, "part of the usual number of operations")
	flags.BoolVar(&b.quick, "quick", false, "only what takes little time")
	flags.StringVar(&only, "only", "", "measure only what has this in its name")
	if err := flags.Read(args, func() bool { return b.part > 0 }); err != nil {
		return err
	}
	if err := flags.Profiled(func() error {
		for _, m := range measures {
			if strings.Contains(m.name, only) {
				b.measured++
				if err := m.rows(&b); err != nil {
					return fmt.Errorf("protocols: %s: %w", m.name, err)
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	now := time.Now()
	if !strings.Contains(growth, only) || b.measured > 1 {
		if err := b.table.Report(stdout, flags.Out, now); err != nil {
			return err
		}
	}
	if strings.Contains(growth, only) {
		return b.growth.Report(stdout, flags.Out, now)
	}
	return nil
}

// ops returns how many operations of the usual number are measured.
func (b *bench) ops(usual int) int { return max(5, int(float64(usual)*b.part)) }

// times are of single operations, sorted.
type times []time.Duration

func (t times) at(percent int) time.Duration { return t[len(t)*percent/100] }

// repeated times n calls one after another, after a tenth of them that is not measured. The garbage of earlier measures is collected before, that of the
// calls while they run, as it is wherever they are used.
func repeated(n int, do func() error) (times, error) {
	runtime.GC()
	all := make(times, n)
	for i := -n / 10; i < n; i++ {
		begin := time.Now()
		if err := do(); err != nil {
			return nil, err
		}
		if i >= 0 {
			all[i] = time.Since(begin)
		}
	}
	slices.Sort(all)
	return all, nil
}

// row adds the median and the 99th percentile in units of unit; goal is that of the latter, in that unit, 0 for none.
func (b *bench) row(measure string, t times, unit time.Duration, goal float64) {
	name := map[time.Duration]string{time.Microsecond: "us", time.Millisecond: "ms"}[unit]
	late := benchtab.Goal{}
	if goal > 0 {
		late = benchtab.ValueAtMost(goal)
	}
	in := func(d time.Duration) float64 { return float64(d) / float64(unit) }
	b.table.Add(benchtab.Row{Measure: measure + ", p50", Value: in(t.at(50)), Unit: name})
	b.table.Add(benchtab.Row{Measure: measure + ", p99", Value: in(t.at(99)), Unit: name, Goal: late})
}
