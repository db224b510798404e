// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/internal/benchtab"
)

func main() { benchtab.Main(run) }

// goalsAt is the number of agents that the goals are about.
const goalsAt = 100_000

// bench is one run.
type bench struct {
	calls int
	long  time.Duration
	table *benchtab.Table
}

func run(args []string, stdout, stderr io.Writer) error {
	b := bench{table: benchtab.New("registry")}
	flags := benchtab.NewCommand("registry", stderr)
	sizes := flags.String("n", "1000,10000,100000,1000000", "numbers of agents")
	flags.IntVar(&b.calls, "calls", 20_000, "calls of each measure of writes, at least 100")
	flags.DurationVar(&b.long, "for", 2*time.Second, "time of the mixed load")
	if err := flags.Read(args, func() bool { return b.calls >= 100 && b.long > 0 }); err != nil {
		return err
	}
	var all []int
	for text := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 200 {
			return flags.Wrong("-n %q: want numbers of 200 or more", *sizes)
		}
		all = append(all, n)
	}
	if err := flags.Profiled(func() error {
		for _, n := range all {
			if err := b.measure(n); err != nil {
				return fmt.Errorf("registry: %d agents: %w", n, err)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return b.table.Report(stdout, flags.Out, time.Now())
}

// measure measures a registry of n agents.
func (b *bench) measure(n int) error {
	w, err := b.begin(n)
	if err != nil {
		return err
	}
	defer w.end()
	b.lookups(w)
	if err := b.queries(w); err != nil {
		return err
	}
	if err := b.writes(w); err != nil {
		return err
	}
	return b.mixed(w)
}

// row adds a row; the goal counts for 100,000 agents alone.
func (b *bench) row(w *world, measure string, value float64, unit string, goal benchtab.Goal) {
	if w.n != goalsAt {
		goal = benchtab.Goal{}
	}
	b.table.Add(benchtab.Row{Measure: fmt.Sprintf("%s, %s agents", measure, thousands(w.n)), Value: value, Unit: unit, Goal: goal})
}

// thousands writes a number in groups of three digits.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
