// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/internal/benchtab"
)

var errUsage = errors.New("usage")

func main() {
	switch err := run(os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

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
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	flags.SetOutput(stderr)
	sizes := flags.String("n", "1000,10000,100000,1000000", "numbers of agents")
	flags.IntVar(&b.calls, "calls", 20_000, "calls of each measure of writes")
	flags.DurationVar(&b.long, "for", 2*time.Second, "time of the mixed load")
	out := flags.String("out", "out/bench", "folder of the JSON file")
	profile := flags.String("cpuprofile", "", "write a profile of the processor's time to this file")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	var all []int
	for text := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 200 {
			fmt.Fprintf(stderr, "registry: -n %q: want numbers of 200 or more\n", *sizes)
			return errUsage
		}
		all = append(all, n)
	}
	if flags.NArg() > 0 || b.calls < 100 || b.long <= 0 {
		fmt.Fprintf(stderr, "registry: unknown %q, fewer than 100 calls, or no time\n", flags.Args())
		return errUsage
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, n := range all {
		if err := b.measure(n); err != nil {
			return fmt.Errorf("registry: %d agents: %w", n, err)
		}
	}
	return b.table.Report(stdout, *out, time.Now())
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
